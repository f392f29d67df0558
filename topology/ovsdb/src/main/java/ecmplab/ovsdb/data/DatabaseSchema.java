package ecmplab.ovsdb.data;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** A database schema (RFC 7047 section 3.2, {@code <database-schema>}). A schema without any root table means that all are. */
public record DatabaseSchema(
        String name, String version, @Nullable String cksum, Map<String, TableSchema> tables) {
    public DatabaseSchema {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /** Reads the text of an {@code .ovsschema} file. */
    public static DatabaseSchema parse(String text) throws OvsdbException {
        try {
            return parse(JsonMapper.shared().readTree(text));
        } catch (JacksonException malformed) {
            throw OvsdbError.of("syntax error", "schema is not JSON: " + malformed.getOriginalMessage())
                    .exception();
        }
    }

    public static DatabaseSchema parse(JsonNode json) throws OvsdbException {
        var members = JsonMembers.of(json, "database schema");
        var name = members.string("name");
        var version = members.optionalString("version") instanceof String text ? text : "";
        if (!version.isEmpty() && !version.matches("[0-9]+\\.[0-9]+\\.[0-9]+")) {
            throw members.fault("schema version \"" + version + "\" not in format x.y.z");
        }
        var cksum = members.optionalString("cksum");
        if (!Atom.isId(name)) {
            throw members.fault("\"" + name + "\" is not a valid id");
        }
        var tables = new LinkedHashMap<String, TableSchema>();
        for (var table : members.object("tables").properties()) {
            checkName(table.getKey(), json);
            tables.put(table.getKey(), TableSchema.parse(table.getKey(), table.getValue()));
        }
        members.finish();
        if (tables.values().stream().noneMatch(TableSchema::root)) {
            tables.replaceAll((ignored, table) -> table.asRoot());
        }
        var schema = new DatabaseSchema(name, version, cksum, tables);
        schema.checkReferences();
        return schema;
    }

    static void checkName(String name, JsonNode json) throws OvsdbException {
        if (!Atom.isId(name) || name.startsWith("_")) {
            throw OvsdbError.syntax(json, "names must be identifiers that do not begin with _: " + name)
                    .exception();
        }
    }

    private void checkReferences() throws OvsdbException {
        for (var table : tables.values()) {
            for (var column : table.columns().values()) {
                checkReference(table, column, column.type().key());
                if (column.type().value() instanceof BaseType value) {
                    checkReference(table, column, value);
                }
            }
        }
    }

    private void checkReference(TableSchema table, ColumnSchema column, BaseType type) throws OvsdbException {
        var where = "Column " + column.name() + " in table " + table.name();
        if (type.refTable() instanceof String target && !tables.containsKey(target)) {
            throw OvsdbError.of("syntax error", where + " refers to table " + target + ", which does not exist")
                    .exception();
        }
        if (type.refTable() != null && type.strong() && column.ephemeral()) {
            throw OvsdbError.of("syntax error", where + " is ephemeral and cannot hold strong references")
                    .exception();
        }
    }

    public @Nullable TableSchema table(String name) {
        return tables.get(name);
    }

    public JsonNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("name", name);
        if (!version.isEmpty()) {
            json.put("version", version);
        }
        if (cksum != null) {
            json.put("cksum", cksum);
        }
        boolean sayRoot = !tables.values().stream().allMatch(TableSchema::root);
        var tablesJson = json.putObject("tables");
        tables.values().forEach(table -> tablesJson.set(table.name(), table.toJson(sayRoot)));
        return json;
    }
}

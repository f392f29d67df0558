package ecmplab.ovsdb.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A table (RFC 7047 section 3.2, {@code <table-schema>}).
 *
 * @param root whether its rows live without being referred to
 * @param indexes sets of columns whose values together are unique
 */
public record TableSchema(
        String name, Map<String, ColumnSchema> columns, int maxRows, boolean root, List<List<String>> indexes) {
    /** Columns every table has, which nobody writes. */
    private static final Map<String, ColumnSchema> IMPLICIT = Map.of(
            "_uuid", implicit("_uuid"),
            "_version", implicit("_version"));

    public TableSchema {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        indexes = List.copyOf(indexes);
    }

    private static ColumnSchema implicit(String name) {
        return new ColumnSchema(name, new ColumnType(BaseType.of(AtomType.UUID), null, 1, 1), false, false);
    }

    static TableSchema parse(String name, JsonNode json) throws OvsdbException {
        var members = JsonMembers.of(json, "schema for table " + name);
        var columns = new LinkedHashMap<String, ColumnSchema>();
        for (var column : members.object("columns").properties()) {
            DatabaseSchema.checkName(column.getKey(), json);
            columns.put(column.getKey(), ColumnSchema.parse(column.getKey(), column.getValue()));
        }
        if (columns.isEmpty()) {
            throw members.fault("table must have at least one column");
        }
        long maxRows = members.optionalInteger("maxRows") instanceof Long limit ? limit : Integer.MAX_VALUE;
        if (maxRows < 1) {
            throw members.fault("maxRows must be at least 1");
        }
        boolean root = members.bool("isRoot", false);
        var indexes = new ArrayList<List<String>>();
        if (members.optionalArray("indexes") instanceof JsonNode sets) {
            for (var set : sets.values()) {
                indexes.add(index(set, columns));
            }
        }
        members.finish();
        return new TableSchema(name, columns, (int) Math.min(maxRows, Integer.MAX_VALUE), root, indexes);
    }

    private static List<String> index(JsonNode set, Map<String, ColumnSchema> columns) throws OvsdbException {
        var names = new ArrayList<String>();
        for (var name : set.values()) {
            if (!name.isString() || !(columns.get(name.stringValue()) instanceof ColumnSchema column)) {
                throw OvsdbError.syntax(set, "index names no such column").exception();
            }
            if (column.ephemeral()) {
                throw OvsdbError.syntax(set, "ephemeral columns may not be indexed")
                        .exception();
            }
            names.add(column.name());
        }
        if (!set.isArray() || names.isEmpty()) {
            throw OvsdbError.syntax(set, "array of column names expected").exception();
        }
        return List.copyOf(names);
    }

    /** A column by name, {@code _uuid} and {@code _version} included; null when there is none. */
    public @Nullable ColumnSchema column(String name) {
        var column = columns.get(name);
        return column != null ? column : IMPLICIT.get(name);
    }

    /** Reads the columns of {@code json}; those that it does not name are absent from the result. */
    public Map<String, Datum> parseRow(JsonNode json, Atom.Names names) throws OvsdbException {
        if (!json.isObject()) {
            throw OvsdbError.syntax(json, "row must be JSON object").exception();
        }
        var row = new LinkedHashMap<String, Datum>();
        for (var member : json.properties()) {
            var column = columns.get(member.getKey());
            if (column == null) {
                throw OvsdbError.of("unknown column", "No column " + member.getKey() + " in table " + name + ".")
                        .about(json)
                        .exception();
            }
            row.put(column.name(), Datum.parse(member.getValue(), column.type(), names));
        }
        return row;
    }

    /** {@code columns} filled up with the defaults of the columns it lacks, in the order of the schema. */
    public Map<String, Datum> withDefaults(Map<String, Datum> row) {
        var full = new LinkedHashMap<String, Datum>();
        for (var column : columns.values()) {
            full.put(
                    column.name(), row.getOrDefault(column.name(), column.type().defaultDatum()));
        }
        return full;
    }

    TableSchema asRoot() {
        return new TableSchema(name, columns, maxRows, true, indexes);
    }

    JsonNode toJson(boolean sayRoot) {
        var factory = JsonNodeFactory.instance;
        var json = factory.objectNode();
        var columnsJson = json.putObject("columns");
        columns.values().forEach(column -> columnsJson.set(column.name(), column.toJson()));
        if (maxRows != Integer.MAX_VALUE) {
            json.put("maxRows", maxRows);
        }
        if (root && sayRoot) {
            json.put("isRoot", true);
        }
        if (!indexes.isEmpty()) {
            var sets = json.putArray("indexes");
            indexes.forEach(index -> index.forEach(sets.addArray()::add));
        }
        return json;
    }
}

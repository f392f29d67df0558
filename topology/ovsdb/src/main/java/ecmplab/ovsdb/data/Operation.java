package ecmplab.ovsdb.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One step of a transaction (RFC 7047 section 5.2): written by clients, read by the server. */
public sealed interface Operation {
    /**
     * @param name what the rest of the transaction calls the row ({@link Atom.Named})
     * @param uuid of the new row; null lets the server choose
     */
    record Insert(
            String table, @Nullable String name, @Nullable UUID uuid, Map<String, Datum> row) implements Operation {}

    /** Answers with the rows that match; {@code columns} null stands for all. */
    record Select(
            String table, List<Condition> where, @Nullable List<String> columns) implements Operation {}

    record Update(String table, List<Condition> where, Map<String, Datum> row) implements Operation {}

    record Mutate(String table, List<Condition> where, List<Mutation> mutations) implements Operation {}

    record Delete(String table, List<Condition> where) implements Operation {}

    /**
     * Holds the transaction until the rows that match {@code where}, cut down to {@code columns}, are (or are not)
     * {@code rows}.
     *
     * @param timeoutMillis how long at most; 0 makes this an assertion, null waits for ever
     */
    record Wait(
            String table,
            List<Condition> where,
            @Nullable List<String> columns,
            boolean equal,
            List<Map<String, Datum>> rows,
            @Nullable Long timeoutMillis)
            implements Operation {}

    /** {@code durable}: answer only when the transaction is on the disk. */
    record Commit(boolean durable) implements Operation {}

    record Abort() implements Operation {}

    /** A note for the journal. */
    record Comment(String text) implements Operation {}

    /** Fails unless the client holds the lock. */
    record AssertLock(String lock) implements Operation {}

    static Insert insert(String table, String name, Map<String, Datum> row) {
        return new Insert(table, name, null, row);
    }

    static Insert insert(String table, Map<String, Datum> row) {
        return new Insert(table, null, null, row);
    }

    static Update update(String table, UUID row, Map<String, Datum> columns) {
        return new Update(table, List.of(Condition.uuid(row)), columns);
    }

    static Delete delete(String table, UUID row) {
        return new Delete(table, List.of(Condition.uuid(row)));
    }

    /** Fails the transaction at once unless {@code columns} of the row that {@code where} finds are as given. */
    static Wait require(String table, List<Condition> where, Map<String, Datum> columns) {
        return new Wait(table, where, List.copyOf(columns.keySet()), true, List.of(columns), 0L);
    }

    /** Reads an operation; throws a syntax error, or what the server answers for an unknown column or a broken constraint. */
    static Operation parse(JsonNode json, DatabaseSchema schema, Atom.Names names) throws OvsdbException {
        var members = JsonMembers.of(json, "ovsdb operation");
        var op = members.string("op");
        var operation = switch (op) {
            case "insert" -> parseInsert(members, schema, names);
            case "select" -> {
                var table = table(members, schema);
                var where = Condition.parseAll(members.array("where"), table, names);
                yield new Select(table.name(), where, columns(members, table));
            }
            case "update" -> {
                var table = table(members, schema);
                var row = table.parseRow(members.object("row"), names);
                for (var name : row.keySet()) {
                    if (table.column(name) instanceof ColumnSchema column && !column.mutable()) {
                        throw OvsdbError.constraint(
                                        "Cannot update immutable column " + name + " in table " + table.name() + ".")
                                .about(json)
                                .exception();
                    }
                }
                yield new Update(table.name(), Condition.parseAll(members.array("where"), table, names), row);
            }
            case "mutate" -> {
                var table = table(members, schema);
                var mutations = Mutation.parseAll(members.array("mutations"), table, names);
                yield new Mutate(table.name(), Condition.parseAll(members.array("where"), table, names), mutations);
            }
            case "delete" -> {
                var table = table(members, schema);
                yield new Delete(table.name(), Condition.parseAll(members.array("where"), table, names));
            }
            case "wait" -> parseWait(members, schema, names);
            case "commit" -> {
                if (!members.required("durable").isBoolean()) {
                    throw members.fault("Type mismatch for member 'durable'.");
                }
                yield new Commit(members.bool("durable", false));
            }
            case "abort" -> new Abort();
            case "comment" -> new Comment(members.string("comment"));
            case "assert" -> new AssertLock(members.string("lock"));
            default -> throw members.fault("No operation \"" + op + "\"");
        };
        members.finish();
        return operation;
    }

    private static TableSchema table(JsonMembers members, DatabaseSchema schema) throws OvsdbException {
        var name = members.string("table");
        if (schema.table(name) instanceof TableSchema table) {
            return table;
        }
        throw members.fault("No table named " + name + ".");
    }

    private static Insert parseInsert(JsonMembers members, DatabaseSchema schema, Atom.Names names)
            throws OvsdbException {
        var table = table(members, schema);
        var name = members.optionalString("uuid-name");
        if (name != null && !Atom.isId(name)) {
            throw members.fault("uuid-name \"" + name + "\" is not a valid id");
        }
        var uuidText = members.optionalString("uuid");
        var uuid = uuidText == null ? null : Atom.uuid(uuidText, JsonNodeFactory.instance.stringNode(uuidText));
        return new Insert(table.name(), name, uuid, table.parseRow(members.object("row"), names));
    }

    private static Wait parseWait(JsonMembers members, DatabaseSchema schema, Atom.Names names) throws OvsdbException {
        var table = table(members, schema);
        var timeout = members.optionalInteger("timeout");
        if (timeout != null && timeout < 0) {
            throw members.fault("timeout must not be negative");
        }
        var where = Condition.parseAll(members.array("where"), table, names);
        var columns = columns(members, table);
        boolean equal = switch (members.string("until")) {
            case "==" -> true;
            case "!=" -> false;
            default -> throw members.fault("\"until\" must be \"==\" or \"!=\"");
        };
        var rows = new ArrayList<Map<String, Datum>>();
        for (var row : members.array("rows").values()) {
            rows.add(table.parseRow(row, names));
        }
        return new Wait(table.name(), where, columns, equal, List.copyOf(rows), timeout);
    }

    private static @Nullable List<String> columns(JsonMembers members, TableSchema table) throws OvsdbException {
        var json = members.optionalArray("columns");
        if (json == null) {
            return null;
        }
        var columns = new ArrayList<String>();
        for (var name : json.values()) {
            if (!name.isString() || table.column(name.stringValue()) == null) {
                throw OvsdbError.syntax(json, "No column " + name + " in table " + table.name() + ".")
                        .exception();
            }
            columns.add(name.stringValue());
        }
        return List.copyOf(columns);
    }

    default ObjectNode toJson() {
        var json = JsonNodeFactory.instance.objectNode();
        switch (this) {
            case Insert(String table, String name, UUID uuid, Map<String, Datum> row) -> {
                json.put("op", "insert").put("table", table).set("row", rowJson(row));
                if (name != null) {
                    json.put("uuid-name", name);
                }
                if (uuid != null) {
                    json.put("uuid", uuid.toString());
                }
            }
            case Select(String table, List<Condition> where, List<String> columns) -> {
                json.put("op", "select").put("table", table).set("where", whereJson(where));
                putColumns(json, columns);
            }
            case Update(String table, List<Condition> where, Map<String, Datum> row) ->
                json.put("op", "update")
                        .put("table", table)
                        .set("where", whereJson(where))
                        .set("row", rowJson(row));
            case Mutate(String table, List<Condition> where, List<Mutation> mutations) -> {
                json.put("op", "mutate").put("table", table).set("where", whereJson(where));
                var array = json.putArray("mutations");
                mutations.forEach(mutation -> array.add(mutation.toJson()));
            }
            case Delete(String table, List<Condition> where) ->
                json.put("op", "delete").put("table", table).set("where", whereJson(where));
            case Wait(
                    String table,
                    List<Condition> where,
                    List<String> columns,
                    boolean equal,
                    List<Map<String, Datum>> rows,
                    Long timeoutMillis) -> {
                json.put("op", "wait").put("table", table).set("where", whereJson(where));
                putColumns(json, columns);
                json.put("until", equal ? "==" : "!=");
                var array = json.putArray("rows");
                rows.forEach(row -> array.add(rowJson(row)));
                if (timeoutMillis != null) {
                    json.put("timeout", timeoutMillis);
                }
            }
            case Commit(boolean durable) -> json.put("op", "commit").put("durable", durable);
            case Abort() -> json.put("op", "abort");
            case Comment(String text) -> json.put("op", "comment").put("comment", text);
            case AssertLock(String lock) -> json.put("op", "assert").put("lock", lock);
        }
        return json;
    }

    private static JsonNode rowJson(Map<String, Datum> row) {
        var json = JsonNodeFactory.instance.objectNode();
        new LinkedHashMap<>(row).forEach((column, datum) -> json.set(column, datum.toJson()));
        return json;
    }

    private static JsonNode whereJson(List<Condition> where) {
        var json = JsonNodeFactory.instance.arrayNode();
        where.forEach(condition -> json.add(condition.toJson()));
        return json;
    }

    private static void putColumns(ObjectNode json, @Nullable List<String> columns) {
        if (columns != null) {
            columns.forEach(json.putArray("columns")::add);
        }
    }
}

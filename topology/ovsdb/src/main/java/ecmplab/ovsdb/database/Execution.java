package ecmplab.ovsdb.database;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Mutation;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs the operations of one transaction in order, each seeing what those before it did (RFC 7047 section 5.2). */
final class Execution {
    private final DatabaseSchema schema;
    private final Transaction transaction;
    private final Predicate<String> holdsLock;
    private final long elapsedMillis;
    private final Map<String, UUID> named = new HashMap<>();
    private final Set<String> inserted = new HashSet<>();
    private final List<String> comments = new ArrayList<>();
    private boolean durable;

    /** Thrown to hold the whole transaction until something changes or the time is over. */
    static final class Unsatisfied extends Exception {
        final @Nullable Long remainingMillis;

        Unsatisfied(@Nullable Long remainingMillis) {
            super(null, null, false, false);
            this.remainingMillis = remainingMillis;
        }
    }

    /** {@code elapsedMillis}: how long the transaction has been held by {@code wait} already. */
    Execution(DatabaseSchema schema, Transaction transaction, Predicate<String> holdsLock, long elapsedMillis) {
        this.schema = schema;
        this.transaction = transaction;
        this.holdsLock = holdsLock;
        this.elapsedMillis = elapsedMillis;
    }

    boolean durable() {
        return durable;
    }

    List<String> comments() {
        return comments;
    }

    /** Runs one operation and returns its result. */
    ObjectNode run(JsonNode json, int number, int of) throws OvsdbException, Unsatisfied {
        Operation operation;
        try {
            operation = Operation.parse(json, schema, this::resolve);
        } catch (OvsdbException refused) {
            var error = refused.error();
            if (error.tag().equals("syntax error") && error.details() instanceof String details) {
                throw new OvsdbError(
                                error.tag(),
                                details.replaceFirst(
                                        "^Parsing ovsdb operation failed:",
                                        "Parsing ovsdb operation " + number + " of " + of + " failed:"),
                                error.syntax())
                        .exception();
            }
            throw refused;
        }
        return switch (operation) {
            case Operation.Insert insert -> insert(insert);
            case Operation.Select(String table, List<Condition> where, List<String> columns) ->
                select(transaction.schema(table), where, columns);
            case Operation.Update(String table, List<Condition> where, Map<String, Datum> row) -> {
                var rows = transaction.select(table, where);
                rows.forEach(old -> transaction.put(table, old.with(row)));
                yield count(rows);
            }
            case Operation.Mutate(String table, List<Condition> where, List<Mutation> mutations) ->
                mutate(transaction.schema(table), where, mutations);
            case Operation.Delete(String table, List<Condition> where) -> {
                var rows = transaction.select(table, where);
                rows.forEach(row -> transaction.remove(new RowId(table, row.uuid())));
                yield count(rows);
            }
            case Operation.Wait wait -> await(wait);
            case Operation.Commit commit -> {
                durable |= commit.durable();
                yield object();
            }
            case Operation.Abort() ->
                throw OvsdbError.of("aborted", "aborted by request").exception();
            case Operation.Comment(String text) -> {
                comments.add(text);
                yield object();
            }
            case Operation.AssertLock(String lock) -> {
                if (!holdsLock.test(lock)) {
                    throw OvsdbError.of("not owner", "Asserted lock " + lock + " not held.")
                            .exception();
                }
                yield object();
            }
        };
    }

    /** A name may be used before the insert that it belongs to. */
    private Atom resolve(String name) {
        return new Atom.Ref(named.computeIfAbsent(name, ignored -> UUID.randomUUID()));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode count(List<Row> rows) {
        return object().put("count", rows.size());
    }

    private ObjectNode insert(Operation.Insert insert) throws OvsdbException {
        var table = transaction.schema(insert.table());
        var uuid = insert.uuid();
        if (insert.name() instanceof String name) {
            if (!inserted.add(name)) {
                throw OvsdbError.of(
                                "duplicate uuid-name",
                                "This \"uuid-name\" appeared on an earlier \"insert\" operation.")
                        .about(JsonNodeFactory.instance.stringNode(name))
                        .exception();
            }
            if (uuid != null) {
                named.put(name, uuid);
            } else {
                uuid = named.computeIfAbsent(name, ignored -> UUID.randomUUID());
            }
        }
        if (uuid == null) {
            uuid = UUID.randomUUID();
        }
        if (transaction.find(new RowId(table.name(), uuid)) != null) {
            throw OvsdbError.of(
                            "duplicate uuid",
                            "This UUID would duplicate a UUID already present in table " + table.name())
                    .exception();
        }
        var columns = table.withDefaults(insert.row());
        columns.put("_version", Datum.of(new UUID(0, 0)));
        checkDefaults(table, insert.row(), columns);
        transaction.put(table.name(), new Row(uuid, columns));
        var result = object();
        result.set("uuid", new Atom.Ref(uuid).toJson());
        return result;
    }

    /** A default value, too, must be within its column's constraints. */
    private static void checkDefaults(TableSchema table, Map<String, Datum> given, Map<String, Datum> columns)
            throws OvsdbException {
        for (var column : table.columns().values()) {
            var datum = columns.get(column.name());
            if (!given.containsKey(column.name())
                    && datum != null
                    && !column.type().allows(datum)) {
                throw OvsdbError.constraint("column " + column.name() + " of table " + table.name()
                                + " must be given: its default " + datum.toJson() + " is not allowed")
                        .exception();
            }
        }
    }

    private static Map<String, Datum> cut(TableSchema table, Row row, @Nullable List<String> columns) {
        var cut = new LinkedHashMap<String, Datum>();
        if (columns == null) {
            cut.put("_uuid", Datum.of(row.uuid()));
            cut.put("_version", row.get("_version"));
            table.columns().keySet().forEach(name -> cut.put(name, row.get(name)));
        } else {
            columns.forEach(name -> cut.put(name, name.equals("_uuid") ? Datum.of(row.uuid()) : row.get(name)));
        }
        return cut;
    }

    private ObjectNode select(TableSchema table, List<Condition> where, @Nullable List<String> columns) {
        var result = object();
        var rows = result.putArray("rows");
        var seen = new HashSet<Map<String, Datum>>();
        for (var row : transaction.select(table.name(), where)) {
            var cut = cut(table, row, columns);
            if (seen.add(cut)) {
                var json = rows.addObject();
                cut.forEach((name, datum) -> json.set(name, datum.toJson()));
            }
        }
        return result;
    }

    private ObjectNode mutate(TableSchema table, List<Condition> where, List<Mutation> mutations)
            throws OvsdbException {
        var rows = transaction.select(table.name(), where);
        for (var row : rows) {
            var mutated = row;
            for (var mutation : mutations) {
                if (table.column(mutation.column()) instanceof ColumnSchema column) {
                    var datum = mutation.apply(mutated.get(mutation.column()), column.type());
                    mutated = mutated.with(Map.of(mutation.column(), datum));
                }
            }
            transaction.put(table.name(), mutated);
        }
        return count(rows);
    }

    private ObjectNode await(Operation.Wait wait) throws OvsdbException, Unsatisfied {
        var table = transaction.schema(wait.table());
        var columns = wait.columns() instanceof List<String> some
                ? some
                : List.copyOf(table.columns().keySet());
        var seen = new HashSet<Map<String, Datum>>();
        for (var row : transaction.select(table.name(), wait.where())) {
            seen.add(cut(table, row, columns));
        }
        var expected = new HashSet<Map<String, Datum>>();
        for (var row : wait.rows()) {
            var full = table.withDefaults(row);
            var cut = new LinkedHashMap<String, Datum>();
            columns.forEach(name -> cut.put(name, full.getOrDefault(name, Datum.EMPTY_SET)));
            expected.add(cut);
        }
        if (seen.equals(expected) == wait.equal()) {
            return object();
        }
        if (wait.timeoutMillis() instanceof Long timeout) {
            if (timeout <= elapsedMillis) {
                throw OvsdbError.of(
                                "timed out",
                                elapsedMillis > 0
                                        ? "\"wait\" timed out after " + elapsedMillis + " ms"
                                        : "\"where\" clause test failed")
                        .exception();
            }
            throw new Unsatisfied(timeout - elapsedMillis);
        }
        throw new Unsatisfied(null);
    }
}

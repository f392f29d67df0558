package ecmplab.ovsdb.server;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.JsonMembers;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import ecmplab.ovsdb.database.Commit;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.rpc.JsonRpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What one client wants to hear about one database, and the updates that tell it (RFC 7047 section 4.1.5 and 4.1.6). */
final class Monitor {
    /** The three forms in which updates are told. */
    enum Form {
        UPDATE("update"),
        UPDATE2("update2"),
        UPDATE3("update3");

        final String method;

        Form(String method) {
            this.method = method;
        }
    }

    /** Which kinds of changes of a column are wanted. */
    private record Select(boolean initial, boolean insert, boolean delete, boolean modify) {
        static Select parse(@Nullable JsonNode json) throws OvsdbException {
            if (json == null) {
                return new Select(true, true, true, true);
            }
            var members = JsonMembers.of(json, "monitor select");
            var select = new Select(
                    members.bool("initial", true),
                    members.bool("insert", true),
                    members.bool("delete", true),
                    members.bool("modify", true));
            members.finish();
            return select;
        }
    }

    private record MonitoredTable(TableSchema schema, Map<String, Select> columns, List<Condition> where) {
        boolean matches(@Nullable Row row) {
            return row != null && (where.isEmpty() || where.stream().anyMatch(condition -> condition.holds(row)));
        }

        boolean wants(Predicate<Select> kind) {
            return columns.isEmpty() || columns.values().stream().anyMatch(kind);
        }

        Datum get(Row row, String column) {
            return column.equals("_uuid") ? Datum.of(row.uuid()) : row.get(column);
        }

        ColumnSchema column(String name) {
            if (schema.column(name) instanceof ColumnSchema column) {
                return column;
            }
            throw new IllegalStateException(name);
        }
    }

    private final Database database;
    private final Form form;
    private final Map<String, MonitoredTable> tables = new LinkedHashMap<>();

    /** {@code requests}: tables with one {@code <monitor-request>} or an array of them. */
    Monitor(Database database, Form form, JsonNode requests) throws OvsdbException {
        this.database = database;
        this.form = form;
        if (!requests.isObject()) {
            throw OvsdbError.syntax(requests, "monitor-requests must be object").exception();
        }
        for (var member : requests.properties()) {
            var schema = database.schema().table(member.getKey());
            if (schema == null) {
                throw OvsdbError.of("syntax error", "no table named " + member.getKey())
                        .exception();
            }
            var list =
                    member.getValue().isArray() ? List.copyOf(member.getValue().values()) : List.of(member.getValue());
            tables.put(schema.name(), parse(schema, list));
        }
    }

    Database database() {
        return database;
    }

    private MonitoredTable parse(TableSchema schema, List<JsonNode> requests) throws OvsdbException {
        var columns = new LinkedHashMap<String, Select>();
        var where = new ArrayList<Condition>();
        for (var request : requests) {
            var members = JsonMembers.of(request, "monitor request");
            var names = members.optionalArray("columns");
            var select = Select.parse(members.optional("select"));
            var conditions = form == Form.UPDATE ? null : members.optionalArray("where");
            members.finish();
            if (conditions != null) {
                for (var condition : conditions.values()) {
                    where.add(Condition.parse(condition, schema, Atom.Names.NONE));
                }
            }
            if (names == null) {
                schema.columns().keySet().forEach(name -> columns.put(name, select));
                columns.put("_version", select); // all but _uuid, says the RFC
            } else {
                for (var name : names.values()) {
                    var column = name.isString() ? schema.column(name.stringValue()) : null;
                    if (column == null) {
                        throw OvsdbError.syntax(names, name + " is not a valid column name")
                                .exception();
                    }
                    if (columns.put(column.name(), select) != null) {
                        throw OvsdbError.syntax(names, "column " + column.name() + " mentioned more than once")
                                .exception();
                    }
                }
            }
        }
        return new MonitoredTable(schema, columns, List.copyOf(where));
    }

    /** All rows that match, as the reply to {@code monitor}. */
    ObjectNode initial() {
        var updates = JsonNodeFactory.instance.objectNode();
        for (var table : tables.values()) {
            if (table.wants(Select::initial)) {
                for (var row : database.rows(table.schema.name())) {
                    if (table.matches(row)) {
                        var json = row(table, row, Select::initial);
                        var update = JsonNodeFactory.instance.objectNode();
                        update.set(form == Form.UPDATE ? "new" : "initial", json);
                        put(updates, new RowId(table.schema.name(), row.uuid()), update);
                    }
                }
            }
        }
        return updates;
    }

    /** What {@code commits} together mean to this client, or null when nothing. */
    @Nullable
    ObjectNode updates(List<Commit> commits) {
        var updates = JsonNodeFactory.instance.objectNode();
        for (var change : merged(commits).values()) {
            if (tables.get(change.id().table()) instanceof MonitoredTable table) {
                var before = table.matches(change.before()) ? change.before() : null;
                var after = table.matches(change.after()) ? change.after() : null;
                if (update(table, before, after) instanceof ObjectNode update) {
                    put(updates, change.id(), update);
                }
            }
        }
        return updates.isEmpty() ? null : updates;
    }

    /** One change a row: from before the first commit to after the last. */
    private static Map<RowId, RowChange> merged(List<Commit> commits) {
        var merged = new LinkedHashMap<RowId, RowChange>();
        for (var commit : commits) {
            for (var change : commit.changes()) {
                merged.merge(
                        change.id(), change, (first, last) -> new RowChange(first.id(), first.before(), last.after()));
            }
        }
        return merged;
    }

    /** Replaces the conditions of the named tables, and returns what the client sees come and go by that, or null. */
    @Nullable
    ObjectNode changeConditions(JsonNode requests) throws OvsdbException {
        if (!requests.isObject()) {
            throw OvsdbError.syntax(requests, "monitor_cond_change requests must be object")
                    .exception();
        }
        var changed = new LinkedHashMap<String, MonitoredTable>();
        for (var member : requests.properties()) {
            var table = tables.get(member.getKey());
            if (table == null) {
                throw OvsdbError.of("syntax error", "no table named " + member.getKey() + " in this monitor")
                        .exception();
            }
            changed.put(member.getKey(), withConditions(table, member.getValue()));
        }
        var updates = JsonNodeFactory.instance.objectNode();
        changed.forEach((name, table) -> {
            var old = tables.put(name, table);
            for (var row : database.rows(name)) {
                var before = old != null && old.matches(row) ? row : null;
                var after = table.matches(row) ? row : null;
                if (update(table, before, after) instanceof ObjectNode update) {
                    put(updates, new RowId(name, row.uuid()), update);
                }
            }
        });
        return updates.isEmpty() ? null : updates;
    }

    private static MonitoredTable withConditions(MonitoredTable table, JsonNode requests) throws OvsdbException {
        var where = new ArrayList<Condition>();
        var list = requests.isArray() ? List.copyOf(requests.values()) : List.of(requests);
        for (var request : list) {
            var members = JsonMembers.of(request, "monitor_cond_change request");
            var conditions = members.array("where");
            members.finish();
            for (var condition : conditions.values()) {
                where.add(Condition.parse(condition, table.schema, Atom.Names.NONE));
            }
        }
        return new MonitoredTable(table.schema, table.columns, List.copyOf(where));
    }

    private @Nullable ObjectNode update(MonitoredTable table, @Nullable Row before, @Nullable Row after) {
        var factory = JsonNodeFactory.instance;
        var update = factory.objectNode();
        if (before == null) {
            if (after == null || !table.wants(Select::insert)) {
                return null;
            }
            update.set(form == Form.UPDATE ? "new" : "insert", row(table, after, Select::insert));
        } else if (after == null) {
            if (!table.wants(Select::delete)) {
                return null;
            }
            if (form == Form.UPDATE) {
                update.set("old", row(table, before, Select::delete));
            } else {
                update.putNull("delete");
            }
        } else {
            var difference = difference(table, before, after);
            if (difference.isEmpty()) {
                return null;
            }
            if (form == Form.UPDATE) {
                update.set("old", difference);
                update.set("new", row(table, after, Select::modify));
            } else {
                update.set("modify", difference);
            }
        }
        return update;
    }

    /** The wanted columns that differ: their old values for {@code update}, else the difference. */
    private ObjectNode difference(MonitoredTable table, Row before, Row after) {
        var json = JsonNodeFactory.instance.objectNode();
        table.columns.forEach((name, select) -> {
            var old = table.get(before, name);
            var now = table.get(after, name);
            if (select.modify() && !old.equals(now)) {
                var datum = form == Form.UPDATE
                        ? old
                        : old.difference(now, table.column(name).type());
                json.set(name, datum.toJson());
            }
        });
        return json;
    }

    /** The wanted columns; newer forms leave out those that hold their default. */
    private ObjectNode row(MonitoredTable table, Row row, Predicate<Select> kind) {
        var json = JsonNodeFactory.instance.objectNode();
        table.columns.forEach((name, select) -> {
            var datum = table.get(row, name);
            if (kind.test(select)
                    && (form == Form.UPDATE
                            || !datum.equals(table.column(name).type().defaultDatum()))) {
                json.set(name, datum.toJson());
            }
        });
        return json;
    }

    private static void put(ObjectNode updates, RowId id, ObjectNode update) {
        var table = updates.get(id.table()) instanceof ObjectNode started ? started : updates.putObject(id.table());
        table.set(id.uuid().toString(), update);
    }

    /** The notification that carries {@code updates} under the client's name {@code id} for this monitor. */
    JsonRpc.Notification notification(JsonNode id, UUID lastId, ObjectNode updates) {
        var params = JsonNodeFactory.instance.arrayNode().add(id);
        if (form == Form.UPDATE3) {
            params.add(lastId.toString());
        }
        return new JsonRpc.Notification(form.method, params.add(updates));
    }
}

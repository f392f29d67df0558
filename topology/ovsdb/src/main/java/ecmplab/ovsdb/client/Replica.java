package ecmplab.ovsdb.client;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.ColumnSchema;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.ovsdb.data.RowId;
import ecmplab.ovsdb.data.TableSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Tables of a database as this client has heard of them last: always the state after some transaction, never in between. It
 * follows while connected, and after a break asks for what it missed only.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final UUID NOTHING = new UUID(0, 0);

    /** Called on the client's event loop. */
    public interface Listener {
        /** The replica has changed. The first call is when it is complete, also when there are no rows. */
        void changed(Snapshot snapshot, List<RowChange> changes);

        /** The connection broke: what the replica holds may be old from here until the next {@link #changed}. */
        default void disconnected() {}

        /** A row does not fit the schema that the server itself told; it is left out. */
        default void rejected(RowId row, OvsdbError why) {}
    }

    /**
     * The tables at one moment.
     *
     * @param resumed counts how often the replica was brought up to date after a connect
     */
    public record Snapshot(UUID lastId, long resumed, Map<String, Map<UUID, Row>> tables) {
        public Snapshot {
            tables = Map.copyOf(tables);
        }

        public Collection<Row> rows(String table) {
            return tables.getOrDefault(table, Map.of()).values();
        }

        public @Nullable Row row(String table, UUID uuid) {
            return tables.getOrDefault(table, Map.of()).get(uuid);
        }
    }

    private final OvsdbClient client;
    private final String database;
    private final List<MonitoredTable> monitored;
    private final Listener listener;
    private volatile Snapshot snapshot = new Snapshot(NOTHING, 0, Map.of());
    private @Nullable DatabaseSchema schema;
    private JsonNode monitorId = JsonNodeFactory.instance.nullNode();
    private int attempts;
    private boolean following;
    /** Rows that did not fit: changes of theirs make no sense until they are told whole again. */
    private final Set<RowId> rejected = new HashSet<>();

    private final LongAdder deltas = new LongAdder();

    Replica(OvsdbClient client, String database, List<MonitoredTable> monitored, Listener listener) {
        this.client = client;
        this.database = database;
        this.monitored = List.copyOf(monitored);
        this.listener = listener;
    }

    /** On any thread: the newest state. Empty until the first {@link Listener#changed}. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** How often the server still knew where this replica had been, and sent the difference only. */
    public long resumedByDifference() {
        return deltas.sum();
    }

    void start() {
        following = false;
        var _ = client.schema(database).whenComplete((found, failed) -> {
            if (found != null) {
                follow(found);
            } else {
                failed("schema of " + database, failed);
            }
        });
    }

    void stop() {
        following = false;
        tell(listener::disconnected);
    }

    private void failed(String what, @Nullable Throwable why) {
        if (!(why instanceof DisconnectedException)) {
            client.fault(database, what + ": " + (why == null ? "" : why.getMessage()));
            client.reconnect(what + " not to be had");
        }
    }

    private void follow(DatabaseSchema found) {
        if (!found.equals(schema)) {
            schema = found;
            if (!snapshot.lastId.equals(NOTHING)) {
                snapshot = new Snapshot(NOTHING, snapshot.resumed, snapshot.tables);
            }
        }
        var factory = JsonNodeFactory.instance;
        monitorId = factory.stringNode("replica " + database + " " + ++attempts);
        var requests = factory.objectNode();
        for (var table : monitored) {
            var columns = found.table(table.table()) instanceof TableSchema known
                            && table.columns().isEmpty()
                    ? List.copyOf(known.columns().keySet())
                    : table.columns();
            var request = new MonitoredTable(table.table(), columns, table.where());
            requests.set(table.table(), factory.arrayNode().add(request.toJson()));
        }
        var id = monitorId;
        var _ = client.call(
                        "monitor_cond_since",
                        factory.stringNode(database),
                        id,
                        requests,
                        factory.stringNode(snapshot.lastId.toString()))
                .whenComplete((reply, failed) -> {
                    if (reply != null && id.equals(monitorId)) {
                        begin(reply);
                    } else if (failed != null) {
                        failed("monitor of " + database, failed);
                    }
                });
    }

    private void begin(JsonNode reply) {
        boolean found = reply.path(0).asBoolean(false);
        following = true;
        if (found) {
            deltas.increment();
        } else {
            rejected.clear();
        }
        apply(reply.path(1).asString(""), reply.path(2), found ? snapshot.tables : Map.of(), true);
    }

    void update(JsonNode params) {
        if (following && params.path(0).equals(monitorId)) {
            apply(params.path(1).asString(""), params.path(2), snapshot.tables, false);
        }
    }

    private void apply(String lastId, JsonNode updates, Map<String, Map<UUID, Row>> base, boolean first) {
        var tables = new HashMap<>(base);
        try {
            for (var table : updates.properties()) {
                var rows = new LinkedHashMap<>(base.getOrDefault(table.getKey(), Map.of()));
                for (var update : table.getValue().properties()) {
                    apply(tableSchema(table.getKey()), Atom.uuid(update.getKey(), updates), update.getValue(), rows);
                }
                tables.put(table.getKey(), Collections.unmodifiableMap(rows));
            }
        } catch (OvsdbException inconsistent) {
            client.fault(database, inconsistent.getMessage() + "; starting over");
            snapshot = new Snapshot(NOTHING, snapshot.resumed, snapshot.tables);
            following = false;
            client.reconnect("the replica of " + database + " is inconsistent");
            return;
        }
        var before = snapshot;
        snapshot = new Snapshot(transactionId(lastId), before.resumed + (first ? 1 : 0), tables);
        var changes = changes(before.tables, tables);
        tell(() -> listener.changed(snapshot, changes));
    }

    /** A listener's fault is no reason to lose the connection, or to be lost. */
    private void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException fault) {
            LOG.error("listener of the replica of {} failed", database, fault);
            client.fault(database, "a listener failed: " + fault);
        }
    }

    private static UUID transactionId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException none) {
            return NOTHING;
        }
    }

    private TableSchema tableSchema(String name) throws OvsdbException {
        if (schema != null && schema.table(name) instanceof TableSchema table) {
            return table;
        }
        throw OvsdbError.of("unexpected", "update of unknown table " + name).exception();
    }

    private void apply(TableSchema table, UUID uuid, JsonNode update, Map<UUID, Row> rows) throws OvsdbException {
        var id = new RowId(table.name(), uuid);
        for (var member : update.properties()) {
            switch (member.getKey()) {
                case "initial", "insert" -> {
                    try {
                        var row = table.parseRow(member.getValue(), Atom.Names.NONE);
                        rows.put(uuid, new Row(uuid, columns(table, row)));
                    } catch (OvsdbException malformed) {
                        rows.remove(uuid);
                        reject(id, malformed.error());
                    }
                }
                case "modify" -> {
                    var old = rows.get(uuid);
                    if (old == null && rejected.contains(id)) {
                        continue;
                    }
                    if (old == null) {
                        throw OvsdbError.of("unexpected", "update of unknown row " + id)
                                .exception();
                    }
                    try {
                        rows.put(uuid, modified(table, old, member.getValue()));
                    } catch (OvsdbException malformed) {
                        rows.remove(uuid);
                        reject(id, malformed.error());
                    }
                }
                case "delete" -> {
                    rows.remove(uuid);
                    rejected.remove(id);
                }
                default ->
                    throw OvsdbError.of("unexpected", "row update " + member.getKey())
                            .exception();
            }
        }
    }

    private void reject(RowId row, OvsdbError why) {
        rejected.add(row);
        tell(() -> listener.rejected(row, why));
    }

    /** The columns this replica asked for: what the server leaves out holds its default. */
    private Map<String, Datum> columns(TableSchema table, Map<String, Datum> row) {
        var full = table.withDefaults(row);
        for (var one : monitored) {
            if (one.table().equals(table.name()) && !one.columns().isEmpty()) {
                full.keySet().retainAll(one.columns());
            }
        }
        return full;
    }

    private static Row modified(TableSchema table, Row old, JsonNode differences) throws OvsdbException {
        var changed = new HashMap<String, Datum>();
        for (var member : differences.properties()) {
            if (!(table.column(member.getKey()) instanceof ColumnSchema column)
                    || !(old.columns().get(column.name()) instanceof Datum datum)) {
                throw OvsdbError.of("unexpected", "update of unknown column " + member.getKey())
                        .exception();
            }
            var difference = Datum.parseDifference(member.getValue(), column.type());
            changed.put(column.name(), datum.apply(difference, column.type()));
        }
        return old.with(changed);
    }

    private static List<RowChange> changes(Map<String, Map<UUID, Row>> before, Map<String, Map<UUID, Row>> after) {
        var changes = new ArrayList<RowChange>();
        after.forEach((table, rows) -> {
            var old = before.getOrDefault(table, Map.of());
            if (!old.equals(rows)) {
                rows.forEach((uuid, row) -> {
                    if (!row.equals(old.get(uuid))) {
                        changes.add(new RowChange(new RowId(table, uuid), old.get(uuid), row));
                    }
                });
            }
        });
        before.forEach((table, rows) -> {
            var now = after.getOrDefault(table, Map.of());
            rows.forEach((uuid, row) -> {
                if (!now.containsKey(uuid)) {
                    changes.add(new RowChange(new RowId(table, uuid), row, null));
                }
            });
        });
        return changes;
    }
}

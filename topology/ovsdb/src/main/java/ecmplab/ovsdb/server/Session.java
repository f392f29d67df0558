package ecmplab.ovsdb.server;

import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbError;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.database.Commit;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.database.Database.Outcome;
import ecmplab.ovsdb.rpc.JsonRpc;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the server holds for one client. Belongs to the database thread. */
final class Session {
    /** Monitors, held transactions and locks of one client are at most this many each. */
    private static final int MAX_EACH = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    private static final Set<String> WRITING = Set.of("insert", "update", "mutate", "delete");

    /** Where a session's messages go; {@code updates} may be refused by closing the connection when the client does not read. */
    interface Outlet {
        void send(JsonRpc message);
    }

    /** A transaction that a {@code wait} holds; {@code timerNanos} is when it will be tried again whatever happens. */
    private record Held(
            JsonNode id,
            Database database,
            List<JsonNode> operations,
            long sinceNanos,
            boolean again,
            long timerNanos) {
        static final long NO_TIMER = Long.MAX_VALUE;

        Held triedAgain(long timer) {
            return new Held(id, database, operations, sinceNanos, true, timer);
        }
    }

    private final OvsdbServer server;
    private final Outlet outlet;
    private final Map<JsonNode, Monitor> monitors = new LinkedHashMap<>();
    private final Map<JsonNode, Held> held = new LinkedHashMap<>();
    private final Set<String> locks = new HashSet<>();
    private boolean closed;

    Session(OvsdbServer server, Outlet outlet) {
        this.server = server;
        this.outlet = outlet;
    }

    void receive(JsonRpc message) {
        if (closed) {
            return;
        }
        switch (message) {
            case JsonRpc.Request request -> answer(request);
            case JsonRpc.Notification(String method, JsonNode params) -> {
                if (method.equals("cancel") && params.size() == 1 && held.remove(params.get(0)) instanceof Held gone) {
                    outlet.send(new JsonRpc.Response(gone.id, null, JsonNodeFactory.instance.stringNode("canceled")));
                }
            }
            case JsonRpc.Response ignored -> {} // to a probe
            case JsonRpc.Malformed ignored -> {} // dealt with where it came in
        }
    }

    private void answer(JsonRpc.Request request) {
        try {
            if (request.method().equals("transact")) {
                transact(request);
                return;
            }
            var result = dispatch(request);
            if (result != null) {
                outlet.send(JsonRpc.result(request.id(), result));
            } else {
                outlet.send(new JsonRpc.Response(
                        request.id(), null, JsonNodeFactory.instance.stringNode("unknown method")));
            }
        } catch (RuntimeException defect) {
            LOG.error("request {} failed", request, defect);
            outlet.send(JsonRpc.error(request.id(), OvsdbError.of("internal error", String.valueOf(defect))));
        } catch (OvsdbException refused) {
            var error = refused.error();
            outlet.send(new JsonRpc.Response(
                    request.id(),
                    null,
                    error.tag().equals("unknown monitor")
                            ? JsonNodeFactory.instance.stringNode(error.tag())
                            : error.toJson()));
        }
    }

    private @Nullable JsonNode dispatch(JsonRpc.Request request) throws OvsdbException {
        var params = request.params();
        return switch (request.method()) {
            case "list_dbs" -> {
                var names = JsonNodeFactory.instance.arrayNode();
                server.databases().forEach(database -> names.add(database.name()));
                yield names;
            }
            case "get_schema" -> database(request).schema().toJson();
            case "get_server_id" ->
                JsonNodeFactory.instance.stringNode(server.id().toString());
            case "set_db_change_aware" -> object(); // databases come and go with the server only
            case "monitor" -> monitor(request, Monitor.Form.UPDATE).initial();
            case "monitor_cond" -> monitor(request, Monitor.Form.UPDATE2).initial();
            case "monitor_cond_since" -> monitorSince(request);
            case "monitor_cond_change" -> monitorChange(request);
            case "monitor_cancel" -> {
                if (params.size() != 1 || monitors.remove(params.get(0)) == null) {
                    throw OvsdbError.of("unknown monitor", "").exception();
                }
                yield object();
            }
            case "lock" -> lock(request, false);
            case "steal" -> lock(request, true);
            case "unlock" -> unlock(request);
            case "echo" -> params;
            default -> null;
        };
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private Database database(JsonRpc.Request request) throws OvsdbException {
        var params = request.params();
        if (params.isEmpty() || !params.get(0).isString()) {
            throw OvsdbError.syntax(params, request.method() + " request params must begin with <db-name>")
                    .exception();
        }
        var name = params.get(0).stringValue();
        for (var database : server.databases()) {
            if (database.name().equals(name)) {
                return database;
            }
        }
        throw OvsdbError.of("unknown database", request.method() + " request specifies unknown database " + name)
                .about(params)
                .exception();
    }

    private Monitor monitor(JsonRpc.Request request, Monitor.Form form) throws OvsdbException {
        var database = database(request);
        var params = request.params();
        if (params.size() != (form == Monitor.Form.UPDATE3 ? 4 : 3)) {
            throw OvsdbError.syntax(params, "invalid parameters").exception();
        }
        var id = params.get(1);
        if (monitors.containsKey(id)) {
            throw OvsdbError.of("syntax error", "duplicate monitor ID")
                    .about(id)
                    .exception();
        }
        checkRoom(monitors.size());
        var monitor = new Monitor(database, form, params.get(2));
        monitors.put(id, monitor);
        return monitor;
    }

    private static void checkRoom(int size) throws OvsdbException {
        if (size >= MAX_EACH) {
            throw OvsdbError.of("resources exhausted", "this client has " + size + " of these already")
                    .exception();
        }
    }

    private JsonNode monitorSince(JsonRpc.Request request) throws OvsdbException {
        var params = request.params();
        var last = params.path(3).asStringOpt().orElse("");
        UUID lastId;
        try {
            lastId = UUID.fromString(last);
        } catch (IllegalArgumentException malformed) {
            throw OvsdbError.syntax(params, "last-txn-id must be a UUID").exception();
        }
        var monitor = monitor(request, Monitor.Form.UPDATE3);
        var missed = monitor.database().since(lastId);
        var result = JsonNodeFactory.instance
                .arrayNode()
                .add(missed != null)
                .add(monitor.database().lastId().toString());
        if (missed == null) {
            return result.add(monitor.initial());
        }
        return result.add(monitor.updates(missed) instanceof ObjectNode updates ? updates : object());
    }

    private JsonNode monitorChange(JsonRpc.Request request) throws OvsdbException {
        var params = request.params();
        if (params.size() != 3) {
            throw OvsdbError.syntax(params, "invalid parameters").exception();
        }
        var monitor = monitors.get(params.get(0));
        if (monitor == null) {
            throw OvsdbError.of("unknown monitor", "").exception();
        }
        if (!params.get(0).equals(params.get(1)) && monitors.containsKey(params.get(1))) {
            throw OvsdbError.of("syntax error", "duplicate monitor ID")
                    .about(params.get(1))
                    .exception();
        }
        var updates = monitor.changeConditions(params.get(2));
        monitors.remove(params.get(0));
        monitors.put(params.get(1), monitor);
        if (updates != null) {
            outlet.send(monitor.notification(params.get(1), monitor.database().lastId(), updates));
        }
        return object();
    }

    private JsonNode lock(JsonRpc.Request request, boolean steal) throws OvsdbException {
        var name = lockName(request);
        if (locks.contains(name)) {
            throw OvsdbError.syntax(request.params(), "must issue \"unlock\" before new \"" + request.method() + "\"")
                    .exception();
        }
        checkRoom(locks.size());
        locks.add(name);
        boolean locked = true;
        if (steal) {
            if (server.locks().steal(this, name) instanceof Session victim) {
                victim.outlet.send(lockNotification("stolen", name));
            }
        } else {
            locked = server.locks().lock(this, name);
        }
        return object().put("locked", locked);
    }

    private JsonNode unlock(JsonRpc.Request request) throws OvsdbException {
        var name = lockName(request);
        if (!locks.remove(name)) {
            throw OvsdbError.syntax(request.params(), "unlock: \"unlock\" without \"lock\" or \"steal\"")
                    .exception();
        }
        release(name);
        return object();
    }

    private void release(String name) {
        if (server.locks().unlock(this, name) instanceof Session next) {
            next.outlet.send(lockNotification("locked", name));
        }
    }

    private static JsonRpc.Notification lockNotification(String method, String name) {
        return new JsonRpc.Notification(
                method, JsonNodeFactory.instance.arrayNode().add(name));
    }

    private static String lockName(JsonRpc.Request request) throws OvsdbException {
        var params = request.params();
        if (params.size() != 1
                || !params.get(0).isString()
                || !params.get(0).stringValue().matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
            throw OvsdbError.syntax(params, request.method() + ": lock name must be one id")
                    .exception();
        }
        return params.get(0).stringValue();
    }

    private void transact(JsonRpc.Request request) throws OvsdbException {
        var database = database(request);
        if (server.isReadOnly(database)
                && request.params().values().stream()
                        .anyMatch(operation ->
                                WRITING.contains(operation.path("op").asString("")))) {
            throw OvsdbError.of("not allowed", database.name() + " is read-only for clients")
                    .exception();
        }
        var operations = new ArrayList<>(request.params().values());
        operations.removeFirst();
        if (held.containsKey(request.id())) {
            throw OvsdbError.of("syntax error", "a transaction with this id is outstanding")
                    .about(request.id())
                    .exception();
        }
        run(new Held(request.id(), database, List.copyOf(operations), server.nanoTime(), false, Held.NO_TIMER));
    }

    /** Runs a transaction; returns whether it is over. */
    private boolean run(Held transaction) throws OvsdbException {
        long elapsedMillis = (server.nanoTime() - transaction.sinceNanos) / 1_000_000;
        var outcome = transaction.database.transact(
                transaction.operations,
                lock -> server.locks().holds(this, lock),
                transaction.again ? elapsedMillis : 0);
        return switch (outcome) {
            case Outcome.Done(ArrayNode results, Commit commit) -> {
                held.remove(transaction.id);
                if (commit != null) {
                    server.tell(transaction.database, commit);
                }
                server.countTransaction(commit != null, results);
                outlet.send(JsonRpc.result(transaction.id, results));
                if (commit != null) {
                    server.retryHeld(transaction.database);
                }
                yield true;
            }
            case Outcome.Held(Long remainingMillis) -> {
                if (!transaction.again) {
                    checkRoom(held.size());
                }
                long timer = transaction.timerNanos;
                if (remainingMillis != null) {
                    long due = server.nanoTime() - transaction.sinceNanos + remainingMillis * 1_000_000;
                    if (due < timer) {
                        timer = due;
                        server.after(remainingMillis, () -> expire(transaction.id));
                    }
                }
                held.put(transaction.id, transaction.triedAgain(timer));
                yield false;
            }
        };
    }

    private void expire(JsonNode id) {
        held.computeIfPresent(id, (ignored, transaction) -> transaction.triedAgain(Held.NO_TIMER));
        retry(id);
    }

    private boolean retry(JsonNode id) {
        var transaction = held.get(id);
        try {
            return transaction != null && !closed && run(transaction);
        } catch (OvsdbException refused) {
            throw new IllegalStateException("a transaction that was held once is not refused", refused);
        }
    }

    /** Tries the transactions that wait for something in {@code database}; returns whether any is over. */
    boolean retryHeld(Database database) {
        for (var transaction : List.copyOf(held.values())) {
            if (transaction.database == database && retry(transaction.id)) {
                return true;
            }
        }
        return false;
    }

    void tell(Database database, Commit commit) {
        monitors.forEach((id, monitor) -> {
            if (!closed
                    && monitor.database() == database
                    && monitor.updates(List.of(commit)) instanceof ObjectNode updates) {
                outlet.send(monitor.notification(id, commit.id(), updates));
            }
        });
    }

    void close() {
        closed = true;
        monitors.clear();
        held.clear();
        locks.forEach(this::release);
        locks.clear();
    }

    /** The {@code _Server} database of ovsdb-server(5). */
    static DatabaseSchema serverSchema() {
        try {
            return DatabaseSchema.parse("""
                    {"name": "_Server", "version": "1.2.0", "tables": {"Database": {"columns": {
                      "name": {"type": "string"},
                      "model": {"type": {"key": {"type": "string", "enum": ["set", ["standalone", "clustered", "relay"]]}}},
                      "connected": {"type": "boolean"},
                      "leader": {"type": "boolean"},
                      "schema": {"type": {"key": "string", "min": 0}},
                      "cid": {"type": {"key": "uuid", "min": 0}},
                      "sid": {"type": {"key": "uuid", "min": 0}},
                      "index": {"type": {"key": "integer", "min": 0}}}}}}
                    """);
        } catch (OvsdbException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

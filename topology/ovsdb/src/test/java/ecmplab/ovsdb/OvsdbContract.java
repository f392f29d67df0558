package ecmplab.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.client.MonitoredTable;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.client.Replica;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.client.TransactionResult;
import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.RowChange;
import ecmplab.testkit.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** What every OVSDB server does: RFC 7047 and the extensions this project's clients count on. */
interface OvsdbContract {
    /**
     * {@code Node} is a root table; {@code Part} rows live while a node refers to them; {@code Node.friends} are weak references;
     * {@code Limits} tries every constraint.
     */
    String SCHEMA = """
            {"name": "test", "version": "1.0.0", "tables": {
              "Node": {"isRoot": true, "indexes": [["name"]], "columns": {
                "name": {"type": "string"},
                "numbers": {"type": {"key": "integer", "min": 0, "max": "unlimited"}},
                "labels": {"type": {"key": "string", "value": "string", "min": 0, "max": "unlimited"}},
                "parts": {"type": {"key": {"type": "uuid", "refTable": "Part", "refType": "strong"}, "min": 0, "max": "unlimited"}},
                "friends": {"type": {"key": {"type": "uuid", "refTable": "Node", "refType": "weak"}, "min": 0, "max": "unlimited"}},
                "fixed": {"type": "string", "mutable": false},
                "seen": {"type": "integer", "ephemeral": true}}},
              "Part": {"columns": {
                "label": {"type": "string"},
                "inner": {"type": {"key": {"type": "uuid", "refTable": "Part", "refType": "strong"}, "min": 0, "max": 1}}}},
              "Limits": {"isRoot": true, "maxRows": 2, "columns": {
                "color": {"type": {"key": {"type": "string", "enum": ["set", ["green", "red"]]}, "min": 0, "max": 1}},
                "small": {"type": {"key": {"type": "integer", "minInteger": -5, "maxInteger": 5}}},
                "ratio": {"type": {"key": {"type": "real", "minReal": 0.0, "maxReal": 1.0}}},
                "short": {"type": {"key": {"type": "string", "maxLength": 3}}},
                "few": {"type": {"key": "integer", "min": 0, "max": 2}},
                "yes": {"type": "boolean"},
                "must": {"type": {"key": {"type": "uuid", "refTable": "Node", "refType": "weak"}, "min": 0, "max": 1}}}}}}
            """;

    ServerUnderTest start(Path folder);

    /** Runs the operations, given as JSON texts, and returns the reply's result. */
    static JsonNode transact(OvsdbClient client, String... operations) {
        var params = new JsonNode[operations.length + 1];
        params[0] = JsonNodeFactory.instance.stringNode("test");
        for (int i = 0; i < operations.length; i++) {
            params[i + 1] = JsonMapper.shared().readTree(operations[i]);
        }
        return get(client.call("transact", params));
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    /** The tag of the only error in a reply. */
    static String error(JsonNode results) {
        return results.values().stream()
                .filter(result -> result.has("error"))
                .map(result -> result.get("error").stringValue())
                .collect(Collectors.joining(","));
    }

    @Test
    default void anInsertIsSelectedWithItsDefaults(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var result = transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\"}}",
                    "{\"op\": \"select\", \"table\": \"Node\", \"where\": [], \"columns\": [\"name\", \"numbers\", \"labels\", \"seen\"]}");
            assertEquals(
                    json("[{\"name\": \"a\", \"numbers\": [\"set\", []], \"labels\": [\"map\", []], \"seen\": 0}]"),
                    result.get(1).get("rows"));
        }
    }

    @Test
    default void aFailedOperationUndoesThoseBeforeItAndSkipsThoseAfterIt(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var result = transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\"}}",
                    "{\"op\": \"abort\"}",
                    "{\"op\": \"comment\", \"comment\": \"never\"}");
            assertEquals("aborted", result.get(1).get("error").stringValue());
            assertTrue(result.get(2).isNull());
            assertEquals(0, count(client, "Node"));
        }
    }

    private static int count(OvsdbClient client, String table) {
        return transact(client, "{\"op\": \"select\", \"table\": \"" + table + "\", \"where\": []}")
                .get(0)
                .get("rows")
                .size();
    }

    @Test
    default void constraintsOfEveryKindAreKept(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            for (var row : List.of(
                    "{\"color\": \"blue\"}",
                    "{\"small\": 6}",
                    "{\"small\": -6}",
                    "{\"ratio\": 1.5}",
                    "{\"short\": \"abcd\"}")) {
                var result = transact(client, "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": " + row + "}");
                assertEquals("constraint violation", error(result), row);
            }
            for (var row : List.of(
                    "{\"small\": \"six\"}",
                    "{\"yes\": 1}",
                    "{\"ratio\": true}",
                    "{\"must\": \"x\"}",
                    "{\"few\": [\"set\", [1, 2, 3]]}",
                    "{\"color\": [\"map\", []]}")) {
                var result = transact(client, "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": " + row + "}");
                assertEquals("syntax error", error(result), row);
            }
            assertEquals(
                    "unknown column",
                    error(transact(client, "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": {\"none\": 1}}")));
            assertEquals(0, count(client, "Limits"));
            assertEquals(
                    "",
                    error(
                            transact(
                                    client,
                                    "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": {\"color\": \"red\", \"small\": 5, \"ratio\": 1, \"short\": \"\u00fc\u00fc\u00fc\", \"few\": [\"set\", [1, 2]], \"yes\": true}}")));
        }
    }

    @Test
    default void noMoreRowsThanTheSchemaAllows(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var insert = "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": {}}";
            assertEquals("", error(transact(client, insert, insert)));
            var third = transact(client, insert);
            assertEquals("constraint violation", error(third));
            assertEquals(2, third.size(), "the error comes after the results of all operations");
        }
    }

    @Test
    default void anIndexIsUniqueAtTheEndOfTheTransactionOnly(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            assertEquals("", error(transact(client, node("a"), node("b"))));
            assertEquals("constraint violation", error(transact(client, node("a"))));
            assertEquals("constraint violation", error(transact(client, node("c"), node("c"))));
            // Two rows swap their names: unique before and after.
            assertEquals("", error(transact(client, rename("a", "x"), rename("b", "a"), rename("x", "b"))));
            // A name that is given up in the same transaction can be taken.
            assertEquals(
                    "",
                    error(transact(
                            client,
                            "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"a\"]]}",
                            node("a"))));
        }
    }

    private static String node(String name) {
        return "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"" + name + "\"}}";
    }

    private static String rename(String from, String to) {
        return "{\"op\": \"update\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"" + from
                + "\"]], \"row\": {\"name\": \"" + to + "\"}}";
    }

    @Test
    default void strongReferencesKeepRowsAndTheLastOneTakesThemAlong(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var result = transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\", \"parts\": [\"named-uuid\", \"outer\"]}}",
                    "{\"op\": \"insert\", \"table\": \"Part\", \"uuid-name\": \"outer\", \"row\": {\"label\": \"o\", \"inner\": [\"named-uuid\", \"inner\"]}}",
                    "{\"op\": \"insert\", \"table\": \"Part\", \"uuid-name\": \"inner\", \"row\": {\"label\": \"i\"}}",
                    "{\"op\": \"insert\", \"table\": \"Part\", \"row\": {\"label\": \"nobody's\"}}");
            assertEquals("", error(result));
            assertEquals(2, count(client, "Part"), "a part nobody refers to is not kept");
            assertEquals(
                    "referential integrity violation",
                    error(transact(
                            client,
                            "{\"op\": \"delete\", \"table\": \"Part\", \"where\": [[\"label\", \"==\", \"i\"]]}")));
            assertEquals(
                    "referential integrity violation",
                    error(
                            transact(
                                    client,
                                    "{\"op\": \"update\", \"table\": \"Node\", \"where\": [], \"row\": {\"parts\": [\"uuid\", \"00000000-0000-4000-8000-000000000001\"]}}")));
            transact(
                    client,
                    "{\"op\": \"update\", \"table\": \"Node\", \"where\": [], \"row\": {\"parts\": [\"set\", []]}}");
            assertEquals(0, count(client, "Part"));
        }
    }

    @Test
    default void weakReferencesVanishWithTheirRow(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"uuid-name\": \"a\", \"row\": {\"name\": \"a\"}}",
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"b\", \"friends\": [\"set\", [[\"named-uuid\", \"a\"]]]}}");
            var friends =
                    "{\"op\": \"select\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"b\"]], \"columns\": [\"friends\"]}";
            assertEquals(
                    "uuid", transact(client, friends).at("/0/rows/0/friends/0").asString(""));
            transact(client, "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"a\"]]}");
            assertEquals(json("[\"set\", []]"), transact(client, friends).at("/0/rows/0/friends"));
        }
    }

    @Test
    default void mutationsComputeWithinBounds(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(client, "{\"op\": \"insert\", \"table\": \"Limits\", \"row\": {\"small\": 4, \"ratio\": 0.5}}");
            assertEquals("", error(mutate(client, "[\"small\", \"*=\", -1]", "[\"small\", \"-=\", 1]")));
            assertEquals(-5, small(client));
            assertEquals("constraint violation", error(mutate(client, "[\"small\", \"-=\", 1]")));
            assertEquals("domain error", error(mutate(client, "[\"small\", \"/=\", 0]")));
            assertEquals("domain error", error(mutate(client, "[\"small\", \"%=\", 0]")));
            assertEquals("", error(mutate(client, "[\"small\", \"%=\", 3]")));
            assertEquals(-2, small(client));
            assertEquals("", error(mutate(client, "[\"ratio\", \"/=\", 2.0]")));
            assertEquals("unknown mutator", error(mutate(client, "[\"small\", \"**\", 3]")));
        }
    }

    private static JsonNode mutate(OvsdbClient client, String... mutations) {
        return transact(
                client,
                "{\"op\": \"mutate\", \"table\": \"Limits\", \"where\": [], \"mutations\": ["
                        + String.join(",", mutations) + "]}");
    }

    private static long small(OvsdbClient client) {
        return transact(client, "{\"op\": \"select\", \"table\": \"Limits\", \"where\": [], \"columns\": [\"small\"]}")
                .at("/0/rows/0/small")
                .asLong();
    }

    @Test
    default void setsAndMapsAreMutatedElementByElement(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\", \"numbers\": [\"set\", [1, 2]], \"labels\": [\"map\", [[\"k\", \"v\"]]]}}",
                    "{\"op\": \"mutate\", \"table\": \"Node\", \"where\": [], \"mutations\": [[\"numbers\", \"insert\", [\"set\", [2, 3]]], [\"numbers\", \"delete\", 1], [\"numbers\", \"+=\", 10],"
                            + "[\"labels\", \"insert\", [\"map\", [[\"k\", \"ignored\"], [\"l\", \"w\"], [\"m\", \"x\"]]]],"
                            + "[\"labels\", \"delete\", [\"set\", [\"l\"]]], [\"labels\", \"delete\", [\"map\", [[\"m\", \"other\"]]]]]}");
            assertEquals(
                    json("{\"numbers\": [\"set\", [12, 13]], \"labels\": [\"map\", [[\"k\", \"v\"], [\"m\", \"x\"]]]}"),
                    transact(
                                    client,
                                    "{\"op\": \"select\", \"table\": \"Node\", \"where\": [], \"columns\": [\"numbers\", \"labels\"]}")
                            .at("/0/rows/0"));
        }
    }

    @Test
    default void conditionsCompareScalarsSetsAndMaps(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\", \"numbers\": [\"set\", [1, 2]], \"labels\": [\"map\", [[\"k\", \"v\"]]]}}",
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"b\", \"numbers\": 3, \"seen\": 7}}");
            var expected = Map.ofEntries(
                    Map.entry("[\"name\", \"==\", \"a\"]", "a"),
                    Map.entry("[\"name\", \"!=\", \"a\"]", "b"),
                    Map.entry("[\"seen\", \">\", 0]", "b"),
                    Map.entry("[\"seen\", \">=\", 0]", "ab"),
                    Map.entry("[\"seen\", \"<\", 7]", "a"),
                    Map.entry("[\"seen\", \"<=\", 7]", "ab"),
                    Map.entry("[\"numbers\", \"includes\", 2]", "a"),
                    Map.entry("[\"numbers\", \"includes\", [\"set\", [2, 3]]]", ""),
                    Map.entry("[\"numbers\", \"excludes\", [\"set\", [1, 9]]]", "b"),
                    Map.entry("[\"numbers\", \"==\", [\"set\", [2, 1]]]", "a"),
                    Map.entry("[\"labels\", \"includes\", [\"map\", [[\"k\", \"v\"]]]]", "a"),
                    Map.entry("[\"labels\", \"excludes\", [\"map\", [[\"k\", \"w\"]]]]", "ab"));
            expected.forEach((condition, names) -> {
                var rows = transact(
                                client,
                                "{\"op\": \"select\", \"table\": \"Node\", \"columns\": [\"name\"], \"where\": ["
                                        + condition + "]}")
                        .at("/0/rows");
                assertEquals(
                        names,
                        rows.values().stream()
                                .map(row -> row.get("name").stringValue())
                                .sorted()
                                .collect(Collectors.joining()),
                        condition);
            });
        }
    }

    @Test
    default void anImmutableColumnIsSetByInsertOnly(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\", \"fixed\": \"once\"}}");
            var again = transact(
                    client,
                    "{\"op\": \"update\", \"table\": \"Node\", \"where\": [], \"row\": {\"fixed\": \"twice\"}}");
            assertFalse(error(again).isEmpty());
        }
    }

    @Test
    default void aWaitHoldsTheTransactionUntilAnotherMakesItTrue(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client();
                var other = server.client()) {
            var held = client.transact(
                    "test",
                    List.of(
                            new Operation.Wait(
                                    "Node",
                                    List.of(),
                                    List.of("name"),
                                    true,
                                    List.of(Map.of("name", Datum.of("a"))),
                                    null),
                            Operation.insert("Node", Map.of("name", Datum.of("b")))));
            assertEquals(0, count(other, "Node"));
            assertFalse(held.isDone());
            transact(other, node("a"));
            assertTrue(get(held).committed());
            assertEquals(2, count(other, "Node"));
        }
    }

    @Test
    default void aWaitThatStaysFalseTimesOut(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            for (long timeout : new long[] {0, 20}) {
                var result = get(client.transact(
                        "test",
                        List.of(
                                new Operation.Wait("Node", List.of(), List.of("name"), false, List.of(), timeout),
                                Operation.insert("Node", Map.of("name", Datum.of("b"))))));
                assertEquals(
                        "timed out",
                        result.error() == null ? "" : result.error().tag());
                assertEquals(0, result.failed());
            }
            assertEquals(0, count(client, "Node"));
        }
    }

    @Test
    default void errorsOfRequestsNameWhatIsWrong(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var factory = JsonNodeFactory.instance;
            assertEquals("unknown method", refusal(client, "no_such_method"));
            assertEquals("unknown database", refusal(client, "get_schema", factory.stringNode("none")));
            assertEquals("syntax error", refusal(client, "transact"));
            assertEquals("unknown monitor", refusal(client, "monitor_cancel", factory.stringNode("none")));
            assertEquals("syntax error", refusal(client, "unlock", factory.stringNode("none")));
            assertEquals("syntax error", error(transact(client, "{\"op\": \"fly\"}")));
            assertEquals(
                    "syntax error",
                    error(transact(client, "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [], \"what\": 1}")));
            assertEquals("not owner", error(transact(client, "{\"op\": \"assert\", \"lock\": \"mine\"}")));
        }
    }

    private static String refusal(OvsdbClient client, String method, JsonNode... params) {
        var failed = assertThrows(
                ExecutionException.class, () -> client.call(method, params).get(60, TimeUnit.SECONDS));
        return failed.getCause() instanceof OvsdbException refused
                ? refused.error().tag()
                : failed.toString();
    }

    @Test
    default void aLockPassesOnWhenItsHolderLeaves(@TempDir Path folder) {
        try (var server = start(folder);
                var second = server.client()) {
            var name = JsonNodeFactory.instance.stringNode("mine");
            try (var first = server.client()) {
                assertTrue(get(first.call("lock", name)).get("locked").booleanValue());
                assertFalse(get(second.call("lock", name)).get("locked").booleanValue());
                assertEquals("", error(transact(first, "{\"op\": \"assert\", \"lock\": \"mine\"}")));
                assertEquals("not owner", error(transact(second, "{\"op\": \"assert\", \"lock\": \"mine\"}")));
            }
            Await.until(
                    "the second client has the lock",
                    () -> error(transact(second, "{\"op\": \"assert\", \"lock\": \"mine\"}"))
                            .isEmpty());
            try (var third = server.client()) {
                assertTrue(get(third.call("steal", name)).get("locked").booleanValue());
                assertEquals("not owner", error(transact(second, "{\"op\": \"assert\", \"lock\": \"mine\"}")));
            }
        }
    }

    /** Remembers everything a replica tells. */
    final class Heard implements Replica.Listener {
        final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();
        final List<RowChange> changes = new CopyOnWriteArrayList<>();

        @Override
        public void changed(Snapshot snapshot, List<RowChange> changed) {
            changes.addAll(changed);
            snapshots.add(snapshot);
        }

        List<String> names() {
            return snapshots.isEmpty()
                    ? List.of("nothing heard")
                    : snapshots.getLast().rows("Node").stream()
                            .map(row -> row.get("name").text())
                            .sorted()
                            .toList();
        }
    }

    @Test
    default void aReplicaFollowsInsertsChangesAndDeletes(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client();
                var writer = server.client()) {
            transact(writer, node("a"));
            var heard = new Heard();
            client.replicate("test", List.of(MonitoredTable.all("Node")), heard);
            Await.until("the first row is there", () -> heard.names().equals(List.of("a")));
            var inserted = get(writer.transact(
                    "test",
                    List.of(Operation.insert(
                            "Node",
                            Map.of(
                                    "name", Datum.of("b"),
                                    "numbers", Datum.set(List.of(new Atom.Int(1), new Atom.Int(2))),
                                    "labels", Datum.stringMap(Map.of("k", "v", "l", "w")))))));
            Await.until("the second row is there", () -> heard.names().equals(List.of("a", "b")));
            transact(
                    writer,
                    "{\"op\": \"mutate\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"b\"]], \"mutations\": [[\"numbers\", \"insert\", 3], [\"numbers\", \"delete\", 1], [\"labels\", \"delete\", \"l\"], [\"labels\", \"insert\", [\"map\", [[\"m\", \"x\"]]]]]}",
                    "{\"op\": \"update\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"b\"]], \"row\": {\"name\": \"c\"}}",
                    "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"a\"]]}");
            Await.until("all three changes are there", () -> heard.names().equals(List.of("c")));
            var row = heard.snapshots.getLast().row("Node", inserted.inserted(0));
            assertNotNull(row);
            assertEquals(Datum.set(List.of(new Atom.Int(2), new Atom.Int(3))), row.get("numbers"));
            assertEquals(Map.of("k", "v", "m", "x"), row.get("labels").textMap());
            assertEquals(3, heard.snapshots.size(), "one call a transaction: never a state in between");
        }
    }

    @Test
    default void aConditionalReplicaSeesRowsComeAndGo(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client();
                var writer = server.client()) {
            transact(writer, node("a"), node("b"));
            var heard = new Heard();
            client.replicate(
                    "test",
                    List.of(new MonitoredTable(
                            "Node", List.of("name"), List.of(Condition.equal("name", Datum.of("b"))))),
                    heard);
            Await.until("only b is there", () -> heard.names().equals(List.of("b")));
            transact(writer, rename("b", "z"));
            Await.until("b left", () -> heard.names().isEmpty());
            transact(writer, rename("a", "b"));
            Await.until("the other is b now", () -> heard.names().equals(List.of("b")));
            assertEquals(
                    List.of("name"),
                    List.copyOf(heard.snapshots
                            .getLast()
                            .rows("Node")
                            .iterator()
                            .next()
                            .columns()
                            .keySet()));
        }
    }

    @Test
    default void aReplicaCatchesUpAfterTheServerWasAway(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(client, node("a"), node("b"), "{\"op\": \"commit\", \"durable\": true}");
            var heard = new Heard();
            var replica = client.replicate("test", List.of(MonitoredTable.all("Node")), heard);
            Await.until("the rows are there", () -> heard.names().equals(List.of("a", "b")));
            server.restart();
            Await.until(
                    "the replica is up to date again", () -> replica.snapshot().resumed() == 2);
            assertEquals(List.of("a", "b"), heard.names());
            assertEquals(2, heard.changes.size(), "nothing has changed, so nothing is told twice");
            assertEquals(server.remembersTransactions() ? 1 : 0, replica.resumedByDifference());
            transact(client, node("c"));
            Await.until("it follows again", () -> heard.names().equals(List.of("a", "b", "c")));
        }
    }

    @Test
    default void conditionsOfARunningMonitorCanBeChanged(@TempDir Path folder) {
        try (var server = start(folder);
                var raw = RawConnection.to(server.address())) {
            raw.send("""
                    {"id": 1, "method": "transact", "params": ["test", %s, %s]}""".formatted(node("a"), node("b")));
            raw.receive();
            raw.send("""
                    {"id": 2, "method": "monitor_cond", "params": ["test", "m",
                      {"Node": [{"columns": ["name"], "where": [["name", "==", "a"]]}]}]}""");
            var initial = raw.receive().get("result").get("Node");
            assertEquals(1, initial.size());
            assertEquals(
                    json("{\"initial\": {\"name\": \"a\"}}"),
                    initial.values().iterator().next());
            raw.send("""
                    {"id": 3, "method": "monitor_cond_change", "params": ["m", "n",
                      {"Node": [{"where": [["name", "==", "b"]]}]}]}""");
            var update = raw.receive();
            assertEquals("update2", update.get("method").stringValue());
            assertEquals("n", update.at("/params/0").stringValue());
            var kinds = new ArrayList<String>();
            update.at("/params/1/Node").values().forEach(row -> kinds.add(row.toString()));
            assertEquals(
                    List.of("{\"delete\":null}", "{\"insert\":{\"name\":\"b\"}}"),
                    kinds.stream().sorted().toList());
            assertEquals(3, raw.receive().get("id").asInt());
        }
    }

    @Test
    default void theFirstFormOfMonitorTellsOldAndNew(@TempDir Path folder) {
        try (var server = start(folder);
                var raw = RawConnection.to(server.address())) {
            raw.send(
                    "{\"id\": 1, \"method\": \"monitor\", \"params\": [\"test\", null, {\"Node\": {\"columns\": [\"name\", \"seen\"]}}]}");
            assertEquals(json("{}"), raw.receive().get("result"));
            raw.send("{\"id\": 2, \"method\": \"transact\", \"params\": [\"test\", " + node("a") + "]}");
            var insert = raw.receiveMethod("update");
            assertEquals(
                    json("{\"new\": {\"name\": \"a\", \"seen\": 0}}"),
                    insert.at("/params/1/Node").values().iterator().next());
            raw.send("{\"id\": 3, \"method\": \"transact\", \"params\": [\"test\", " + rename("a", "b") + "]}");
            var modify = raw.receiveMethod("update");
            assertEquals(
                    json("{\"old\": {\"name\": \"a\"}, \"new\": {\"name\": \"b\", \"seen\": 0}}"),
                    modify.at("/params/1/Node").values().iterator().next());
        }
    }

    @Test
    default void theServerDescribesItsDatabases(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            var result = get(client.transact(
                    "_Server",
                    List.of(new Operation.Select(
                            "Database",
                            List.of(Condition.equal("name", Datum.of("test"))),
                            List.of("model", "connected", "leader")))));
            assertEquals(
                    List.of(json("{\"model\": \"standalone\", \"connected\": true, \"leader\": true}")),
                    result.rows(0));
            assertNull(result.error());
        }
    }

    @Test
    default void ephemeralColumnsAreGoneAfterARestartAndTheOthersAreNot(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"a\", \"seen\": 5, \"numbers\": 5}}");
            server.restart();
            Await.until("connected again", () -> isAnswered(client));
            assertEquals(
                    json("{\"seen\": 0, \"numbers\": 5}"),
                    transact(
                                    client,
                                    "{\"op\": \"select\", \"table\": \"Node\", \"where\": [], \"columns\": [\"seen\", \"numbers\"]}")
                            .at("/0/rows/0"));
        }
    }

    private static boolean isAnswered(OvsdbClient client) {
        try {
            client.call("list_dbs").get(10, TimeUnit.SECONDS);
            return true;
        } catch (Exception notYet) {
            return false;
        }
    }

    /** A guarded write: refused once the epoch it was written under has passed. */
    @Test
    default void aGuardedTransactionOfAnOldEpochIsRefused(@TempDir Path folder) {
        try (var server = start(folder);
                var client = server.client()) {
            transact(
                    client,
                    "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"global\", \"numbers\": 1}}");
            var isGlobal = List.<Condition>of(Condition.equal("name", Datum.of("global")));
            var guarded = List.of(
                    Operation.require("Node", isGlobal, Map.of("numbers", Datum.of(1))),
                    Operation.insert("Node", Map.of("name", Datum.of("written"))));
            assertTrue(get(client.transact("test", guarded)).committed());
            transact(
                    client,
                    "{\"op\": \"update\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"global\"]], \"row\": {\"numbers\": 2}}");
            TransactionResult refused = get(client.transact("test", guarded));
            assertFalse(refused.committed());
            assertEquals(0, refused.failed());
        }
    }
}

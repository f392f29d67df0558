package ecmplab.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.client.ClientEvent;
import ecmplab.ovsdb.client.DisconnectedException;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.ovsdb.server.OvsdbServer;
import ecmplab.ovsdb.server.OvsdbServer.Limits;
import ecmplab.ovsdb.server.ServerEvent;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that misbehave cost themselves their connection, and others nothing. */
class EmbeddedServerFaultsTest {
    @TempDir
    Path folder;

    private final List<ServerEvent> events = new CopyOnWriteArrayList<>();
    private OvsdbServer server;
    private OvsdbAddress address;
    private OvsdbClient good;

    @BeforeEach
    void start() throws IOException, OvsdbException {
        start(new Limits(8, 64 << 10, 256 << 10, Duration.ofMillis(200)));
    }

    private void start(Limits limits) throws IOException, OvsdbException {
        server = OvsdbServer.start(
                List.of(Database.inMemory(DatabaseSchema.parse(OvsdbContract.SCHEMA))), limits, events::add);
        address = server.listen(new OvsdbAddress.Unix(folder.resolve("db.sock")));
        good = OvsdbClient.connect(address, OvsdbClient.Options.USUAL, event -> {});
        Await.until("the good client is connected", good::isConnected);
    }

    @AfterEach
    void stop() {
        assertTrue(OvsdbContract.get(good.call("list_dbs")).isArray(), "the good client has its answers to the end");
        assertEquals(
                1,
                events.stream()
                        .filter(event -> event instanceof ServerEvent.Connected connected
                                && connected.peer().endsWith("#1"))
                        .count());
        good.close();
        server.close();
        assertFalse(Files.exists(folder.resolve("db.sock")), "the socket is removed");
    }

    private String reason(String peerSuffix) {
        return events.stream()
                .filter(event -> event instanceof ServerEvent.Disconnected gone
                        && gone.peer().endsWith(peerSuffix))
                .map(event -> ((ServerEvent.Disconnected) event).why())
                .findFirst()
                .orElse("");
    }

    @Test
    void malformedInputIsCountedAndClosesItsConnectionOnly() {
        var texts = List.of(
                "GET / HTTP/1.1\r\n\r\n",
                "{\"id\":}",
                "[1, 2]",
                "{\"id\": 1, \"method\": \"echo\", \"params\": {}}",
                "{\"id\": 1, \"method\": \"echo\", \"params\": [], \"extra\": 1}",
                "{" + "\"a\": [".repeat(500),
                "{\"id\": \"" + "x".repeat(100_000));
        for (int i = 0; i < texts.size(); i++) {
            try (var bad = RawConnection.to(address)) {
                bad.send(texts.get(i));
                assertEquals("", bad.drain());
            }
            int number = i + 2;
            Await.until(
                    "connection " + number + " is closed with a reason",
                    () -> reason("#" + number).matches("(?s)(error parsing|message|\"params\").*"));
        }
        assertEquals(texts.size(), server.counters().malformed());
    }

    @Test
    void aClientThatDoesNotReadIsDisconnectedBeforeItCostsMuchMemory() {
        try (var lazy = RawConnection.to(address)) {
            lazy.send("{\"id\": 1, \"method\": \"monitor\", \"params\": [\"test\", 1, {\"Node\": {}}]}");
            lazy.receive();
            var filler = "x".repeat(10_000);
            for (int i = 0; i < 1000 && server.counters().stalled() == 0; i++) {
                OvsdbContract.transact(
                        good,
                        "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"%d\", \"fixed\": \"%s\"}}"
                                .formatted(i, filler));
            }
            Await.until("it is disconnected", () -> reason("#2").contains("does not read"));
            assertEquals(1, server.counters().stalled());
        }
    }

    @Test
    void aClientThatDoesNotAnswerProbesIsDisconnected() {
        try (var silent = RawConnection.to(address)) {
            Await.until("it is disconnected", () -> reason("#2").equals("no answer to a probe"));
            assertTrue(silent.drain().contains("\"echo\""));
        }
    }

    @Test
    void connectionsBeyondTheLimitAreRefused() {
        var connections = new ArrayList<RawConnection>();
        for (int i = 0; i < 9; i++) {
            connections.add(RawConnection.to(address));
        }
        Await.until("some are refused", () -> server.counters().refused() >= 2);
        connections.forEach(RawConnection::close);
        Await.until("there is room again", () -> {
            try (var again = RawConnection.to(address)) {
                again.send("{\"id\": 1, \"method\": \"echo\", \"params\": []}");
                return !again.drainUntil("result").isEmpty();
            }
        });
    }

    @Test
    void aFloodOfRequestsIsAnsweredInOrderWithoutFillingMemory() {
        try (var eager = RawConnection.to(address)) {
            var writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 5000; i++) {
                    eager.send("{\"id\": " + i + ", \"method\": \"list_dbs\", \"params\": []}");
                }
            });
            for (int i = 0; i < 5000; i++) {
                assertEquals(i, eager.receive().get("id").asInt());
            }
            assertTrue(writer.isAlive() || !writer.isInterrupted());
        }
    }

    @Test
    void aHeldTransactionCanBeCanceledAndEndsWithItsClient() {
        try (var client = RawConnection.to(address)) {
            var held =
                    "{\"id\": \"%s\", \"method\": \"transact\", \"params\": [\"test\", {\"op\": \"wait\", \"table\": \"Node\", \"where\": [], \"columns\": [\"name\"], \"until\": \"!=\", \"rows\": []}, {\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"late\"}}]}";
            client.send(held.formatted("a"));
            client.send(held.formatted("a"));
            assertEquals("syntax error", client.receive().at("/error/error").asString(""));
            client.send("{\"id\": null, \"method\": \"cancel\", \"params\": [\"a\"]}");
            assertEquals("canceled", client.receive().get("error").asString(""));
            client.send(held.formatted("b"));
        }
        Await.until("the client is gone", () -> !reason("#2").isEmpty());
        OvsdbContract.transact(good, "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"x\"}}");
        assertEquals(
                1,
                OvsdbContract.transact(good, "{\"op\": \"select\", \"table\": \"Node\", \"where\": []}")
                        .at("/0/rows")
                        .size(),
                "nobody is there to have the row inserted for");
    }

    @Test
    void aMonitorThatResumesGetsOneUpdateForAllThatItMissed() {
        var insert = "{\"op\": \"insert\", \"table\": \"Node\", \"row\": {\"name\": \"%s\"}}";
        OvsdbContract.transact(good, insert.formatted("a"));
        OvsdbContract.transact(good, insert.formatted("b"));
        String last;
        var request =
                "{\"id\": 1, \"method\": \"monitor_cond_since\", \"params\": [\"test\", \"m\", {\"Node\": [{\"columns\": [\"name\", \"numbers\"]}]}, \"%s\"]}";
        try (var first = RawConnection.to(address)) {
            first.send(request.formatted("00000000-0000-0000-0000-000000000000"));
            var reply = first.receive().get("result");
            assertFalse(reply.get(0).booleanValue());
            assertEquals(2, reply.get(2).get("Node").size());
            last = reply.get(1).stringValue();
        }
        OvsdbContract.transact(good, insert.formatted("c"));
        for (int number : new int[] {1, 2, 3}) {
            OvsdbContract.transact(
                    good,
                    "{\"op\": \"mutate\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"b\"]], \"mutations\": [[\"numbers\", \"insert\", "
                            + number + "]]}");
        }
        OvsdbContract.transact(good, insert.formatted("d"));
        OvsdbContract.transact(
                good, "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [[\"name\", \"includes\", \"d\"]]}");
        OvsdbContract.transact(
                good, "{\"op\": \"delete\", \"table\": \"Node\", \"where\": [[\"name\", \"==\", \"a\"]]}");
        try (var again = RawConnection.to(address)) {
            again.send(request.formatted(last));
            var reply = again.receive().get("result");
            assertTrue(reply.get(0).booleanValue(), "the server remembers");
            var kinds = reply.get(2).get("Node").values().stream()
                    .map(Object::toString)
                    .sorted()
                    .toList();
            assertEquals(
                    List.of(
                            "{\"delete\":null}",
                            "{\"insert\":{\"name\":\"c\"}}",
                            "{\"modify\":{\"numbers\":[\"set\",[1,2,3]]}}"),
                    kinds);
        }
    }

    @Test
    void aStaleSocketIsReplacedAndALiveOneIsNot() throws IOException {
        var stale = folder.resolve("stale.sock");
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        assertTrue(Files.exists(stale));
        server.listen(new OvsdbAddress.Unix(stale));
        var refused = assertThrows(IOException.class, () -> server.listen(address));
        assertTrue(String.valueOf(refused.getMessage()).contains("another server listens"), refused.getMessage());
    }

    @Test
    void aClientComesBackWithGrowingPausesAndCallsFailMeanwhile() {
        var heard = new CopyOnWriteArrayList<ClientEvent>();
        var nobody = new OvsdbAddress.Unix(folder.resolve("nobody.sock"));
        try (var client = OvsdbClient.connect(
                nobody,
                new OvsdbClient.Options(
                        Duration.ofMillis(1), Duration.ofMillis(20), Duration.ofSeconds(5), 1 << 20, 16),
                heard::add)) {
            Await.until("eight attempts failed", () -> heard.size() >= 8);
            var pauses = heard.stream()
                    .map(event -> ((ClientEvent.Disconnected) event).retryAfter())
                    .toList();
            assertTrue(pauses.getFirst().compareTo(Duration.ofMillis(1)) <= 0, pauses.toString());
            assertTrue(pauses.getLast().compareTo(Duration.ofMillis(15)) >= 0, pauses.toString());
            assertTrue(
                    pauses.stream().allMatch(pause -> pause.compareTo(Duration.ofMillis(20)) <= 0), pauses.toString());
            var failed = assertThrows(
                    ExecutionException.class, () -> client.call("list_dbs").get());
            assertTrue(failed.getCause() instanceof DisconnectedException lost && !lost.sent());
        }
    }
}

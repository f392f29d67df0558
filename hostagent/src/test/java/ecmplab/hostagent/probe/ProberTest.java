package ecmplab.hostagent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.probe.ProbeSpec.Protocol;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against real servers on the loopback; the time between attempts passes when the test says so. */
final class ProberTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final BlockingQueue<ProbeChange> changes = new LinkedBlockingQueue<>();
    private final Semaphore turns = new Semaphore(0);
    private final Prober prober = new Prober(changes::add, InstantSource.fixed(NOW), rest -> turns.acquire());

    /** Accepts one connection after the other and says {@code answer}. */
    private static final class Server implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private volatile String answer;
        private volatile String request = "";

        Server(String answer) throws IOException {
            this.answer = answer;
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (!listening.isClosed()) {
                try (var connection = listening.accept()) {
                    if (!answer.isEmpty()) {
                        request = readRequest(connection);
                        connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    } else {
                        connection.getInputStream().readAllBytes();
                    }
                } catch (IOException ended) {
                    // the prober, or the test, is done with it
                }
            }
        }

        private String readRequest(Socket connection) throws IOException {
            var text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                int octet = connection.getInputStream().read();
                if (octet < 0) {
                    break;
                }
                text.append((char) octet);
            }
            return text.toString();
        }

        int port() {
            return listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    private static ProbeSpec spec(Protocol protocol, int port, String path, Duration timeout) {
        return new ProbeSpec(
                "p1", "vm1", InetAddress.getLoopbackAddress(), protocol, port, path, Duration.ofSeconds(5), timeout, 2);
    }

    private static ProbeSpec http(int port) {
        return spec(Protocol.HTTP, port, "/health", Duration.ofSeconds(30));
    }

    private ProbeChange nextChange() throws InterruptedException {
        var change = changes.poll(60, TimeUnit.SECONDS);
        assertTrue(change != null, "a change is reported");
        return change;
    }

    private void awaitAttempts(int count) {
        Await.until(
                count + " attempts have ended",
                () -> prober.snapshot().getFirst().attempts() >= count);
    }

    @AfterEach
    void stop() {
        prober.close();
    }

    @Test
    void aListenerIsUpAndAClosedPortIsDown() throws Exception {
        int port;
        try (var server = new Server("")) {
            port = server.port();
            prober.apply(List.of(spec(Protocol.TCP, port, "", Duration.ofSeconds(30))));
            var up = nextChange();
            assertEquals(Health.UP, up.to());
            assertEquals(Health.UNKNOWN, up.from());
            assertEquals(NOW, up.at());
            assertEquals("connected", up.why());
        }
        turns.release();
        awaitAttempts(2);
        assertTrue(changes.isEmpty(), "one failure of two");
        turns.release();
        var down = nextChange();
        assertEquals(Health.DOWN, down.to());
        assertEquals("connection refused", down.why());
        var status = prober.snapshot().getFirst();
        assertEquals(3, status.attempts());
        assertEquals(2, status.failures());
        assertEquals(NOW, status.since());
    }

    @Test
    void statusTwoHundredIsUpAndFiveHundredAndThreeIsDown() throws Exception {
        try (var server = new Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            prober.apply(List.of(http(server.port())));
            assertEquals("200 OK", nextChange().why());
            assertTrue(server.request.startsWith("GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n"));
            server.answer = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
            turns.release(2);
            var change = nextChange();
            assertEquals(Health.DOWN, change.to());
            assertEquals("503 Service Unavailable", change.why());
            server.answer = "HTTP/1.0 200\r\n\r\n";
            turns.release(2);
            assertEquals(Health.UP, nextChange().to());
        }
    }

    @Test
    void whatIsNotHttpIsDownAndShownHarmlessly() throws Exception {
        try (var server = new Server("\u001b[31mSSH-2.0\r\n")) {
            prober.apply(List.of(http(server.port())));
            assertEquals("not HTTP: ?[31mSSH-2.0", nextChange().why());
        }
    }

    @Test
    void anEndlessStatusLineIsCutOff() throws Exception {
        try (var server = new Server("HTTP/1.1 200 " + "x".repeat(100_000))) {
            prober.apply(List.of(http(server.port())));
            assertEquals("status line longer than 256 octets", nextChange().why());
        }
    }

    @Test
    void aServerThatSaysNothingIsDownAfterTheTimeout() throws Exception {
        try (var server = new Server("")) {
            prober.apply(List.of(spec(Protocol.HTTP, server.port(), "/", Duration.ofMillis(20))));
            assertEquals("no answer within 20 ms", nextChange().why());
        }
    }

    @Test
    void aRemovedProbeReportsNothingMore() throws Exception {
        try (var server = new Server("")) {
            prober.apply(List.of(http(server.port())));
            prober.apply(List.of());
            assertTrue(prober.snapshot().isEmpty());
            assertTrue(changes.isEmpty(), "the attempt that waited for an answer was given up");
        }
    }

    @Test
    void anUnchangedProbeGoesOnUndisturbed() throws Exception {
        try (var server = new Server("HTTP/1.1 200 OK\r\n\r\n")) {
            prober.apply(List.of(http(server.port())));
            nextChange();
            var before = prober.snapshot();
            prober.apply(List.of(http(server.port())));
            assertEquals(before, prober.snapshot());
            prober.apply(List.of(spec(Protocol.HTTP, server.port(), "/other", Duration.ofSeconds(30))));
            assertEquals(Health.UNKNOWN, nextChange().from(), "a changed one starts anew");
        }
    }

    @Test
    void twoProbesOfOneNameAreRefusedAndNothingChanges() {
        assertThrows(IllegalArgumentException.class, () -> prober.apply(List.of(http(1), http(2))));
        assertTrue(prober.snapshot().isEmpty());
    }
}

package ecmplab.bgp.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.Prefix;
import ecmplab.testkit.Await;
import ecmplab.testkit.Hex;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BmpExporterTest {
    private static final int STATISTICS = 1;
    private static final int PEER_DOWN = 2;
    private static final int PEER_UP = 3;
    private static final int INITIATION = 4;
    private static final int TERMINATION = 5;
    private static final int PORT = 11_019;

    private static BmpExporter start(TwoSpeakers speakers, BmpCollector collector) {
        return BmpExporter.start(speakers.watched, collector, InstantSource.system(), new SplittableRandom(3));
    }

    private static BmpCollector to(TestCollector collector) {
        return BmpCollector.of(collector.address(), "watched");
    }

    @Test
    void aCollectorIsToldTheTableThatIsThereAndThenWhatChanges() throws Exception {
        try (var speakers = new TwoSpeakers();
                var collector = new TestCollector()) {
            var known = speakers.announce(0, 300);
            try (var exporter = start(speakers, to(collector))) {
                Await.until("the table", () -> collector.table().equals(known));
                assertEquals(List.of(INITIATION, PEER_UP), collector.types().subList(0, 2));

                var fresh = Prefix.parse("198.51.100.0/24");
                speakers.peer.announce(fresh);
                Await.until("an announcement", () -> collector.table().contains(fresh));
                speakers.peer.withdraw(fresh);
                Await.until("a withdrawal", () -> !collector.table().contains(fresh));

                speakers.peer.close();
                Await.until("the end of the session", () -> collector.types().getLast() == PEER_DOWN);
                assertEquals(3, collector.messages().getLast().at(48), "the peer sent a NOTIFICATION");
                assertTrue(exporter.snapshot().connected());
                assertEquals(1, exporter.snapshot().connections());
            }
            Await.until("farewell", () -> collector.types().getLast() == TERMINATION);
        }
    }

    @Test
    void aSessionThatComesUpLaterIsToldFromItsBeginning() throws Exception {
        try (var collector = new TestCollector();
                var speakers = new TwoSpeakers();
                var exporter = start(speakers, to(collector).withStatistics(Duration.ofMillis(100)))) {
            Await.until("connected", () -> collector.types().contains(PEER_UP));
            speakers.watched.resetNeighbor(TwoSpeakers.THERE, "a test");
            Await.until(
                    "down and up again",
                    () -> collector.types().stream()
                                    .filter(type -> type == PEER_UP)
                                    .count()
                            == 2);
            var known = speakers.announce(5, 20);
            Await.until("the table", () -> collector.table().equals(known));
            Await.until("statistics", () -> collector.types().contains(STATISTICS));
            assertEquals(1, exporter.snapshot().connections());
        }
    }

    @Test
    void aCollectorThatReturnsIsToldEverythingAnew() throws Exception {
        try (var speakers = new TwoSpeakers();
                var collector = new TestCollector();
                var exporter = start(speakers, to(collector))) {
            var known = speakers.announce(0, 50);
            Await.until("the table", () -> collector.table().equals(known));
            collector.hangUp();
            Await.until(
                    "connected again, with the table",
                    () -> collector.connections() == 2 && collector.table().equals(known));
            assertEquals(2, exporter.snapshot().connections());
        }
    }

    @Test
    void aCollectorThatReadsNothingIsDisconnectedAndSlowsNoSession() throws Exception {
        try (var speakers = new TwoSpeakers();
                var collector = new TestCollector()) {
            collector.reading.acquire();
            try (var exporter = start(speakers, to(collector).withMostWaiting(100_000))) {
                Await.until("connected", () -> exporter.snapshot().connected());
                int round = 0;
                while (exporter.snapshot().lastFailure() == null) {
                    assertTrue(++round < 2_000, "it takes everything: " + exporter.snapshot());
                    for (int i = 0; i < 500; i++) {
                        speakers.peer.announce(Prefix.v4(0x0B00_0000 + (i << 8), 24), round, i);
                    }
                    speakers.watched.awaitRoutes();
                }
                var failure = exporter.snapshot().lastFailure();
                assertTrue(failure != null && failure.contains("behind"), failure);
                collector.reading.release();
                Await.until(
                        "the table after all",
                        () -> collector.connections() >= 2 && collector.table().size() == 500);
            }
        }
    }

    @Test
    @Needs(Need.TSHARK)
    void wiresharkReadsWhatIsSaid(@TempDir Path folder) throws Exception {
        var capture = folder.resolve("bmp.pcap");
        try (var speakers = new TwoSpeakers();
                var collector = new TestCollector()) {
            var known = speakers.announce(0, 3);
            try (var exporter = start(speakers, to(collector).withStatistics(Duration.ofMillis(100)))) {
                Await.until("the table", () -> collector.table().equals(known));
                Await.until("statistics", () -> collector.types().contains(STATISTICS));
                speakers.peer.close();
                Await.until("the end", () -> collector.types().contains(PEER_DOWN));
                assertTrue(exporter.snapshot().octets() > 0);
            }
            Await.until("farewell", () -> collector.types().getLast() == TERMINATION);
            write(capture, collector);
        }
        var said = tshark(capture, "-V");
        for (var expected : List.of(
                "Type: Initiation Message (4)",
                "Type: Peer Up Notification (3)",
                "Type: Route Monitoring (0)",
                "Type: Statistics Report (1)",
                "Type: Peer Down Notification (2)",
                "Type: Termination Message (5)",
                "ECMP Lab BGP speaker",
                "Address: 127.0.21.2",
                "ASN: 4200000001",
                "BGP ID: 192.0.2.2",
                "10.0.1.0/24",
                "2001:db8:1::/48",
                "Reason: Remote System, Notification (3)")) {
            assertTrue(said.contains(expected), "no '" + expected + "' in:\n" + said);
        }
        assertTrue(!said.contains("Malformed"), said);
    }

    /** A capture of IP packets, each a TCP segment with one BMP message. */
    private static void write(Path capture, TestCollector collector) throws IOException {
        try (var out = new DataOutputStream(Files.newOutputStream(capture))) {
            out.writeInt(0xA1B2_C3D4);
            out.writeInt(0x0002_0004);
            out.writeLong(0);
            out.writeInt(65_535);
            out.writeInt(101); // raw IP
            int sequence = 1;
            for (var message : collector.messages()) {
                int length = 40 + message.length();
                out.writeLong(0);
                out.writeInt(length);
                out.writeInt(length);
                out.write(Hex.bytes("4500"));
                out.writeShort(length);
                out.write(Hex.bytes("0000 0000 4006 0000 7f000001 7f000002 # IPv4"));
                out.writeShort(40_000);
                out.writeShort(PORT);
                out.writeInt(sequence);
                out.write(Hex.bytes("00000000 5018 ffff 0000 0000 # acknowledgement, PSH ACK, window"));
                out.write(message.toArray());
                sequence += message.length();
            }
        }
    }

    private static String tshark(Path file, String... options) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("tshark", "-r", file.toString()));
        words.addAll(List.of("-d", "tcp.port==" + PORT + ",bmp"));
        words.addAll(List.of(options));
        var process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}

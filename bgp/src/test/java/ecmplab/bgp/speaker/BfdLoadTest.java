package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.bfd.Bfd;
import ecmplab.bgp.bfd.BfdState;
import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Hex;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * BFD beside a speaker of the same process that takes and loses a million routes, again and again. A shared machine may keep a thread
 * from its processor, and so the JVM from a safepoint, for longer than 50 ms x 3: that is what
 * {@code -Decmplab.bfd.multiplier=3} measures where nobody else works; the test allows for such a machine.
 */
@Needs({Need.ROOT, Need.IPROUTE, Need.FRR})
class BfdLoadTest {
    private static final int ROUTES = 1_000_000;
    private static final int ROUTES_A_MESSAGE = 5;
    private static final int ROUNDS = 3;
    private static final int INTERVAL_MILLIS = 50;
    private static final int MULTIPLIER = Integer.getInteger("ecmplab.bfd.multiplier", 20);

    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.22.1");
    private static final InetAddress SOURCE = InetAddress.ofLiteral("127.0.22.2");
    private static final String MARKER = "ff".repeat(16);

    @TempDir
    Path folder;

    private static Speaker speaker() {
        var asn = Asn.of(65_001);
        var id = RouterId.parse("192.0.2.1");
        var session = SessionConfig.of(SOURCE, Asn.of(65_009), asn, id)
                .withLocalAddress(HERE)
                .withPassive(true)
                .withHoldTime(Duration.ofSeconds(90));
        var config = SpeakerConfig.of(asn, id)
                .withListen(new InetSocketAddress(HERE, 0))
                .withNeighbors(List.of(NeighborConfig.of(session)));
        return Speaker.start(config, changes -> {}, event -> {});
    }

    /** A raw peer of two-octet AS numbers that has said OPEN and KEEPALIVE. */
    private static Socket source(Speaker speaker) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(SOURCE, 0));
        socket.connect(speaker.listening().getFirst());
        socket.getOutputStream().write(Hex.bytes(MARKER + "001d 01 04 fdf1 005a c0000209 00"));
        socket.getOutputStream().write(Hex.bytes(MARKER + "0013 04"));
        Thread.ofVirtual().start(() -> discard(socket));
        return socket;
    }

    private static void discard(Socket socket) {
        try (InputStream in = socket.getInputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // At the end of the test.
        }
    }

    /** Half a table in one buffer: each message with five prefixes of its own attributes. */
    private static byte[] announcements() {
        var attributes = Hex.bytes("40010100 400206 0202 fdf1 0000 400304 c0000209");
        int prefixes = 4 * ROUTES_A_MESSAGE;
        int length = 19 + 4 + attributes.length + prefixes;
        var out = ByteBuffer.allocate(ROUTES / ROUTES_A_MESSAGE * length);
        for (int route = 0; route < ROUTES; route += ROUTES_A_MESSAGE) {
            header(out, length);
            out.putShort((short) 0).putShort((short) attributes.length);
            int at = out.position();
            out.put(attributes);
            out.putShort(at + 11, (short) (1 + route / ROUTES_A_MESSAGE % 60_000));
            prefixes(out, route);
        }
        return out.array();
    }

    private static byte[] withdrawals() {
        int prefixes = 4 * ROUTES_A_MESSAGE;
        int length = 19 + 4 + prefixes;
        var out = ByteBuffer.allocate(ROUTES / ROUTES_A_MESSAGE * length);
        for (int route = 0; route < ROUTES; route += ROUTES_A_MESSAGE) {
            header(out, length);
            out.putShort((short) prefixes);
            prefixes(out, route);
            out.putShort((short) 0);
        }
        return out.array();
    }

    private static void header(ByteBuffer out, int length) {
        out.putLong(-1).putLong(-1).putShort((short) length).put((byte) 2);
    }

    /** Those of 16.0.0.0/24 and on. */
    private static void prefixes(ByteBuffer out, int first) {
        for (int route = first; route < first + ROUTES_A_MESSAGE; route++) {
            out.putInt(24 << 24 | (0x10_0000 + route));
        }
    }

    private static void awaitRoutes(Speaker speaker, int count) {
        Await.until(
                count + " routes", () -> speaker.summary().peers().getFirst().prefixesReceived() == count);
    }

    @Test
    void aMillionRoutesComingAndGoingAreNoFalseAlarm() throws Exception {
        var announcements = announcements();
        var withdrawals = withdrawals();
        try (var host = new PeerHost(folder);
                var bfd = Bfd.open(Bfd.PORT, Duration.ZERO, InstantSource.system(), RandomGenerator.getDefault());
                var speaker = speaker()) {
            host.startFrrWithBfd("""
                    bfd
                     peer %s local-address %s interface eth0
                      transmit-interval %d
                      receive-interval %d
                      detect-multiplier %d
                     exit
                    exit
                    """.formatted(
                            host.ours.getHostAddress(),
                            host.theirs.getHostAddress(),
                            INTERVAL_MILLIS,
                            INTERVAL_MILLIS,
                            MULTIPLIER));
            var path = bfd.watch(
                    host.ours,
                    host.theirs,
                    BfdTimers.parse(INTERVAL_MILLIS + "ms x " + MULTIPLIER),
                    (session, event) -> {});
            Await.until("BFD is up", () -> {
                var seen = path.snapshot();
                return seen.state() == BfdState.UP
                        && seen.detectionTime()
                                .equals(Duration.ofMillis(INTERVAL_MILLIS).multipliedBy(MULTIPLIER))
                        && !seen.polling();
            });
            var before = path.snapshot().counts();
            try (var source = source(speaker)) {
                for (int round = 0; round < ROUNDS; round++) {
                    source.getOutputStream().write(announcements);
                    awaitRoutes(speaker, ROUTES);
                    source.getOutputStream().write(withdrawals);
                    awaitRoutes(speaker, 0);
                }
            }
            var after = path.snapshot();
            System.out.println(after.counts() + ", " + after.lastFailure() + ", "
                    + bfd.counters().scheduling());
            int failures = after.counts().failures() - before.failures();
            assertEquals(0, failures, () -> "" + after);
        }
    }
}

package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Hex;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session with a socket that speaks BGP by hand, and not always well. */
class RawPeerTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress THEIRS = InetAddress.ofLiteral("127.0.0.6");
    private static final Asn THEIR_AS = Asn.of(65_002);
    private static final String MARKER = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
    private static final String ROUTE =
            MARKER + "0030 02 0000 0014" + "40 01 01 00  40 02 06 02 01 0000FDEA  40 03 04 C0000206  20 CB00710A";

    private final SessionServer server = SessionServer.open();
    private final RecordingListener listener = new RecordingListener();
    private Neighbor neighbor;
    private InetSocketAddress bound;

    @BeforeEach
    void listen() {
        bound = server.listen(new InetSocketAddress(OURS, 0));
        neighbor = server.add(
                SessionConfig.of(THEIRS, THEIR_AS, Asn.of(65_001), RouterId.parse("10.0.0.1"))
                        .withPassive(true)
                        .withHoldTime(Duration.ofSeconds(3))
                        .withConnectRetry(Duration.ofMillis(100)),
                listener);
        neighbor.start();
        Await.until("the neighbour waits", () -> neighbor.snapshot().state() == State.ACTIVE);
    }

    @AfterEach
    void end() {
        server.close();
    }

    /** The peer's end of a connection. */
    private final class Peer implements AutoCloseable {
        private final Socket socket = new Socket(bound.getAddress(), bound.getPort(), THEIRS, 0);
        private final OutputStream out = socket.getOutputStream();
        private final DataInputStream in = new DataInputStream(socket.getInputStream());

        Peer() throws IOException {
            socket.setTcpNoDelay(true);
        }

        void send(byte[] octets) throws IOException {
            out.write(octets);
            out.flush();
        }

        void send(String hex) throws IOException {
            send(Hex.bytes(hex));
        }

        /** The body of the next message, which must be of this type. */
        byte[] expect(int type) throws IOException {
            var header = in.readNBytes(Framing.HEADER);
            assertEquals(Framing.HEADER, header.length, "a whole header");
            int length = (header[16] & 0xFF) << 8 | (header[17] & 0xFF);
            var body = in.readNBytes(length - Framing.HEADER);
            assertEquals(type, header[18], () -> "type of message with body " + Hex.text(body));
            return body;
        }

        void expectNotification(int code, int subcode) throws IOException {
            byte[] header = in.readNBytes(Framing.HEADER);
            while (header.length == Framing.HEADER && header[18] != Framing.NOTIFICATION) {
                in.readNBytes(((header[16] & 0xFF) << 8 | (header[17] & 0xFF)) - Framing.HEADER);
                header = in.readNBytes(Framing.HEADER);
            }
            assertEquals(Framing.HEADER, header.length, "a NOTIFICATION comes before the end");
            assertEquals(code, in.read());
            assertEquals(subcode, in.read());
        }

        void expectEnd() throws IOException {
            while (in.read() >= 0) {
                // data of a NOTIFICATION
            }
        }

        void establish() throws IOException {
            establish(open());
        }

        void establish(byte[] open) throws IOException {
            expect(Framing.OPEN);
            send(open);
            expect(Framing.KEEPALIVE);
            send(MARKER + "0013 04");
            Await.until("the session is up", listener::isUp);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static byte[] open(Capability... more) {
        var capabilities = new ArrayList<Capability>(List.of(more));
        capabilities.add(new Capability.FourOctetAs(THEIR_AS));
        var out = Unpooled.buffer();
        new Open(THEIR_AS, 9, RouterId.parse("10.0.0.6"), capabilities).encode(out);
        return ByteBufUtil.getBytes(out);
    }

    private static final String BORR = MARKER + "0017 05 0001 01 01";
    private static final String EORR = MARKER + "0017 05 0001 02 01";

    @Test
    void theMarksOfARefreshAreToldInOrderWithTheRoutes() throws IOException {
        try (var peer = new Peer()) {
            peer.establish(open(new Capability.EnhancedRouteRefresh()));
            peer.send(BORR + ROUTE + EORR + MARKER + "0017 05 0001 00 01" + MARKER + "0017 05 0001 07 01");
            Await.until("the request is there", () -> !listener.refreshes.isEmpty());
            assertEquals(
                    List.of("refresh begins", "routes 1", "refresh ends"),
                    listener.calls.stream().filter(call -> call.startsWith("r")).toList());
            peer.send(MARKER + "0018 05 0001 01 01 00");
            peer.expectNotification(7, 1);
            peer.expectEnd();
        }
    }

    @Test
    void marksThatWereNotAgreedOnMeanNothing() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            peer.send(MARKER + "0018 05 0001 01 01 00" + BORR + ROUTE + EORR);
            Await.until("the route is there", () -> !listener.reached.isEmpty());
            assertTrue(listener.calls.stream().noneMatch(call -> call.startsWith("refresh")), listener.calls::toString);
            assertTrue(listener.isUp());
        }
    }

    @Test
    void octetByOctetIsAsGoodAsAtOnce() throws IOException {
        try (var peer = new Peer()) {
            peer.expect(Framing.OPEN);
            for (var octet : open()) {
                peer.send(new byte[] {octet});
            }
            peer.expect(Framing.KEEPALIVE);
            for (var octet : Hex.bytes(MARKER + "0013 04" + ROUTE)) {
                peer.send(new byte[] {octet});
            }
            Await.until("the route is there", () -> listener.reached.contains(Prefix.parse("203.0.113.10/32")));
        }
        Await.until("the end is noticed", () -> !listener.closes.isEmpty());
        assertEquals(
                CloseReason.ConnectionLost.class, listener.closes.getFirst().getClass());
    }

    @Test
    void everythingAtOnceIsAsGoodAsOctetByOctet() throws IOException {
        try (var peer = new Peer()) {
            var all = Unpooled.wrappedBuffer(
                    open(), Hex.bytes(MARKER + "0013 04" + ROUTE + MARKER + "0017 02 0000 0000"));
            peer.send(ByteBufUtil.getBytes(all));
            Await.until("the route and the end of the table are there", () -> !listener.endsOfRib.isEmpty());
            assertEquals(List.of(Prefix.parse("203.0.113.10/32")), listener.reached);
            assertEquals(2, neighbor.snapshot().received().updates());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "an HTTP request,           1, 1, 474554202F20485454502F312E310D0A",
        "one wrong octet of marker, 1, 1, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00 001D 01",
        "a length of 18,            1, 2, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0012 04",
        "a length of 65535,         1, 2, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF FFFF 02",
        "type 9,                    1, 3, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 09",
        "KEEPALIVE before OPEN,     5, 1, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 04",
        "UPDATE before OPEN,        5, 1, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0017 02 0000 0000",
        "hold time 2,               2, 6, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 001D 01 04 FDEA 0002 0A000006 00",
        "version 3,                 2, 1, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 001D 01 03 FDEA 0009 0A000006 00",
        "the AS of another,         2, 2, FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 001D 01 04 FDEB 0009 0A000006 00"
    })
    void aFaultIsAnsweredWithItsNotification(String what, int code, int subcode, String octets) throws IOException {
        try (var peer = new Peer()) {
            peer.expect(Framing.OPEN);
            peer.send(octets);
            peer.expectNotification(code, subcode);
            peer.expectEnd();
        }
        var sent = neighbor.snapshot().lastNotificationSent();
        assertEquals(code + "/" + subcode, sent == null ? "none" : sent.code() + "/" + sent.subcode());
        Await.until("it is told", () -> !listener.failures.isEmpty());
        assertEquals(0, neighbor.snapshot().established());
    }

    @Test
    void theNotificationIsReadThoughMuchOfOurInputIsUnread() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            // A broken UPDATE and a megabyte behind it that nobody will look at: closing now would be a reset.
            peer.send(MARKER + "0017 02 FFFF 0000");
            var junk = new byte[64 << 10];
            for (int i = 0; i < 16; i++) {
                peer.send(junk);
            }
            peer.expectNotification(3, 1);
            peer.expectEnd();
        }
        Await.until("the session is over", () -> !listener.closes.isEmpty());
        assertEquals(1, listener.faults.size());
    }

    @Test
    void aPeerThatDoesNotCloseIsCutOff() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            neighbor.stop("");
            peer.expectNotification(6, 2);
            peer.expectEnd();
            // Our side is shut down; a second later the connection is gone for both.
            Await.until("writing fails", () -> {
                try {
                    peer.send(new byte[1]);
                    return false;
                } catch (IOException reset) {
                    return true;
                }
            });
        }
    }

    @Test
    void aFaultyUpdateCostsItsRoutesAndNothingElse() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            peer.send(ROUTE);
            peer.send(ROUTE.replace("40 01 01 00", "40 01 01 07"));
            Await.until("the route was withdrawn", () -> !listener.unreached.isEmpty());
            assertEquals(List.of(Prefix.parse("203.0.113.10/32")), listener.unreached);
            assertEquals(1, neighbor.snapshot().treatedAsWithdraw());
            assertTrue(
                    listener.faults.getFirst().toString().contains("ORIGIN 7: must be 0 to 2"),
                    listener.faults::toString);
            assertTrue(listener.isUp());
        }
    }

    @Test
    void silenceIsFoundByTheHoldTimer() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            peer.expectNotification(4, 0);
            peer.expectEnd();
        }
        Await.until("the session is over", () -> !listener.closes.isEmpty());
        assertEquals(new CloseReason.HoldTimerExpired(Duration.ofSeconds(3)), listener.closes.getFirst());
    }

    @Test
    void aPeerThatStopsReadingIsFoundByTheSendHoldTimer() throws IOException {
        // Without a hold time, so that only one timer can find it.
        var limit = Duration.ofSeconds(1);
        var timers = neighbor.config().timers().withHoldTime(Duration.ZERO).withSendHoldTime(limit);
        neighbor.reconfigure(neighbor.config().withTimers(timers));
        try (var peer = new Peer()) {
            peer.establish();
            var junk = new byte[64 << 10];
            Arrays.fill(junk, (byte) 0xFF);
            for (int at = 0; at < junk.length; at += 4096) {
                System.arraycopy(Hex.bytes("1000 02 0000 0FE9"), 0, junk, at + 16, 7);
            }
            // It takes nothing of what we have to say.
            Await.until("the session is over", () -> {
                listener.sendAll(junk);
                return !listener.closes.isEmpty();
            });
        }
        assertEquals(new CloseReason.SendHoldTimerExpired(limit), listener.closes.getFirst());
        Await.until(
                "nothing of the connection is left", () -> neighbor.snapshot().pendingOctets() == 0);
    }

    @Test
    void whatASlowPeerTakesOfALongBufferIsProgress() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            peer.socket.setReceiveBufferSize(64 << 10);
            var keepalives = Hex.bytes((MARKER + "0013 04").repeat(1 << 20));
            listener.sendAll(keepalives);
            Await.until("it waits", () -> neighbor.snapshot().pendingOctets() > 0);
            for (int i = 0; i < 3; i++) {
                // Never as much as is left and the sockets hold: it is taken in part, as one buffer.
                long before = neighbor.snapshot().pendingOctets();
                peer.in.skipNBytes(keepalives.length / 4);
                Await.until("some is taken", () -> neighbor.snapshot().pendingOctets() < before);
            }
        }
    }

    @Test
    void ofAPeerThatIsGoneTheKernelKeepsNothingToRepeat() throws IOException {
        try (var peer = new Peer()) {
            peer.establish(); // hold time 3 s
            int from = peer.socket.getLocalPort();
            assertTrue(kernelHas(bound.getPort(), from));
            var junk = new byte[4096];
            Arrays.fill(junk, 0, 16, (byte) 0xFF);
            System.arraycopy(Hex.bytes("1000 02 0000 0FE9"), 0, junk, 16, 7);
            // More than the socket takes: it waits in the kernel for a peer that says nothing any more.
            Await.until("the session is over", () -> {
                listener.sendAll(junk);
                return !listener.closes.isEmpty();
            });
            assertEquals(new CloseReason.HoldTimerExpired(Duration.ofSeconds(3)), listener.closes.getFirst());
            Await.until("our socket is gone", () -> !kernelHas(bound.getPort(), from));
        }
    }

    /** Whether a socket with these ports is there in any state, FIN-WAIT included. */
    private static boolean kernelHas(int local, int remote) throws IOException {
        var ports = Pattern.compile("^\\s*\\d+: \\w+:%04X \\w+:%04X .*".formatted(local, remote));
        try (var lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.anyMatch(line -> ports.matcher(line).matches());
        }
    }

    @Test
    void dribblingOctetsAreSignsOfLife() throws Exception {
        try (var peer = new Peer()) {
            peer.establish();
            // One UPDATE of 4096 octets, an octet at a time, over more than the hold time of 3 s.
            var update = new byte[4096];
            Arrays.fill(update, 0, 16, (byte) 0xFF);
            System.arraycopy(Hex.bytes("1000 02 0000 0FE9 F063 0FE5"), 0, update, 16, 11);
            update[23] = (byte) 0xF0;
            var keepalives = neighbor.snapshot().sent().keepalives();
            int[] next = {0};
            Await.until("five of our keepalives later", () -> {
                peer.send(new byte[] {update[next[0]++]});
                return neighbor.snapshot().sent().keepalives() >= keepalives + 5;
            });
            assertTrue(listener.isUp(), listener.calls::toString);
        }
    }

    @Test
    void whileOneSessionIsUpAnotherConnectionIsToldSo() throws IOException {
        try (var peer = new Peer()) {
            peer.establish();
            try (var second = new Peer()) {
                second.expectNotification(6, 7);
                second.expectEnd();
            }
            Await.until("it is counted", () -> neighbor.snapshot().refused() == 1);
            assertTrue(listener.isUp());
        }
    }

    @Test
    void aConnectionOfAPeerThatRestartsGracefullyReplacesItsOldOne() throws IOException {
        var kept = new Capability.GracefulRestart.PreservedFamily(1, 1, true);
        var open = open(new Capability.GracefulRestart(false, true, 120, List.of(kept)));
        try (var peer = new Peer()) {
            peer.establish(open);
            var first = listener.up();
            Await.until("it is no late collision", () -> {
                peer.send(MARKER + "0013 04");
                return neighbor.snapshot().sent().keepalives() >= 3;
            });
            try (var again = new Peer()) {
                again.establish(open);
                Await.until(
                        "the new session is up",
                        () -> listener.isUp() && !listener.up().equals(first));
                peer.expectEnd();
            }
        }
        assertEquals(new CloseReason.Restarted(), listener.closes.getFirst());
    }

    @Test
    void anOpenOfOursHasTheOctetsOfTheRfcs() throws IOException {
        try (var peer = new Peer()) {
            assertArrayEquals(Hex.bytes("""
                    04 FDE9 0003 0A000001   # version, AS 65001, 3 s, 10.0.0.1
                    18 02 16
                    01 04 0001 00 01        # IPv4 unicast
                    02 00                   # route refresh
                    06 00                   # extended message
                    40 02 4000              # graceful restart of no family, with notifications (RFC 8538)
                    41 04 0000FDE9          # four-octet AS
                    46 00                   # enhanced route refresh
                    """), peer.expect(Framing.OPEN));
        }
    }

    @Test
    void aStoppedNeighbourRefusesWithItsFarewell() throws IOException {
        try (var peer = new Peer()) {
            peer.expect(Framing.OPEN);
            peer.send(MARKER + "0013 09");
            peer.expectNotification(1, 3);
        }
        neighbor.stop("");
        Await.until("it is stopped", () -> neighbor.snapshot().state() == State.IDLE);
        try (var peer = new Peer()) {
            peer.expectNotification(Notification.CEASE, Notification.CEASE_ADMIN_SHUTDOWN);
            peer.expectEnd();
        }
        Await.until("it is counted", () -> neighbor.snapshot().refused() >= 1);
    }
}

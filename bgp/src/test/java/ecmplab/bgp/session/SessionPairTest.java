package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two speakers of ours over loopback. */
class SessionPairTest {
    private static final InetAddress LEFT = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress RIGHT = InetAddress.ofLiteral("127.0.0.2");
    private static final Asn LEFT_AS = Asn.of(65_001);
    private static final Asn RIGHT_AS = Asn.of(4_200_000_001L);

    private final RecordingListener left = new RecordingListener();
    private final RecordingListener right = new RecordingListener();
    private SessionServer leftServer = SessionServer.open();
    private SessionServer rightServer = SessionServer.open();

    @AfterEach
    void end() {
        leftServer.close();
        rightServer.close();
    }

    private SessionConfig leftConfig() {
        return SessionConfig.of(RIGHT, RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1"))
                .withLocalAddress(LEFT)
                .withConnectRetry(Duration.ofMillis(100));
    }

    private SessionConfig rightConfig() {
        return SessionConfig.of(LEFT, LEFT_AS, RIGHT_AS, RouterId.parse("10.0.0.2"))
                .withLocalAddress(RIGHT)
                .withConnectRetry(Duration.ofMillis(100));
    }

    /** Left dials, right waits; both started. */
    private Pair connect(SessionConfig leftConfig, SessionConfig rightConfig) {
        var bound = rightServer.listen(new InetSocketAddress(RIGHT, 0));
        var waiting = rightServer.add(rightConfig.withPassive(true), right);
        var dialling = leftServer.add(leftConfig.withPort(bound.getPort()), left);
        waiting.start();
        dialling.start();
        return new Pair(dialling, waiting);
    }

    private Pair connect() {
        var pair = connect(leftConfig(), rightConfig());
        awaitUp();
        return pair;
    }

    private void awaitUp() {
        Await.until("both sides are established", () -> left.isUp() && right.isUp());
    }

    private record Pair(Neighbor left, Neighbor right) {}

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aSessionComesUpOnEveryTransport(Transport transport) {
        leftServer.close();
        rightServer.close();
        leftServer = SessionServer.open(transport, InstantSource.system(), new SplittableRandom(1));
        rightServer = SessionServer.open(transport, InstantSource.system(), new SplittableRandom(2));
        var pair = connect();

        var negotiated = left.up().negotiated();
        assertEquals(RIGHT_AS, negotiated.peerAsn());
        assertEquals(RouterId.parse("10.0.0.2"), negotiated.peerRouterId());
        assertEquals(Duration.ofSeconds(9), negotiated.holdTime());
        assertEquals(Duration.ofSeconds(3), negotiated.keepalive());
        assertEquals(EnumSet.of(AddressFamily.IPV4_UNICAST), negotiated.families());
        assertTrue(negotiated.fourOctetAs());
        assertTrue(negotiated.routeRefresh());
        assertEquals(Framing.EXTENDED_MESSAGE, negotiated.maxMessageSize());
        assertEquals(RIGHT, negotiated.remote().getAddress());
        var snapshot = pair.left().snapshot();
        assertEquals(State.ESTABLISHED, snapshot.state());
        assertEquals(1, snapshot.sent().opens());
        assertEquals(1, snapshot.received().opens());
        assertEquals(1, snapshot.connectAttempts());
        assertEquals(0, snapshot.accepted());
    }

    @Test
    void aSessionRunsOverIpv6() {
        var loopback = InetAddress.ofLiteral("::1");
        var bound = rightServer.listen(new InetSocketAddress(loopback, 0));
        var waiting = rightServer.add(
                SessionConfig.of(loopback, LEFT_AS, RIGHT_AS, RouterId.parse("10.0.0.2"))
                        .withPassive(true)
                        .withMd5Password(Transport.available() == Transport.EPOLL ? "correct horse" : null),
                right);
        var dialling = leftServer.add(
                SessionConfig.of(loopback, RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1"))
                        .withMd5Password(Transport.available() == Transport.EPOLL ? "correct horse" : null)
                        .withPort(bound.getPort()),
                left);
        waiting.start();
        dialling.start();
        awaitUp();
        assertEquals(loopback, right.up().negotiated().remote().getAddress());
    }

    /** Loopback packets have TTL 255 only because both sides send so; the answer to the SYN has it too. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.2 127.0.0.1", "::1 ::1"})
    void withTtlSecurityOnBothSidesASessionComesUp(String ends) {
        assumeTrue(Transport.available() == Transport.EPOLL);
        var right127 = InetAddress.ofLiteral(ends.split(" ")[0]);
        var left127 = InetAddress.ofLiteral(ends.split(" ")[1]);
        var bound = rightServer.listen(new InetSocketAddress(right127, 0));
        var secure = TransportOptions.of(1).withTtlSecurity(true).withPort(bound.getPort());
        rightServer
                .add(
                        SessionConfig.of(left127, LEFT_AS, RIGHT_AS, RouterId.parse("10.0.0.2"))
                                .withTransport(secure.withPassive(true)),
                        right)
                .start();
        leftServer
                .add(
                        SessionConfig.of(right127, RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1"))
                                .withTransport(secure.withLocalAddress(left127)),
                        left)
                .start();
        awaitUp();
    }

    @Test
    void withTtlSecurityAPeerThatSendsWithASmallerTtlIsNotHeard() {
        assumeTrue(Transport.available() == Transport.EPOLL);
        var bound = rightServer.listen(new InetSocketAddress(RIGHT, 0));
        var waiting = rightServer.add(rightConfig().withPassive(true), right);
        waiting.start();
        var secure = TransportOptions.of(1)
                .withTtlSecurity(true)
                .withPort(bound.getPort())
                .withLocalAddress(LEFT);
        var neighbor = leftServer.add(leftConfig().withTransport(secure).withHoldTime(Duration.ofSeconds(3)), left);
        neighbor.start();
        // The listener answers with TTL 255; what the accepted socket sends has TTL 1.
        Await.until(
                "they have sent more than once", () -> waiting.snapshot().sent().keepalives() >= 2);
        assertEquals(0, neighbor.snapshot().received().total());
    }

    @Test
    void routesAndEndOfRibCross() {
        connect();
        assertTrue(left.up().send(updates(3, 1000)));
        Await.until("all routes are there", () -> right.reached.size() == 1000 && !right.endsOfRib.isEmpty());
        assertEquals(Prefix.parse("10.0.0.0/24"), right.reached.getFirst());
        assertEquals(List.of(AddressFamily.IPV4_UNICAST), right.endsOfRib);
        assertEquals(List.of(), right.faults);
    }

    @Test
    void whenTheRibIsFullReadingStopsAndTheSessionLives() {
        var pair = connect(
                leftConfig().withHoldTime(Duration.ofSeconds(3)), rightConfig().withHoldTime(Duration.ofSeconds(3)));
        awaitUp();
        right.takesMore = false;
        assertTrue(left.up().send(updates(3, 10)));
        Await.until("reading has stopped", () -> pair.right().snapshot().readingPaused());
        int refused = 0;
        while (left.up().isWritable()) {
            left.up().send(updates(refused++, 5000));
        }
        assertFalse(left.up().send(updates(0, 1)), "a session that is not writable takes nothing");

        var before = pair.right().snapshot().received();
        long keepalives = pair.left().snapshot().sent().keepalives();
        Await.until(
                "keepalives pass the routes for longer than the hold time",
                () -> pair.left().snapshot().sent().keepalives() >= keepalives + 4);
        assertEquals(before, pair.right().snapshot().received(), "nothing is read while the RIB is full");
        assertTrue(left.isUp() && right.isUp());

        right.takesMore = true;
        right.up().resumeReading();
        int expected = 10 + 5000 * refused;
        Await.until("everything has arrived", () -> right.reachedCount.get() == expected);
        Await.until("it is writable again, and told", () -> left.calls.contains("writable"));
        Await.until("nothing is pending", () -> left.up().pendingOctets() == 0);
    }

    @Test
    void aRouteRefreshIsDelivered() {
        connect();
        var request = Unpooled.buffer();
        Framing.writeRouteRefresh(request, AddressFamily.IPV4_UNICAST);
        left.up().send(request);
        Await.until("the refresh is there", () -> right.refreshes.size() == 1);
        assertEquals(List.of(AddressFamily.IPV4_UNICAST), right.refreshes);
    }

    @Test
    void aShutdownTellsThePeerWhy() {
        var pair = connect();
        pair.left().stop("moving to rack 7");
        Await.until("both sides are down", () -> !left.closes.isEmpty() && !right.closes.isEmpty());
        assertEquals(new CloseReason.Stopped("moving to rack 7"), left.closes.getFirst());
        var received = assertInstanceOf(CloseReason.NotificationReceived.class, right.closes.getFirst());
        assertEquals("moving to rack 7", received.notification().shutdownText());
        assertEquals(State.IDLE, pair.left().snapshot().state());
        assertEquals(received.notification(), pair.right().snapshot().lastNotificationReceived());

        pair.left().start();
        awaitUp();
    }

    @Test
    void aResetComesBackAndTheOldSessionIsDead() {
        var pair = connect();
        var old = left.up();
        old.reset(Notification.cease(Notification.CEASE_ADMIN_RESET));
        Await.until("a new session is up", () -> left.isUp() && !left.up().equals(old) && right.isUp());
        assertFalse(old.isWritable());
        assertFalse(old.send(updates(1, 1)));
        old.reset(Notification.cease(Notification.CEASE_ADMIN_RESET));
        left.up().send(updates(1, 5));
        Await.until("routes arrive on the new session", () -> right.reached.size() == 5);
        assertEquals(2, pair.left().snapshot().established());
    }

    @Test
    void whatNeedsNoResetIsConfiguredWhileTheSessionIsUpAndTheRestWithACease() {
        var pair = connect();
        var session = left.up();
        var slower = pair.left().config().withHoldTime(Duration.ofSeconds(90));
        pair.left().reconfigure(slower);
        Await.until("it is taken", () -> pair.left().snapshot().config().equals(slower));
        pair.left().reconfigure(slower.withHops(2));
        Await.until("the peer was told", () -> !right.closes.isEmpty());
        assertEquals(
                new CloseReason.NotificationReceived(Notification.cease(Notification.CEASE_CONFIG_CHANGE)),
                right.closes.getFirst());
        Await.until("a new session is up", () -> left.isUp() && !left.up().equals(session) && right.isUp());
        assertEquals(2, pair.left().snapshot().established());
        assertThrows(IllegalArgumentException.class, () -> pair.left().reconfigure(rightConfig()));
    }

    @Test
    void aNewKeyCountsAtOnceForBothWhoDialAndWhoListen() {
        assumeTrue(Transport.available() == Transport.EPOLL);
        var pair = connect(leftConfig().withMd5Password("old"), rightConfig().withMd5Password("old"));
        awaitUp();
        pair.right().reconfigure(pair.right().config().withMd5Password("new"));
        pair.left().reconfigure(pair.left().config().withMd5Password("new"));
        Await.until(
                "a session with the new key is up",
                () -> pair.left().snapshot().established() == 2
                        && pair.left().snapshot().state() == State.ESTABLISHED);
    }

    @Test
    void aListenerOfAnyAddressTakesBothVersionsOfIpWithTheirKeys() {
        assumeTrue(Transport.available() == Transport.EPOLL);
        var port = rightServer
                .listen(new InetSocketAddress(InetAddress.ofLiteral("::"), 0))
                .getPort();
        rightServer
                .add(rightConfig().withPassive(true).withMd5Password("correct horse"), right)
                .start();
        leftServer
                .add(leftConfig().withPort(port).withMd5Password("correct horse"), left)
                .start();
        awaitUp();
        assertEquals(LEFT, right.up().negotiated().remote().getAddress());
    }

    /** Two addresses of one interface of our own; they mean nothing without it. */
    @Test
    @Needs(Need.ROOT)
    void aSessionRunsBetweenLinkLocalAddresses() throws Exception {
        assumeTrue(Transport.available() == Transport.EPOLL);
        var link = "bgpt" + ProcessHandle.current().pid() % 100_000;
        run("ip", "link", "add", link, "type", "veth", "peer", "name", link + "p");
        try {
            run("ip", "link", "set", link, "up");
            run("ip", "addr", "add", "fe80::1/64", "dev", link, "nodad");
            run("ip", "addr", "add", "fe80::2/64", "dev", link, "nodad");
            var one = InetAddress.ofLiteral("fe80::1%" + link);
            var two = InetAddress.ofLiteral("fe80::2%" + link);
            var port = rightServer
                    .listen(new InetSocketAddress(InetAddress.ofLiteral("::"), 0))
                    .getPort();
            rightServer
                    .add(
                            SessionConfig.of(one, LEFT_AS, RIGHT_AS, RouterId.parse("10.0.0.2"))
                                    .withPassive(true),
                            right)
                    .start();
            leftServer
                    .add(
                            SessionConfig.of(two, RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1"))
                                    .withLocalAddress(one)
                                    .withPort(port),
                            left)
                    .start();
            awaitUp();
            assertEquals(one, right.up().negotiated().remote().getAddress());
        } finally {
            run("ip", "link", "del", link);
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> SessionConfig.of(
                        InetAddress.ofLiteral("fe80::1"), RIGHT_AS, LEFT_AS, RouterId.parse("10.0.0.1")));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), String.join(" ", command));
    }

    @Test
    void removingANeighbourTellsItSo() {
        var pair = connect();
        leftServer.remove(pair.left());
        Await.until("the peer was told", () -> !right.closes.isEmpty());
        assertEquals(
                new CloseReason.NotificationReceived(Notification.cease(Notification.CEASE_PEER_DECONFIGURED)),
                right.closes.getFirst());
    }

    @Test
    void aWrongAsIsRefusedOnBothSides() {
        var pair = connect(
                leftConfig(),
                SessionConfig.of(LEFT, Asn.of(65_009), RIGHT_AS, RouterId.parse("10.0.0.2"))
                        .withLocalAddress(RIGHT));
        Await.until("the attempt failed", () -> !left.failures.isEmpty() && !right.failures.isEmpty());
        assertEquals(
                Notification.of(Notification.OPEN_ERROR, 2),
                pair.right().snapshot().lastNotificationSent());
        assertEquals(
                "NOTIFICATION 2/2 (OPEN Message Error/Bad Peer AS)",
                "NOTIFICATION " + pair.left().snapshot().lastNotificationReceived());
        assertTrue(right.failures.getFirst().toString().contains("AS 65001: must be 65009"), right.failures::toString);
    }

    @Test
    void aHoldTimeBelowOurMinimumIsRefused() {
        var demanding = rightConfig();
        var pair = connect(
                leftConfig(),
                demanding.withTimers(demanding
                        .timers()
                        .withHoldTime(Duration.ofSeconds(30))
                        .withMinimumHoldTime(Duration.ofSeconds(20))));
        Await.until("the attempt failed", () -> !left.failures.isEmpty() && !right.failures.isEmpty());
        assertEquals(
                Notification.of(Notification.OPEN_ERROR, 6),
                pair.left().snapshot().lastNotificationReceived());
    }

    @Test
    void withAHoldTimeOfZeroOnOneSideNobodyKeepsTime() {
        connect(leftConfig().withHoldTime(Duration.ZERO), rightConfig());
        awaitUp();
        for (var side : List.of(left, right)) {
            assertEquals(Duration.ZERO, side.up().negotiated().holdTime());
            assertEquals(Duration.ZERO, side.up().negotiated().keepalive());
        }
    }

    @Test
    void bothSidesDiallingComesToOneSession() {
        var leftPort = leftServer.listen(new InetSocketAddress(LEFT, 0)).getPort();
        var rightPort = rightServer.listen(new InetSocketAddress(RIGHT, 0)).getPort();
        var one = leftServer.add(leftConfig().withPort(rightPort), left);
        var other = rightServer.add(rightConfig().withPort(leftPort), right);
        one.start();
        other.start();
        awaitUp();
        Await.until(
                "both ends are of one connection",
                () -> left.isUp()
                        && right.isUp()
                        && left.up()
                                .negotiated()
                                .local()
                                .equals(right.up().negotiated().remote()));
        left.up().send(updates(1, 7));
        Await.until("routes cross", () -> right.reached.size() >= 7);
    }

    @Test
    void aStrangerIsClosedAndCounted() throws Exception {
        var bound = rightServer.listen(new InetSocketAddress(RIGHT, 0));
        try (var stranger = new Socket(bound.getAddress(), bound.getPort(), LEFT, 0)) {
            assertEquals(-1, read(stranger));
        }
        assertEquals(1, rightServer.refusedConnections());
    }

    private static int read(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException reset) {
            return -1;
        }
    }

    /** Announcements of {@code count} /24s of 10/8 with MED {@code med}, then End-of-RIB. */
    private static ByteBuf updates(int med, int count) {
        var attributes = PathAttributes.of(
                PathAttribute.Origin.IGP,
                AsPath.sequence(LEFT_AS.value()),
                new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")),
                new PathAttribute.MultiExitDisc(med));
        var block = attributes.encode();
        var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, true);
        var out = Unpooled.buffer();
        encoder.announce(out, AddressFamily.IPV4_UNICAST, block, 0, block.length);
        for (int i = 0; i < count; i++) {
            encoder.prefix((0x0A00_0000L + ((long) i << 8)) << 32, 0, 24);
        }
        encoder.finish();
        encoder.endOfRib(out, AddressFamily.IPV4_UNICAST);
        return out;
    }
}

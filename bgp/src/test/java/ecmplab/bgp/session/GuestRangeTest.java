package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Peers that connect from a range and are not configured. */
class GuestRangeTest {
    private static final InetAddress HUB = InetAddress.ofLiteral("127.0.0.1");
    private static final Prefix RANGE = Prefix.parse("127.7.0.0/16");
    private static final Asn HUB_AS = Asn.of(65_001);
    private static final Asn GUEST_AS = Asn.of(65_002);

    private final SessionServer hub = SessionServer.open();
    private final SessionServer peers = SessionServer.open();
    private final int port = hub.listen(new InetSocketAddress(HUB, 0)).getPort();
    private final Map<InetAddress, RecordingListener> guests = new ConcurrentHashMap<>();
    private final List<Neighbor> gone = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        peers.close();
        hub.close();
    }

    /** Takes all but addresses that end in 66. */
    private final class Desk implements Guests {
        @Override
        public @Nullable Neighbor admit(InetAddress peer) {
            if (peer.getAddress()[3] == 66) {
                return null;
            }
            var listener = new RecordingListener();
            var config = SessionConfig.of(peer, SessionConfig.ANY_OTHER_AS, HUB_AS, RouterId.parse("10.0.0.1"))
                    .withPassive(true);
            var neighbor = hub.add(config, listener);
            guests.put(peer, listener);
            neighbor.start();
            return neighbor;
        }

        @Override
        public void left(Neighbor guest) {
            gone.add(guest);
        }
    }

    private SessionConfig peer(int number) {
        return SessionConfig.of(HUB, HUB_AS, GUEST_AS, RouterId.parse("10.0.1." + number))
                .withLocalAddress(InetAddress.ofLiteral("127.7.0." + number))
                .withPort(port)
                .withConnectRetry(Duration.ofMillis(100));
    }

    private static void awaitUp(RecordingListener listener) {
        Await.until("the session is up", listener::isUp);
    }

    @Test
    void guestsComeUpToTheLimitAndAreForgottenWhenTheyGo() {
        hub.acceptRange(RANGE, 2, null, new Desk());
        var first = new RecordingListener();
        var second = new RecordingListener();
        var one = peers.add(peer(1), first);
        one.start();
        awaitUp(first);
        var guest = Objects.requireNonNull(guests.get(InetAddress.ofLiteral("127.7.0.1")));
        awaitUp(guest);
        assertEquals(GUEST_AS, guest.up().negotiated().peerAsn());

        one.stop("");
        Await.until("the guest is forgotten", () -> gone.size() == 1);
        one.start();
        awaitUp(first);

        // A peer of one address is one neighbour: more of them need addresses of their own.
        try (var others = SessionServer.open();
                var more = SessionServer.open()) {
            others.add(peer(2), second).start();
            awaitUp(second);
            var third = new RecordingListener();
            more.add(peer(3), third).start();
            Await.until("the third is refused", () -> hub.refusedConnections() >= 1);
            assertEquals(0, third.calls.stream().filter("established"::equals).count());
        }
    }

    @Test
    void aGuestThatIsNotWantedIsClosedAndCounted() {
        hub.acceptRange(RANGE, 2, null, new Desk());
        peers.add(peer(66), new RecordingListener()).start();
        Await.until("it is refused", () -> hub.refusedConnections() >= 1);
        assertEquals(Map.of(), guests);
    }

    @Test
    void ourOwnAsIsNotAnotherAs() {
        hub.acceptRange(RANGE, 2, null, new Desk());
        var config = SessionConfig.of(HUB, HUB_AS, HUB_AS, RouterId.parse("10.0.1.9"))
                .withLocalAddress(InetAddress.ofLiteral("127.7.0.9"))
                .withPort(port);
        var neighbor = peers.add(config, new RecordingListener());
        neighbor.start();
        Await.until("it is told", () -> neighbor.snapshot().lastNotificationReceived() != null);
        assertEquals(
                Notification.of(Notification.OPEN_ERROR, 2), neighbor.snapshot().lastNotificationReceived());
    }

    @Test
    void aGuestThatIsHeldDownIsNotForgottenUntilThatIsOver() {
        hub.acceptRange(RANGE, 2, null, new Desk());
        var listener = new RecordingListener();
        peers.add(peer(1), listener).start();
        awaitUp(listener);
        var guest = Objects.requireNonNull(guests.get(InetAddress.ofLiteral("127.7.0.1")));
        awaitUp(guest);
        var neighbor = guest.up().neighbor();
        guest.up().reset(Notification.cease(Notification.CEASE_MAX_PREFIXES), Duration.ofMinutes(10));
        Await.until("it comes back and is refused", () -> neighbor.snapshot().refused() >= 1);
        assertEquals(List.of(), gone);
        neighbor.reset(Notification.cease(Notification.CEASE_ADMIN_RESET));
        Await.until("it is forgotten", () -> gone.contains(neighbor));
        Await.until("and comes as another", listener::isUp);
    }

    @Test
    void aRangeHasOneKeyForAll() {
        Assumptions.assumeTrue(Transport.available() == Transport.EPOLL);
        hub.acceptRange(RANGE, 2, "correct horse", new Desk());
        var listener = new RecordingListener();
        var neighbor = peers.add(peer(1).withMd5Password("correct horse"), listener);
        neighbor.start();
        awaitUp(listener);
        hub.closeRange(RANGE);
        Await.until("it is told", () -> !listener.closes.isEmpty());
        assertEquals(
                new CloseReason.NotificationReceived(Notification.cease(Notification.CEASE_PEER_DECONFIGURED)),
                listener.closes.getFirst());
        Await.until("it is forgotten", () -> gone.size() == 1);
        // Without the key on our side the SYN has one too many, and nothing answers it.
        Await.until("it dials in vain", () -> neighbor.snapshot().connectAttempts() >= 2);
        assertEquals(1, neighbor.snapshot().established());
    }

    @Test
    void aRangeOfBothVersionsOnOneSocketHasItsKey() {
        Assumptions.assumeTrue(Transport.available() == Transport.EPOLL);
        var everywhere = hub.listen(new InetSocketAddress(InetAddress.ofLiteral("::"), 0));
        hub.acceptRange(RANGE, 2, "correct horse", new Desk());
        var listener = new RecordingListener();
        peers.add(peer(1).withPort(everywhere.getPort()).withMd5Password("correct horse"), listener)
                .start();
        awaitUp(listener);
    }

    @Test
    void aRangeIsThereOnce() {
        hub.acceptRange(RANGE, 2, null, new Desk());
        assertThrows(IllegalArgumentException.class, () -> hub.acceptRange(RANGE, 3, null, new Desk()));
        assertThrows(IllegalArgumentException.class, () -> hub.acceptRange(Prefix.parse("::/0"), 0, null, new Desk()));
    }
}

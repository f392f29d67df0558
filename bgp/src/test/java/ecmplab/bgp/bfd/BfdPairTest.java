package ecmplab.bgp.bfd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Await;
import ecmplab.testkit.Hex;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Two real ends on loopback addresses. */
class BfdPairTest {
    private static final InetAddress ONE = InetAddress.ofLiteral("127.0.13.1");
    private static final InetAddress TWO = InetAddress.ofLiteral("127.0.13.2");
    private static final BfdTimers TIMERS = BfdTimers.parse("50ms x 10");

    private final List<BfdEvent> events = new CopyOnWriteArrayList<>();

    private void note(BfdSession session, BfdEvent event) {
        events.add(event);
    }

    private static int freePort() throws SocketException {
        try (var socket = new DatagramSocket(new InetSocketAddress(ONE, 0))) {
            return socket.getLocalPort();
        }
    }

    private static Bfd open(int port, long seed) {
        return Bfd.open(port, Duration.ZERO, InstantSource.system(), new SplittableRandom(seed));
    }

    private static void awaitUp(BfdSession session) {
        Await.until("BFD with " + session.remote() + " is up", () -> {
            var seen = session.snapshot();
            return seen.state() == BfdState.UP && seen.peer().state() == BfdState.UP && !seen.polling();
        });
    }

    @Test
    void twoProcessesComeUpAndAgreeOnTheSlowerInterval() throws Exception {
        int port = freePort();
        try (var one = open(port, 1);
                var two = open(port, 2)) {
            var session = one.watch(ONE, TWO, BfdTimers.parse("50ms x 10"), this::note);
            var other = two.watch(TWO, ONE, BfdTimers.parse("80ms x 12"), (ignored, event) -> {});
            awaitUp(session);
            awaitUp(other);
            var seen = session.snapshot();
            assertEquals(80_000_000, seen.transmitInterval().toNanos());
            assertEquals(12 * 80_000_000, seen.detectionTime().toNanos());
            assertEquals(other.snapshot().localDiscriminator(), seen.remoteDiscriminator());
            assertEquals(1, seen.counts().ups());
            assertNull(seen.lastFailure());
            assertTrue(one.counters().discarded().values().stream()
                            .mapToLong(Long::longValue)
                            .sum()
                    <= 2);
            assertFalse(one.counters().scheduling().isEmpty());
        }
    }

    @Test
    void closingOneEndIsNoFailureAtTheOther() throws Exception {
        int port = freePort();
        try (var one = open(port, 1);
                var two = open(port, 2)) {
            var session = one.watch(ONE, TWO, TIMERS, this::note);
            var other = two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            awaitUp(session);
            other.close();
            Await.until("told", () -> session.snapshot().state() == BfdState.DOWN);
            var last = events.getLast();
            assertEquals(BfdState.ADMIN_DOWN, last.remoteState());
            assertFalse(last.isFailure());
            assertEquals(0, session.snapshot().counts().failures());
            Await.until("the closed session is forgotten", () -> two.sessions().isEmpty());
            var again = two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            awaitUp(again);
        }
    }

    @Test
    void aWholeProcessThatEndsTellsAllItsPeers() throws Exception {
        int port = freePort();
        try (var one = open(port, 1)) {
            var two = open(port, 2);
            var session = one.watch(ONE, TWO, TIMERS, this::note);
            two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            awaitUp(session);
            two.close();
            Await.until("told", () -> session.snapshot().state() == BfdState.DOWN);
            assertFalse(events.getLast().isFailure());
            assertThrows(IllegalStateException.class, two::sessions);
        }
    }

    @Test
    void otherTimersAreTakenWithoutLosingTheSession() throws Exception {
        int port = freePort();
        try (var one = open(port, 1);
                var two = open(port, 2)) {
            var session = one.watch(ONE, TWO, TIMERS, this::note);
            var other = two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            awaitUp(session);
            awaitUp(other);
            session.configure(BfdTimers.parse("100ms x 20"));
            Await.until(
                    "the other end took them",
                    () -> other.snapshot().detectionTime().toMillis() == 2_000
                            && !session.snapshot().polling());
            assertEquals(0, session.snapshot().counts().failures());
            assertEquals(0, other.snapshot().counts().failures());
        }
    }

    @Test
    void aProcessThatHasJustStartedIsRelaxedUntilItHasSettled() throws Exception {
        int port = freePort();
        var settling = Duration.ofSeconds(2);
        try (var one = open(port, 1);
                var two = Bfd.open(port, settling, InstantSource.system(), new SplittableRandom(2))) {
            var session = one.watch(ONE, TWO, TIMERS, this::note);
            var other = two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            Await.until("up", () -> session.snapshot().state() == BfdState.UP);
            assertEquals(1_000, session.snapshot().peer().desiredTransmit().toMillis());
            assertEquals(TIMERS, other.snapshot().configured());
            Await.until("settled", () -> session.snapshot().detectionTime().toMillis() == 500);
            assertEquals(0, session.snapshot().counts().failures());
            assertEquals(1, session.snapshot().counts().ups());
        }
    }

    @Test
    void sessionsOverIpv6ComeUpToo() throws Exception {
        var loopback = InetAddress.ofLiteral("::1");
        int port;
        try (var socket = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
            port = socket.getLocalPort();
        }
        try (var one = open(port, 1)) {
            // An end that talks to itself: no packet but of its own session comes, so it learns a discriminator and
            // goes up.
            var session = one.watch(loopback, loopback, TIMERS, this::note);
            Await.until(
                    "its own packets have Hop Limit 255",
                    () -> session.snapshot().state() == BfdState.UP);
            assertEquals(0, one.counters().discarded(PacketFault.TTL));
        }
    }

    @Test
    void whatIsNotToBeTrustedIsDiscardedAndCounted() throws Exception {
        int port = freePort();
        try (var one = open(port, 1);
                var forger = DatagramChannel.open()) {
            one.watch(ONE, TWO, TIMERS, this::note);
            forger.bind(new InetSocketAddress(TWO, 0));
            var target = new InetSocketAddress(ONE, port);
            var down = "20 40 03 18 00000007 00000000 000f4240 000f4240 00000000";
            forger.send(ByteBuffer.wrap(Hex.bytes(down)), target);
            awaitCount(one, PacketFault.TTL, 1);
            TtlSender.send(TWO, target, Hex.bytes("20 40 03 18 00000007 00000099 000f4240 000f4240 00000000"));
            awaitCount(one, PacketFault.UNKNOWN_DISCRIMINATOR, 1);
            TtlSender.send(TWO, target, Hex.bytes("40 40 03 18 00000007 00000000 000f4240 000f4240 00000000"));
            awaitCount(one, PacketFault.VERSION, 1);
            TtlSender.send(TWO, target, Hex.bytes("20 40"));
            awaitCount(one, PacketFault.SHORT, 1);
            TtlSender.send(InetAddress.ofLiteral("127.0.13.3"), target, Hex.bytes(down));
            awaitCount(one, PacketFault.UNKNOWN_SOURCE, 1);
            assertEquals(List.of(), events);
            TtlSender.send(TWO, target, Hex.bytes(down));
            Await.until("the genuine one counts", () -> !events.isEmpty());
            assertEquals(BfdState.INIT, events.getFirst().to());
        }
    }

    private static void awaitCount(Bfd bfd, PacketFault fault, long count) {
        Await.until(count + " of " + fault, () -> bfd.counters().discarded(fault) == count);
    }

    @Test
    void anAddressThatIsNotOursOrWatchedTwiceIsRefused() throws Exception {
        int port = freePort();
        try (var one = open(port, 1)) {
            var notOurs = InetAddress.ofLiteral("192.0.2.1");
            assertThrows(UncheckedIOException.class, () -> one.watch(notOurs, TWO, TIMERS, this::note));
            one.watch(ONE, TWO, TIMERS, this::note);
            assertThrows(IllegalArgumentException.class, () -> one.watch(ONE, TWO, TIMERS, this::note));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> one.watch(ONE, InetAddress.ofLiteral("::1"), TIMERS, this::note));
            assertEquals(1, one.sessions().size());
        }
    }

    @Test
    void aListenerThatFailsDoesNotEndTheWatch() throws Exception {
        int port = freePort();
        try (var one = open(port, 1);
                var two = open(port, 2)) {
            var session = one.watch(ONE, TWO, TIMERS, (ignored, event) -> {
                throw new IllegalStateException("a mistake of the test");
            });
            two.watch(TWO, ONE, TIMERS, (ignored, event) -> {});
            awaitUp(session);
            assertNotNull(session.snapshot().silence());
        }
    }
}

package ecmplab.bgp.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.rib.RibCounts;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.ListenRange;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A speaker whose peers behave badly. Each test ends with empty tables and no neighbour left; then the speaker is closed, and no thread and
 * no socket of it may be there any more. Peers of 127.9/16 may be as slow as they like, those of 127.8/16 not; those of 127.7/16 are told
 * nothing.
 */
class TortureTest {
    private static final Asn OURS = Asn.of(65_001);
    private static final RouterId ID = RouterId.parse("10.0.0.1");
    private static final InetAddress HUB = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration SEND_HOLD = Duration.ofSeconds(1);
    private static final int VANISHING = 200;
    private static final int MANY = 100_000;
    private static final int CHANGES = 20;
    private static final int TAIL = 70_000;
    private static final int FULL_TABLE = 1_000_000;
    private static final int STEP = 20_000;
    private static final int QUIET = 5;
    private static final long SEED = 20_261_124;

    private final Set<Thread> threadsBefore = threads();
    private final long filesBefore = openFiles();
    private final List<SpeakerEvent> ends = new CopyOnWriteArrayList<>();
    private final Speaker speaker = start(ends);
    private final InetSocketAddress address = speaker.listening().getFirst();

    /** Opens what a process opens once. */
    @BeforeAll
    static void begin() throws Exception {
        var once = start(new ArrayList<>());
        var to = once.listening().getFirst();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.submit(() -> {
                        try (var peer = Wire.connect(InetAddress.ofLiteral("127.9.0.1"), to, 0)) {
                            peer.establish(0);
                        }
                        return null;
                    })
                    .get();
        } finally {
            once.close();
        }
    }

    private static Speaker start(List<SpeakerEvent> ends) {
        var config = SpeakerConfig.of(OURS, ID)
                .withListen(new InetSocketAddress(HUB, 0))
                .withRanges(List.of(
                        range("127.9.0.0/16", 3, null, Policy.ACCEPT_ALL),
                        range("127.8.0.0/16", 0, SEND_HOLD, Policy.ACCEPT_ALL),
                        range("127.7.0.0/16", 3, null, Policy.DENY_ALL)));
        return Speaker.start(config, RouteListener.NONE, event -> {
            if (event instanceof SpeakerEvent.Closed || event instanceof SpeakerEvent.Failed) {
                ends.add(event);
            }
        });
    }

    private static ListenRange range(String text, int hold, @Nullable Duration sendHold, Policy told) {
        var prefix = Prefix.parse(text);
        var session = SessionConfig.of(prefix.address(), SessionConfig.ANY_OTHER_AS, OURS, ID)
                .withPassive(true)
                .withHops(64);
        var timers = session.timers().withHoldTime(Duration.ofSeconds(hold)).withSendHoldTime(sendHold);
        var template = NeighborConfig.of(session.withTimers(timers))
                .withPolicies(Policy.ACCEPT_ALL, told)
                .withNextHop(InetAddress.ofLiteral("192.0.2.1"));
        return new ListenRange(prefix, 2 * VANISHING, template);
    }

    @AfterEach
    void nothingStays() {
        Await.until("all guests are gone", () -> speaker.summary().peers().isEmpty());
        Await.until("the tables are empty", () -> isEmpty(speaker.summary().table()));
        assertEquals(
                List.of(),
                ends.stream().filter(SpeakerEvent.Failed.class::isInstance).toList());
        speaker.close();
        Await.until("no thread is left", () -> threadsBefore.containsAll(threads()));
        Await.until("no socket is left", () -> openFiles() <= filesBefore);
    }

    private static boolean isEmpty(RibCounts counts) {
        return counts.routes() == 0
                && counts.prefixes() == 0
                && counts.attributeSets() == 0
                && counts.attributeOctets() == 0
                && counts.nextHopSets() == 0
                && counts.updateGroups() == 0;
    }

    /** Sockets, and what event loops are made of. */
    private static long openFiles() {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(TortureTest::isOfNetwork).count();
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    private static boolean isOfNetwork(Path descriptor) {
        try {
            var target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("bgp"))
                .collect(Collectors.toSet());
    }

    @Test
    void nothingStaysOfTwoHundredPeersThatVanishWithTheirRoutes() throws Exception {
        var silent = new ConcurrentLinkedQueue<Wire>();
        try (var visitors = Executors.newVirtualThreadPerTaskExecutor()) {
            var visits = IntStream.range(0, VANISHING)
                    .mapToObj(number -> visitors.submit(() -> visit(number, silent)))
                    .toList();
            for (Future<?> visit : visits) {
                visit.get();
            }
            // Half-open: these are there and say nothing, as if their machine were gone.
            Await.until("all guests are gone", () -> speaker.summary().peers().isEmpty());
        } finally {
            for (var peer : silent) {
                peer.close();
            }
        }
        assertTrue(ends.size() >= VANISHING / 2, () -> "sessions: " + ends.size());
        assertEquals(
                silent.size(),
                ends.stream()
                        .filter(end -> end instanceof SpeakerEvent.Closed closed
                                && closed.reason() instanceof CloseReason.HoldTimerExpired)
                        .count());
    }

    /** Comes up, announces, and goes, politely or not, in the middle of a message or not; or stays, and is silent. */
    private Void visit(int number, ConcurrentLinkedQueue<Wire> silent) throws IOException {
        var random = new SplittableRandom(SEED + number);
        var peer = Wire.connect(InetAddress.ofLiteral("127.9.1." + (1 + number)), address, 0);
        if (number % 10 == 0) {
            peer.establish(3);
            peer.send(Wire.announce(number * 50, 100, TAIL));
            silent.add(peer);
            return null;
        }
        try (peer) {
            peer.establish(0);
            // Some of these are announced by others too.
            var routes = Wire.announce(number * 50, random.nextInt(1, 200), TAIL + random.nextInt(3));
            peer.socket.getOutputStream().write(routes, 0, routes.length - random.nextInt(2) * 7);
            if (random.nextBoolean()) {
                peer.send(Wire.withdraw(number * 50, 10));
            }
            if (random.nextBoolean()) {
                peer.socket.setSoLinger(true, 0); // a reset instead of an end
            }
        } catch (IOException cutOff) {
            // It was one of those that are told to go while they speak.
        }
        return null;
    }

    @Test
    void peersThatSpeakAnOctetAtATimeAreUnderstood() throws Exception {
        int each = 400;
        int peers = 5;
        try (var reader = peer("127.9.0.2", 0);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var speaking = new ArrayList<Future<Wire>>();
            for (int i = 0; i < peers; i++) {
                int number = i;
                speaking.add(threads.submit(() -> {
                    var peer = Wire.connect(InetAddress.ofLiteral("127.9.2." + (1 + number)), address, 0);
                    dribble(peer, peer.open(0));
                    dribble(peer, Wire.keepalive());
                    dribble(peer, Wire.announce(number * each, each, TAIL));
                    return peer;
                }));
            }
            reader.readUntil(0, peers * each, TAIL);
            for (var one : speaking) {
                one.get().close();
            }
            reader.readUntil(0, 0, TAIL);
        }
    }

    private static void dribble(Wire peer, byte[] octets) throws IOException {
        for (byte octet : octets) {
            peer.send(new byte[] {octet});
        }
    }

    @Test
    void aPeerThatStopsReadingHoldsUpNobodyAndEndsWithTheRightTable() throws Exception {
        try (var stalled = Wire.connect(InetAddress.ofLiteral("127.9.0.3"), address, 16 << 10);
                var source = peer("127.9.0.1", 0);
                var reader = peer("127.9.0.2", 0)) {
            stalled.establish(0);
            // All of it changes, again and again, and everybody else is told so each time.
            for (int i = 0; i < CHANGES; i++) {
                source.send(Wire.announce(0, MANY, TAIL + i));
                reader.readUntil(0, MANY, TAIL + i);
            }
            var waiting = waiting(stalled);
            assertTrue(waiting.counts().getFirst().behind() > 0, "it has read nothing");
            assertTrue(waiting.session().pendingOctets() < 4 << 20, () -> "bounded: " + waiting);
            assertTrue(speaker.summary().table().attributeSets() < 10, "what it missed is not kept for it");
            source.send(Wire.withdraw(0, MANY / 2));
            reader.readUntil(MANY / 2, MANY / 2, TAIL + CHANGES - 1);
            assertEquals(List.of(), ends, "and it is still there");
            // Now it reads.
            stalled.readUntil(MANY / 2, MANY / 2, TAIL + CHANGES - 1);
            source.close();
            reader.readUntil(0, 0, TAIL);
            stalled.readUntil(0, 0, TAIL);
        }
    }

    private NeighborSnapshot waiting(Wire peer) {
        return speaker.neighbor(peer.socket.getLocalAddress());
    }

    @Test
    void aPeerThatNeverReadsAgainIsResetByTheSendHoldTimer() throws Exception {
        var silent = InetAddress.ofLiteral("127.8.0.3");
        try (var stalled = Wire.connect(silent, address, 16 << 10);
                var source = peer("127.9.0.1", 0);
                var reader = peer("127.9.0.2", 0)) {
            stalled.establish(0);
            // Its hold time is 0: only what it does not read can tell.
            for (int i = 0; ends.isEmpty(); i++) {
                source.send(Wire.announce(0, MANY, TAIL + i));
                reader.readUntil(0, MANY, TAIL + i);
            }
            Await.until(
                    "it is forgotten",
                    () -> speaker.summary().peers().stream()
                            .noneMatch(peer -> peer.address().equals(silent)));
            var reasons = ends.stream()
                    .map(end -> end instanceof SpeakerEvent.Closed closed ? closed.reason() : null)
                    .toList();
            assertEquals(List.of(new CloseReason.SendHoldTimerExpired(SEND_HOLD)), reasons);
        }
    }

    @Test
    void sessionsOfThreeSecondsLiveThroughAFullTable() throws Exception {
        var clients = new ArrayList<Speaker>();
        var source = peer("127.9.0.1", 0);
        try (source) {
            clients.add(client("127.9.0.10", 10));
            for (int i = 1; i <= QUIET; i++) {
                clients.add(client("127.7.0." + i, 100 + i));
            }
            Await.until("all are up", () -> up() == clients.size() + 1);
            for (int at = 0; at < FULL_TABLE; at += STEP) {
                source.send(Wire.announce(at, STEP, TAIL + at / STEP));
            }
            awaitRoutes(clients.getFirst(), FULL_TABLE);
            // The source goes: a million withdrawals.
            source.close();
            awaitRoutes(clients.getFirst(), 0);
            assertEquals(clients.size(), up());
            var lost = ends.stream()
                    .map(event -> event instanceof SpeakerEvent.Closed closed ? closed.neighbor() : HUB)
                    .toList();
            assertEquals(List.of(InetAddress.ofLiteral("127.9.0.1")), lost, "no session but the source's went down");
        } finally {
            clients.forEach(Speaker::close);
        }
    }

    private long up() {
        return speaker.summary().peers().stream()
                .filter(peer -> peer.state() == State.ESTABLISHED)
                .count();
    }

    private static void awaitRoutes(Speaker client, int routes) {
        Await.until(routes + " routes", () -> client.summary().table().routes() == routes);
    }

    private Speaker client(String from, int number) {
        var id = RouterId.parse("10.0.1." + number);
        var as = Asn.of(65_100 + number);
        var session = SessionConfig.of(HUB, OURS, as, id)
                .withLocalAddress(InetAddress.ofLiteral(from))
                .withPort(address.getPort())
                .withHoldTime(Duration.ofSeconds(3))
                .withConnectRetry(Duration.ofMillis(100));
        var neighbor = NeighborConfig.of(session).withNextHop(InetAddress.ofLiteral("192.0.2.2"));
        return Speaker.start(
                SpeakerConfig.of(as, id).withNeighbors(List.of(neighbor)), RouteListener.NONE, event -> {});
    }

    private Wire peer(String from, int holdSeconds) throws IOException {
        var peer = Wire.connect(InetAddress.ofLiteral(from), address, 0);
        peer.establish(holdSeconds);
        return peer;
    }
}

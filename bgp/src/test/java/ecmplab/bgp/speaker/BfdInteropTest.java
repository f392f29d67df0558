package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.bfd.Bfd;
import ecmplab.bgp.bfd.BfdEvent;
import ecmplab.bgp.bfd.BfdSession;
import ecmplab.bgp.bfd.BfdState;
import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.bfd.Diagnostic;
import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** BFD with FRRouting's bfdd and with BIRD over a link: up both ways, and what each finds when the other is stopped or cut off. */
@Needs({Need.ROOT, Need.IPROUTE})
class BfdInteropTest {
    /** Wider than in production, as a busy machine that runs tests stops everything at times. */
    private static final BfdTimers TIMERS = BfdTimers.parse("50ms x 8");

    @TempDir
    Path folder;

    private final List<BfdEvent> events = new CopyOnWriteArrayList<>();

    private void note(BfdSession session, BfdEvent event) {
        events.add(event);
    }

    private static Bfd open() {
        return Bfd.open(Bfd.PORT, Duration.ZERO, InstantSource.system(), RandomGenerator.getDefault());
    }

    private static void awaitUp(BfdSession session) {
        Await.until("BFD is up at both ends", () -> {
            var seen = session.snapshot();
            return seen.state() == BfdState.UP && seen.peer().state() == BfdState.UP && !seen.polling();
        });
    }

    private static String frr(InetAddress ours, InetAddress theirs) {
        return """
                bfd
                 peer %s local-address %s interface eth0
                  transmit-interval 50
                  receive-interval 50
                  detect-multiplier 8
                 exit
                exit
                """.formatted(ours.getHostAddress(), theirs.getHostAddress());
    }

    private static String bird(InetAddress... neighbors) {
        var text = new StringBuilder("""
                log stderr all;
                router id 192.0.2.77;
                protocol device {}
                protocol bfd {
                  interface "eth0" { min rx interval 50 ms; min tx interval 50 ms; multiplier 8; };
                """);
        for (var neighbor : neighbors) {
            text.append("  neighbor ").append(neighbor.getHostAddress());
            text.append(neighbor.getAddress().length == 16 ? " dev \"eth0\"" : "")
                    .append(";\n");
        }
        return text.append("}\n").toString();
    }

    private void failureIsFoundByBothEnds(PeerHost host, BfdSession session) throws Exception {
        awaitUp(session);
        assertEquals(400, session.snapshot().detectionTime().toMillis());

        host.freeze();
        Await.until("the frozen daemon is found", () -> session.snapshot().state() == BfdState.DOWN);
        var found = events.getLast();
        assertTrue(found.isFailure(), found.toString());
        assertEquals(Diagnostic.DETECTION_TIME_EXPIRED, found.diagnostic());
        assertTrue(found.silence() != null && found.silence().toMillis() >= 400, found.toString());
        host.thaw();
        awaitUp(session);

        host.setLink(false);
        Await.until("the cut link is found", () -> session.snapshot().state() == BfdState.DOWN);
        host.setLink(true);
        awaitUp(session);
        assertEquals(2, session.snapshot().counts().failures());
    }

    @Test
    @Needs(Need.FRR)
    void frrsBfddComesUpAndItsFailuresAreFound() throws Exception {
        try (var host = new PeerHost(folder);
                var bfd = open()) {
            host.startFrrWithBfd(frr(host.ours, host.theirs));
            var session = bfd.watch(host.ours, host.theirs, TIMERS, this::note);
            failureIsFoundByBothEnds(host, session);
            var said = host.ask("show bfd peer " + host.ours.getHostAddress());
            assertTrue(said.contains("Status: up"), said);
            session.configure(BfdTimers.parse("100ms x 8"));
            Await.until(
                    "bfdd takes the new interval",
                    () -> host.ask("show bfd peer " + host.ours.getHostAddress())
                            .contains("Receive interval: 100ms"));

            session.close();
            Await.until(
                    "bfdd is told that it is no failure",
                    () -> host.ask("show bfd peer " + host.ours.getHostAddress())
                                    .contains("Diagnostics: administratively down")
                            || host.ask("show bfd peer " + host.ours.getHostAddress())
                                    .contains("neighbor signaled session down"));
            assertFalse(events.getLast().isFailure());
        }
    }

    @Test
    @Needs(Need.BIRD)
    void birdComesUpOverBothFamiliesAndItsFailuresAreFound() throws Exception {
        try (var host = new PeerHost(folder);
                var bfd = open()) {
            var ours6 = InetAddress.ofLiteral("2001:db8:ffff::1");
            var theirs6 = InetAddress.ofLiteral("2001:db8:ffff::2");
            host.startBird(bird(host.ours, ours6));
            var session6 = bfd.watch(ours6, theirs6, TIMERS, (ignored, event) -> {});
            awaitUp(session6);
            session6.close();
            var session = bfd.watch(host.ours, host.theirs, TIMERS, this::note);
            failureIsFoundByBothEnds(host, session);
            assertTrue(host.ask("show bfd sessions").contains("Up"), host.ask("show bfd sessions"));
        }
    }

    /** A speaker with one neighbour, which listens at the usual port. */
    private Speaker speaker(PeerHost host, List<SpeakerEvent> told) {
        var asn = Asn.of(65001);
        var routerId = RouterId.parse("192.0.2.1");
        var session = SessionConfig.of(host.theirs, Asn.of(65002), asn, routerId)
                .withLocalAddress(host.ours)
                .withHoldTime(Duration.ofSeconds(90))
                .withConnectRetry(Duration.ofSeconds(1));
        var config = SpeakerConfig.of(asn, routerId)
                .withNeighbors(List.of(NeighborConfig.of(session).withBfd(BfdTimers.parse("50ms x 3"))));
        return Speaker.start(config, changes -> {}, told::add);
    }

    private static void awaitPathUp(Speaker speaker) {
        Await.until(
                "BFD is up",
                () -> speaker.bfdSessions().stream().anyMatch(path -> path.state() == BfdState.UP && !path.polling()));
    }

    private static boolean closedByBfd(SpeakerEvent event) {
        return event instanceof SpeakerEvent.Closed closed
                && closed.reason() instanceof CloseReason.Reset(var notification)
                && notification.equals(Notification.cease(Notification.CEASE_BFD_DOWN));
    }

    @Test
    @Needs(Need.FRR)
    void aSessionOfNinetySecondsWithAFrozenFrrEndsAsSoonAsBfdFindsIt() throws Exception {
        var told = new CopyOnWriteArrayList<SpeakerEvent>();
        try (var host = new PeerHost(folder)) {
            host.startFrrWithBfd(
                    """
                    router bgp 65002
                     bgp router-id 192.0.2.2
                     no bgp ebgp-requires-policy
                     neighbor %s remote-as 65001
                     neighbor %s bfd 8 50 50
                     neighbor %s timers connect 1
                    exit
                    """.formatted(host.ours.getHostAddress(), host.ours.getHostAddress(), host.ours.getHostAddress()));
            try (var speaker = speaker(host, told)) {
                awaitPathUp(speaker);
                host.freeze();
                Await.until("Cease/10", () -> told.stream().anyMatch(BfdInteropTest::closedByBfd));
                var failures = told.stream()
                        .filter(event -> event instanceof SpeakerEvent.BfdChanged(var at, var who, var change)
                                && change.isFailure())
                        .count();
                assertEquals(1, failures);
                host.thaw();
                awaitPathUp(speaker);
                Await.until(
                        "the session is back",
                        () -> speaker.summary().peers().getFirst().state() == State.ESTABLISHED);

                told.clear();
                host.ask("clear bgp *");
                Await.until(
                        "back after a reset by the peer",
                        () -> told.stream().anyMatch(SpeakerEvent.Established.class::isInstance));
                assertTrue(told.stream().noneMatch(BfdInteropTest::closedByBfd), told.toString());
            }
            Await.until(
                    "FRR is told AdminDown by the speaker that ends",
                    () -> host.ask("show bfd peers").contains("neighbor signaled session down")
                            || !host.ask("show bfd peers").contains("Status: up"));
        }
    }
}

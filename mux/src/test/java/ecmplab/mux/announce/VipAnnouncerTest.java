package ecmplab.mux.announce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VipAnnouncerTest {
    private static final InetAddress A = InetAddress.ofLiteral("203.0.113.10"),
            B = InetAddress.ofLiteral("203.0.113.20");

    /** What the peers are told, in order. */
    private final List<String> told = new ArrayList<>();

    private record Later(Duration at, Runnable action) {}

    private final List<Later> later = new ArrayList<>();
    private Duration now = Duration.ZERO;

    private final VipAnnouncer announcer = new VipAnnouncer(
            new RouteOrigin() {
                @Override
                public void announce(Prefix prefix, int... communities) {
                    var text = Arrays.stream(communities)
                            .mapToObj(" %08x"::formatted)
                            .toList();
                    told.add("announce " + prefix + String.join("", text));
                }

                @Override
                public void withdraw(Prefix prefix) {
                    told.add("withdraw " + prefix);
                }
            },
            (delay, action) -> later.add(new Later(now.plus(delay), action)),
            change -> told.add(change.state() + " " + change.vip().getHostAddress()));

    @Test
    void aVipIsAnnouncedWhileItIsReadyAndNothingIsSaidTwice() {
        announcer.serve(Set.of(A));
        announcer.serve(Set.of(A));
        announcer.serve(Set.of(A, B));
        announcer.serve(Set.of(B));
        announcer.serve(Set.of());

        assertTold(
                "announce 203.0.113.10/32",
                "ANNOUNCED 203.0.113.10",
                "announce 203.0.113.20/32",
                "ANNOUNCED 203.0.113.20",
                "withdraw 203.0.113.10/32",
                "WITHDRAWN 203.0.113.10",
                "withdraw 203.0.113.20/32",
                "WITHDRAWN 203.0.113.20");
    }

    @Test
    void retainingWithdrawsAndNeverAnnounces() {
        announcer.serve(Set.of(A));
        told.clear();

        announcer.retain(Set.of(A, B));
        assertTold();
        announcer.retain(Set.of(B));

        assertTold("withdraw 203.0.113.10/32", "WITHDRAWN 203.0.113.10");
        assertFalse(announcer.isAnnounced(A));
    }

    @Test
    void aHeldVipIsNotAnnouncedUntilItIsReleased() {
        announcer.hold(A);
        announcer.serve(Set.of(A));
        assertTold();

        announcer.release(A);
        announcer.hold(A);
        announcer.hold(A);

        assertTold(
                "announce 203.0.113.10/32",
                "ANNOUNCED 203.0.113.10",
                "withdraw 203.0.113.10/32",
                "WITHDRAWN 203.0.113.10");
    }

    @Test
    void leavingAnnouncesGracefulShutdownThenWithdrawsThenIsDone() {
        announcer.serve(Set.of(A, B));
        told.clear();

        announcer.drain(Duration.ofSeconds(2), Duration.ofSeconds(30), () -> told.add("done"));
        announcer.drain(Duration.ofSeconds(9), Duration.ofSeconds(9), () -> told.add("done by the second drain"));
        assertTold(
                "announce 203.0.113.10/32 ffff0000",
                "LEAVING 203.0.113.10",
                "announce 203.0.113.20/32 ffff0000",
                "LEAVING 203.0.113.20");
        assertTrue(announcer.isAnnounced(A));

        advanceTo(2);
        assertTold(
                "withdraw 203.0.113.10/32",
                "WITHDRAWN 203.0.113.10",
                "withdraw 203.0.113.20/32",
                "WITHDRAWN 203.0.113.20");
        advanceTo(31);
        assertTold();
        advanceTo(32);
        assertTold("done");
        assertTrue(announcer.isLeaving());
    }

    @Test
    void whatBecomesReadyWhileLeavingIsAnnouncedAsLeavingAndNotAtAllOnceLeft() {
        announcer.drain(Duration.ofSeconds(2), Duration.ofSeconds(30), () -> told.add("done"));
        announcer.serve(Set.of(A));
        assertTold("announce 203.0.113.10/32 ffff0000", "LEAVING 203.0.113.10");
        advanceTo(2);
        told.clear();

        announcer.serve(Set.of(A, B));

        assertTold();
    }

    @Test
    void resumingAnnouncesAgainAndTheOldDrainNeverEnds() {
        announcer.serve(Set.of(A));
        announcer.drain(Duration.ofSeconds(2), Duration.ofSeconds(30), () -> told.add("done"));
        advanceTo(2);
        told.clear();

        announcer.resume();
        announcer.resume();
        assertTold("announce 203.0.113.10/32", "ANNOUNCED 203.0.113.10");
        advanceTo(100);
        assertTold();

        announcer.drain(Duration.ofSeconds(1), Duration.ofSeconds(1), () -> told.add("done"));
        advanceTo(101);
        advanceTo(102);
        assertEquals("done", told.getLast());
    }

    @Test
    void resumingBeforeTheWithdrawalTakesTheCommunityAwayAgain() {
        announcer.serve(Set.of(A));
        announcer.drain(Duration.ofSeconds(2), Duration.ofSeconds(30), () -> told.add("done"));
        told.clear();

        announcer.resume();
        advanceTo(100);

        assertTold("announce 203.0.113.10/32", "ANNOUNCED 203.0.113.10");
    }

    private void advanceTo(int seconds) {
        now = Duration.ofSeconds(seconds);
        var due = later.stream().filter(entry -> entry.at.compareTo(now) <= 0).toList();
        later.removeAll(due);
        due.forEach(entry -> entry.action.run());
    }

    /** Asserts what was told since the last time. */
    private void assertTold(String... expected) {
        assertEquals(List.of(expected), told);
        told.clear();
    }
}

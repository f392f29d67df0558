package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.router.divergence.Divergence.Kind;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.kernel.KernelSettings;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The FIB in a real kernel, and who tampers with it. */
@Needs({Need.ROOT, Need.IPROUTE, Need.PING})
class KernelForwardingTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final KernelSettings REPAIRING = new KernelSettings(EcmpPolicy.RESILIENT, true, LONG, LONG);
    private static final KernelSettings TELLING = new KernelSettings(EcmpPolicy.RESILIENT, false, LONG, LONG);

    private @Nullable KernelRig rig;

    private KernelRig rig(int ends, KernelSettings settings) throws Exception {
        var made = new KernelRig(ends, settings);
        rig = made;
        return made;
    }

    @AfterEach
    void unplug() throws Exception {
        if (rig != null) {
            rig.close();
        }
    }

    private static void awaitRoute(KernelRig rig, String family, String text) {
        Await.until(family + " route " + text, () -> rig.ours(family).contains(text));
    }

    @Test
    void theKernelForwardsBothFamiliesByResilientGroups() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1, 2);
        rig.announce(KernelRig.IPV6_VIP, 1, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        awaitRoute(rig, "-6", "2001:db8:ffff::10");
        var ping = rig.in("0", "ping -n -c 2 -i 0.2 -W 5 203.0.113.10");
        assertTrue(ping.contains("2 received") && ping.contains("ttl=63"), ping);
        var ping6 = rig.in("0", "ping -6 -n -c 2 -i 0.2 -W 5 2001:db8:ffff::10");
        assertTrue(ping6.contains("2 received") && ping6.contains("ttl=63"), ping6);
        var hops = rig.router("nexthop show proto 236");
        assertEquals(
                2,
                hops.lines()
                        .filter(line -> line.contains("type resilient buckets 512"))
                        .count(),
                hops);
        assertTrue(hops.contains("via 10.0.1.2 dev eth1") && hops.contains("via 2001:db8:2::2 dev eth2"), hops);
        assertEquals(0, rig.kernel.counters().refusals());
    }

    @Test
    void weightsReachTheKernelAndADeadMembersBucketsAloneMove() throws Exception {
        var rig = rig(4, REPAIRING);
        rig.announce(List.of(KernelRig.VIP), 3, 1, 2, 3);
        awaitRoute(rig, "-4", "203.0.113.10");
        var id = rig.ours("-4").replaceAll("(?s).*nhid (\\d+).*", "$1");
        Await.until("buckets", () -> buckets(rig, id, 3) > 0);
        var before = rig.router("nexthop bucket show id " + id);
        int heavy = buckets(rig, id, 3);
        assertTrue(heavy > 290 && heavy < 320, "three of five parts of 512: " + heavy);
        rig.announce(List.of(KernelRig.VIP), 3, 1, 3);
        Await.until("the dead one's buckets moved", () -> buckets(rig, id, 2) == 0);
        var after = rig.router("nexthop bucket show id " + id).lines().toList();
        var lines = before.lines().toList();
        long moved = IntStream.range(0, 512)
                .filter(i -> !owner(lines.get(i)).equals(owner(after.get(i))))
                .count();
        assertTrue(moved > 90 && moved < 115, "a fifth of 512: " + moved);
    }

    private static String owner(String line) {
        return line.replaceAll(".* nhid (\\d+).*", "$1");
    }

    private static String hopIds(KernelRig rig, int server) throws Exception {
        return rig.router("nexthop show proto 236")
                .lines()
                .filter(line -> line.contains("via 10.0." + server + ".2 "))
                .map(line -> line.split(" ")[1])
                .findFirst()
                .orElse("");
    }

    private static int buckets(KernelRig rig, String group, int server) throws Exception {
        var hop = hopIds(rig, server);
        var shown = rig.router("nexthop bucket show id " + group);
        return (int) shown.lines().filter(line -> owner(line).equals(hop)).count();
    }

    @Test
    void hashThresholdIsTheKernelsMultipath() throws Exception {
        var rig = rig(3, new KernelSettings(EcmpPolicy.of(EcmpMode.HASH_THRESHOLD, 512), true, LONG, LONG));
        rig.announce(KernelRig.VIP, 1, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        assertFalse(rig.router("nexthop show proto 236").contains("resilient"));
    }

    @Test
    void aRouteTakenOutBehindItsBackIsToldAndPutBack() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1, 2);
        rig.announce(KernelRig.IPV6_VIP, 1, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        awaitRoute(rig, "-6", "2001:db8:ffff::10");
        rig.router("route del 203.0.113.10");
        rig.router("-6 route del 2001:db8:ffff::10");
        Await.until("both told", () -> rig.diverged.size() == 2 && rig.converged.size() == 2);
        assertTrue(rig.diverged.stream().allMatch(each -> each.kind() == Kind.NOT_IN_KERNEL), rig.diverged::toString);
        awaitRoute(rig, "-4", "203.0.113.10");
        awaitRoute(rig, "-6", "2001:db8:ffff::10");
        assertEquals(0, rig.kernel.counters().divergences().open());
    }

    @Test
    void withoutRepairItStaysMarkedUntilBgpWritesItAnew() throws Exception {
        var rig = rig(3, TELLING);
        rig.announce(KernelRig.VIP, 1);
        awaitRoute(rig, "-4", "203.0.113.10");
        rig.router("route del 203.0.113.10");
        Await.until("marked", () -> rig.divergence(KernelRig.VIP).isPresent());
        assertEquals("", rig.ours("-4"));
        rig.announce(KernelRig.VIP);
        Await.until("not wanted any more", () -> rig.divergence(KernelRig.VIP).isEmpty());
        rig.announce(KernelRig.VIP, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        assertTrue(rig.divergence(KernelRig.VIP).isEmpty());
    }

    @Test
    void aNextHopOrGroupTakenOutOrChangedIsPutBackWithItsRoutes() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        var whole = rig.router("nexthop show proto 236");
        var group = rig.ours("-4").replaceAll("(?s).*nhid (\\d+).*", "$1");
        rig.router("nexthop del id " + group); // and with it the route, of which the kernel tells nothing
        Await.until("told", () -> !rig.converged.isEmpty());
        awaitRoute(rig, "-4", "nhid " + group);
        assertEquals(whole, rig.router("nexthop show proto 236"));
        var hop = hopIds(rig, 1);
        rig.router("nexthop replace id " + hop + " via 10.0.2.2 dev eth2 proto 236");
        Await.until("told again", () -> rig.converged.size() > 1);
        assertEquals(Kind.OTHER_IN_KERNEL, rig.diverged.getLast().kind());
        assertEquals(whole, rig.router("nexthop show proto 236"));
    }

    @Test
    void aRouteOfSomebodyElseThatGoesFirstIsToldAndSoIsItsEnd() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1);
        awaitRoute(rig, "-4", "203.0.113.10");
        rig.router("route add 203.0.113.10/32 via 10.0.2.2 metric 5");
        Await.until(
                "shadowed",
                () -> rig.divergence(KernelRig.VIP)
                        .filter(each -> each.kind() == Kind.SHADOWED)
                        .isPresent());
        rig.router("route del 203.0.113.10/32 via 10.0.2.2 metric 5");
        Await.until("free again", () -> rig.divergence(KernelRig.VIP).isEmpty());
    }

    @Test
    void aPlaceThatIsTakenIsARefusalThatIsTold() throws Exception {
        var rig = rig(3, TELLING);
        rig.router("route add 203.0.113.10/32 via 10.0.2.2 metric 20");
        rig.announce(KernelRig.VIP, 1);
        Await.until(
                "refused",
                () -> rig.divergence(KernelRig.VIP)
                        .filter(each ->
                                each.kind() == Kind.REFUSED && each.detail().contains("EEXIST"))
                        .isPresent());
        assertTrue(rig.router("route show 203.0.113.10").contains("via 10.0.2.2"), "others' routes are left alone");
        assertEquals(1, rig.kernel.counters().refusals());
    }

    @Test
    void carrierLossTakesTheNextHopOutAndItsReturnPutsItBack() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1, 2);
        awaitRoute(rig, "-4", "203.0.113.10");
        var whole = rig.router("nexthop show proto 236");
        rig.in("1", "ip link set eth0 down");
        Await.until("the next hop has gone", () -> hopIds(rig, 1).isEmpty() && rig.told.contains("eth1 down"));
        var ping = rig.in("0", "ping -n -c 1 -W 5 203.0.113.10");
        assertTrue(ping.contains("1 received"), ping);
        rig.in("1", "ip link set eth0 up");
        Await.until("all are back", () -> rig.router("nexthop show proto 236").equals(whole));
        rig.in("1", "ip link set eth0 down");
        rig.in("2", "ip link set eth0 down");
        Await.until("no route is left", () -> rig.ours("-4").isEmpty());
        rig.in("2", "ip link set eth0 up");
        awaitRoute(rig, "-4", "203.0.113.10");
    }

    @Test
    void whatItWroteGoesWithIt() throws Exception {
        var rig = rig(3, REPAIRING);
        rig.announce(KernelRig.VIP, 1, 2);
        rig.announce(KernelRig.IPV6_VIP, 1, 2);
        awaitRoute(rig, "-6", "2001:db8:ffff::10");
        rig.kernel.close();
        assertEquals("", rig.ours("-4") + rig.ours("-6") + rig.router("nexthop show"));
    }

    @Test
    void aSuccessorKeepsRoutesInForceUntilTheyAreLearntOrSwept() throws Exception {
        var rig = rig(3, TELLING); // its thread lives on, unlike a dead process's
        rig.announce(KernelRig.VIP, 1, 2);
        rig.announce("198.51.100.0/24", 1);
        awaitRoute(rig, "-4", "203.0.113.10");
        awaitRoute(rig, "-4", "198.51.100.0/24");
        var first = rig.kernel;
        rig.start(new KernelSettings(EcmpPolicy.RESILIENT, true, LONG, Duration.ofSeconds(2)));
        try {
            assertTrue(rig.ours("-4").contains("198.51.100.0/24"), "as before, though nobody has announced it yet");
            var before = rig.ours("-4")
                    .lines()
                    .filter(line -> line.contains("203.0.113.10"))
                    .findFirst();
            rig.announce(KernelRig.VIP, 1, 2);
            Await.until(
                    "its own group",
                    () -> !rig.ours("-4")
                            .lines()
                            .filter(line -> line.contains("203.0.113.10"))
                            .findFirst()
                            .equals(before));
            Await.until("the rest is swept", () -> rig.told.contains("swept 1"));
            assertFalse(rig.ours("-4").contains("198.51.100.0/24"));
            assertTrue(rig.ours("-4").contains("203.0.113.10"));
        } finally {
            first.close();
        }
    }

    @Test
    void manyRoutesAreWrittenInBatchesAndAllArrive() throws Exception {
        var rig = rig(2, REPAIRING);
        var prefixes = IntStream.range(0, 20_000)
                .mapToObj(i -> "100." + (64 + i / 65_536) + "." + (i / 256 % 256) + "." + i % 256 + "/32")
                .toList();
        rig.announce(prefixes, 1, 1);
        Await.until("all written", () -> rig.kernel.counters().writes() >= 20_000);
        assertEquals(20_000, rig.ours("-4").lines().count());
        assertEquals(0, rig.kernel.counters().refusals());
        assertEquals(0, rig.kernel.counters().divergences().raised());
    }
}

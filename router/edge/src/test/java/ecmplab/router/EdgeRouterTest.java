package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.RouterInterface;
import ecmplab.testkit.Hex;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EdgeRouterTest {
    private static final Prefix VIP = Prefix.parse(RouterRig.VIP);
    private static final Prefix OTHER_VIP = Prefix.parse("203.0.113.11/32");
    private static final int FLOWS = 300;

    private RouterRig rig = new RouterRig();

    @AfterEach
    void nothingIsLost() {
        rig.run();
        rig.assertConserved();
        rig.close();
    }

    @Test
    void theDeathOfANextHopMovesItsFlowsAndNoOthers() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        var before = stream();
        rig.events.clear();

        rig.announce(RouterRig.VIP, 1, 3);
        var after = stream();

        long moved = 0;
        for (var flow : before.entrySet()) {
            int now = after.getOrDefault(flow.getKey(), 0);
            assertTrue(now == flow.getValue() || flow.getValue() == 2, "port " + flow.getKey());
            assertNotEquals(2, now);
            moved += now == flow.getValue() ? 0 : 1;
        }
        assertEquals(before.values().stream().filter(mux -> mux == 2).count(), moved);
        assertTrue(moved > 50, moved + " flows");

        var change = rig.events(RouterEvent.NextHopsChanged.class).getFirst();
        assertEquals(VIP, change.prefix());
        assertEquals(addresses("10.0.1.1", "10.0.2.1", "10.0.3.1"), change.before());
        assertEquals(addresses("10.0.1.1", "10.0.3.1"), change.after());
        assertEquals(171, change.bucketsMoved());
        assertEquals(171 / 512.0, change.shareMoved());
        assertEquals(
                List.of("10.0.1.1", "10.0.3.1"),
                rig.events(RouterEvent.FirstPacket.class).stream()
                        .map(event -> event.nextHop().getHostAddress())
                        .sorted()
                        .toList(),
                "each survivor's first packet, once");
    }

    @Test
    void aReturningNextHopDisturbsNoFlowThatIsAlive() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        stream();
        rig.announce(RouterRig.VIP, 1, 3);
        var before = stream();
        rig.announce(RouterRig.VIP, 1, 2, 3);
        assertEquals(before, stream());
        var group = rig.router.group(VIP).orElseThrow();
        int returned = group.members().get(1).buckets();
        assertTrue(returned > 0 && returned <= 171, "idle buckets went back: " + returned);
        assertEquals(0, group.members().get(1).active());
    }

    @Test
    void idleBucketsGoBackToAReturnedNextHopInUpkeep() {
        rig.announce(RouterRig.VIP, 1, 2);
        rig.announce(RouterRig.VIP, 1);
        stream(1500);
        rig.announce(RouterRig.VIP, 1, 2);
        int atOnce = held(2);
        assertTrue(atOnce < 256, "too few were idle: " + atOnce);
        assertTrue(rig.router.group(VIP).orElseThrow().unbalanced().isPresent());
        rig.router.upkeep();
        assertEquals(atOnce, held(2));

        rig.nanos += Duration.ofMinutes(2).toNanos();
        rig.router.upkeep();
        assertEquals(256, held(2));
        assertTrue(rig.router.group(VIP).orElseThrow().unbalanced().isEmpty());
        var migrated = rig.events(RouterEvent.BucketsMigrated.class).getFirst();
        assertEquals(256 - atOnce, migrated.buckets());
        assertTrue(migrated.balanced());
    }

    @Test
    void aPassIsInForceAtOnceForAllItsPrefixes() {
        rig.announce(RouterRig.VIP, 1, 2);
        rig.announce(OTHER_VIP.toString(), 1, 2);
        var before = rig.router.forwarder().table();
        rig.router.changed(List.of(RouterRig.change(RouterRig.VIP, 2), RouterRig.change(OTHER_VIP.toString(), 2)));
        var after = rig.router.forwarder().table();
        int group = before.lookup(0xCB00_710A);
        assertEquals(group, before.lookup(0xCB00_710B), "shared");
        assertEquals(group, after.lookup(0xCB00_710A), "changed in place");
        var groupBefore = Objects.requireNonNull(before.group(group));
        var groupAfter = Objects.requireNonNull(after.group(group));
        assertEquals(2, groupBefore.members().size(), "what was published stays as it was");
        assertEquals(1, groupAfter.members().size());
        assertSame(groupBefore.use(), groupAfter.use());
    }

    @Test
    void vipsThatPartKeepTheirFlowsWhereTheyWere() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        rig.announce(OTHER_VIP.toString(), 1, 2, 3);
        assertEquals(1, rig.router.groups().size());
        assertEquals(2, rig.router.groups().getFirst().prefixCount());
        var before = stream();
        rig.announce(OTHER_VIP.toString(), 1, 3);
        assertEquals(2, rig.router.groups().size());
        assertEquals(before, stream());
        rig.announce(RouterRig.VIP, 1, 3);
        assertEquals(1, rig.router.groups().size(), "the same members and the same buckets: one group");
    }

    @Test
    void aWithdrawnPrefixFallsBackToTheNextShorterOne() {
        rig.announce("203.0.113.0/24", 3);
        rig.announce(RouterRig.VIP, 1);
        assertEquals(1, oneFlow());
        rig.announce(RouterRig.VIP);
        assertEquals(3, oneFlow());
        rig.announce("203.0.113.0/24");
        assertEquals(0, oneFlow(), "the client gets an error");
        assertEquals(List.of(), rig.router.routes(VIP));
    }

    @Test
    void aStaticRouteIsPreferredToBgpAndBgpsIsThereWhenAsked() {
        replaceRig(withStatic(new StaticRoute(VIP, List.of(RouterRig.address("10.0.3.1")))));
        rig.announce(RouterRig.VIP, 1);
        assertEquals(3, oneFlow());
        var routes = rig.router.routes(VIP);
        assertEquals(2, routes.size());
        assertEquals(RouteProtocol.STATIC, routes.get(0).protocol());
        assertTrue(routes.get(0).selected() && routes.get(0).installed());
        assertEquals(RouteProtocol.BGP, routes.get(1).protocol());
        assertFalse(routes.get(1).selected() || routes.get(1).installed());
        assertEquals(20, routes.get(1).distance());
    }

    @Test
    void aStaticRouteThatLeadsNowhereLeavesThePrefixToBgp() {
        replaceRig(withStatic(new StaticRoute(VIP, List.of(RouterRig.address("192.0.2.1")))));
        rig.announce(RouterRig.VIP, 1);
        assertEquals(1, oneFlow());
        assertFalse(rig.router.routes(VIP).getFirst().nextHops().getFirst().active());
    }

    @Test
    void bgpCannotTakeAnOwnAddressOrSubnet() {
        rig.announce("10.0.1.0/32", 2);
        rig.announce("10.0.0.0/24", 2);
        rig.announce("10.0.0.255/32", 2);
        assertEquals("eth0", ((Explanation.Forwarded) explain("10.0.0.7")).interfaceName());
        assertEquals(new Explanation.ToKernel(flow("10.0.1.0"), Prefix.parse("10.0.1.0/32")), explain("10.0.1.0"));
        assertEquals(
                new Explanation.Dropped(flow("10.0.0.255"), Prefix.parse("10.0.0.255/32"), RouteProtocol.BROADCAST),
                explain("10.0.0.255"));
    }

    @Test
    void anInaccessibleNextHopIsShownAndNotUsed() {
        var far = RouterRig.address("192.0.2.9");
        var near = RouterRig.address("10.0.2.1");
        rig.router.changed(List.of(new RouteListener.Change(
                VIP, List.of(new RouteListener.NextHop(far, far, 1), new RouteListener.NextHop(near, near, 1)))));
        assertEquals(2, oneFlow());
        var vias = rig.router.routes(VIP).getFirst().nextHops();
        assertEquals(
                List.of(false, true),
                vias.stream().map(RouteSnapshot.Via::active).toList());
        assertEquals(Optional.empty(), vias.get(0).interfaceName());
        assertEquals(Optional.of("eth2"), vias.get(1).interfaceName());
        assertEquals(Optional.of(near), vias.get(1).peer());
    }

    @Test
    void anIpv6PrefixOfANextHopOnNoSubnetIsKnownAndNotInstalled() {
        var peer = InetAddress.ofLiteral("2001:db9::1");
        rig.router.changed(List.of(new RouteListener.Change(
                Prefix.parse("2001:db8:1::/48"), List.of(new RouteListener.NextHop(peer, peer, 1)))));
        var route = rig.router.routes(Prefix.parse("2001:db8:1::/48")).getFirst();
        assertFalse(route.selected() || route.installed());
    }

    @Test
    void linkBandwidthWeighsTheShares() {
        var one = RouterRig.address("10.0.1.1");
        var two = RouterRig.address("10.0.2.1");
        rig.router.changed(List.of(new RouteListener.Change(
                VIP,
                List.of(
                        new RouteListener.NextHop(one, one, 10_000_000_000L),
                        new RouteListener.NextHop(two, two, 10_000_000_000L)))));
        assertEquals(256, held(1), "weights beyond an int are clamped alike");
        rig.router.changed(List.of(new RouteListener.Change(
                OTHER_VIP, List.of(new RouteListener.NextHop(one, one, 3), new RouteListener.NextHop(two, two, 1)))));
        var members = rig.router.group(OTHER_VIP).orElseThrow().members();
        assertEquals(
                List.of(384, 128),
                members.stream().map(EcmpSnapshot.MemberSnapshot::buckets).toList());
    }

    @Test
    void whatIfNamesWhereAFlowGoesWithoutANextHopAndIsRightWhenItDies() {
        for (var mode : EcmpMode.values()) {
            replaceRig(new RouterRig(mode, 1500));
            rig.announce(RouterRig.VIP, 1, 2, 3);
            var predicted = new ArrayList<String>();
            for (int port = 1000; port < 1000 + FLOWS; port++) {
                var without = rig.router.explain(flow(port), Optional.of(InetAddress.ofLiteral("10.0.2.1")));
                predicted.add(((Explanation.Forwarded) without).interfaceName());
            }
            rig.announce(RouterRig.VIP, 1, 3);
            var happened = stream().values().stream().map(mux -> "eth" + mux).toList();
            assertEquals(predicted, happened, mode.label());
        }
    }

    @Test
    void whatIfTheLastNextHopWentIsTheNextShorterPrefixOrNothing() {
        rig.announce(RouterRig.VIP, 1);
        var gone = Optional.of(InetAddress.ofLiteral("10.0.1.1"));
        assertEquals(new Explanation.NoRoute(flow(1000)), rig.router.explain(flow(1000), gone));
        rig.announce("203.0.113.0/24", 2);
        var shorter = (Explanation.Forwarded) rig.router.explain(flow(1000), gone);
        assertEquals(Prefix.parse("203.0.113.0/24"), shorter.prefix());
        assertEquals(Optional.empty(), shorter.mac(), "nobody has asked for it");
    }

    @Test
    void theGroupSnapshotCountsBucketsByOwnerAndUse() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        rig.nanos += 5_000_000_000L;
        stream();
        var group = rig.router.group(VIP).orElseThrow();
        assertEquals(EcmpMode.RESILIENT, group.mode());
        assertEquals(512, group.buckets());
        assertEquals(Duration.ofSeconds(5), group.lastChange());
        assertEquals(List.of(VIP), group.prefixes());
        assertEquals(
                List.of(171, 171, 170),
                group.members().stream()
                        .map(EcmpSnapshot.MemberSnapshot::buckets)
                        .toList());
        int active = group.members().stream()
                .mapToInt(EcmpSnapshot.MemberSnapshot::active)
                .sum();
        long expected = IntStream.range(1000, 1000 + FLOWS)
                .map(port -> ((Explanation.Forwarded) rig.router.explain(flow(port), Optional.empty())).bucket())
                .distinct()
                .count();
        assertEquals(expected, active);
        assertEquals(
                512 - active,
                group.members().stream()
                        .mapToInt(EcmpSnapshot.MemberSnapshot::idle)
                        .sum());
        rig.nanos += Duration.ofMinutes(2).toNanos();
        assertEquals(0, rig.router.group(VIP).orElseThrow().members().getFirst().active());
    }

    @Test
    void theRoutesOfTheRouterItselfAreThere() {
        var lines = rig.router.routes().stream()
                .map(route -> route.protocol().code() + " " + route.prefix())
                .toList();
        assertEquals(
                List.of(
                        "C 10.0.0.0/24",
                        "L 10.0.0.1/32",
                        "C 10.0.1.0/31",
                        "L 10.0.1.0/32",
                        "C 10.0.2.0/31",
                        "L 10.0.2.0/32",
                        "C 10.0.3.0/31",
                        "L 10.0.3.0/32",
                        "C 2001:db8::/64",
                        "L 2001:db8::1/128",
                        "C 2001:db8:1::/127",
                        "L 2001:db8:1::/128",
                        "C 2001:db8:2::/127",
                        "L 2001:db8:2::/128",
                        "C 2001:db8:3::/127",
                        "L 2001:db8:3::/128"),
                lines);
        assertEquals(List.of(), rig.router.groups(), "connected subnets have no choice");
    }

    @Test
    void uptimeIsThatOfTheNextHops() {
        rig.announce(RouterRig.VIP, 1, 2);
        rig.nanos += 7_000_000_000L;
        rig.announce(RouterRig.VIP, 1, 2);
        assertEquals(Duration.ofSeconds(7), rig.router.routes(VIP).getFirst().uptime());
        rig.announce(RouterRig.VIP, 1);
        assertEquals(Duration.ZERO, rig.router.routes(VIP).getFirst().uptime());
    }

    @Test
    void prefixesBeyondTheLimitAreRefusedAndCounted() {
        replaceRig(new RouterRig(
                EcmpPolicy.RESILIENT, ForwardingSettings.of(42), new RouterConfig.Limits(8, 8, 2), 1500, List.of()));
        rig.announce("198.51.100.1/32", 1);
        rig.announce("198.51.100.2/32", 1);
        rig.announce("198.51.100.3/32", 1);
        assertEquals(1, rig.router.counters().routing().refused());
        assertEquals(List.of(), rig.router.routes(Prefix.parse("198.51.100.3/32")));
        rig.announce("198.51.100.1/32", 2);
        rig.announce("198.51.100.1/32");
        rig.announce("198.51.100.3/32", 1);
        assertTrue(rig.router.routes(Prefix.parse("198.51.100.3/32")).getFirst().installed());
    }

    @Test
    void aGreatPassIsToldInPart() {
        var changes = IntStream.range(0, 3000)
                .mapToObj(i -> RouterRig.change("100.64." + (i >> 8) + "." + (i & 0xFF) + "/32", 1, 2))
                .toList();
        rig.router.changed(changes);
        assertEquals(1024, rig.events(RouterEvent.NextHopsChanged.class).size());
        assertEquals(
                1976, rig.events(RouterEvent.ChangesElided.class).getFirst().prefixes());
        assertEquals(1, rig.router.groups().size());
        assertEquals(3000, rig.router.groups().getFirst().prefixCount());
        assertEquals(
                EcmpSnapshot.MAX_PREFIXES,
                rig.router.groups().getFirst().prefixes().size());
    }

    @Test
    void neighboursAreShownByInterface() {
        rig.announce(RouterRig.VIP, 2);
        rig.inject(0, Frames.udp(1000));
        rig.run();
        var neighbors = rig.router.neighbors();
        assertEquals(1, neighbors.size());
        assertEquals("eth2", neighbors.getFirst().interfaceName());
        assertEquals(RouterRig.farMac(2), neighbors.getFirst().neighbor().mac());
        var counters = rig.router.counters();
        assertEquals(1, counters.packets().get("forwarded"));
        assertEquals(2, Objects.requireNonNull(counters.ports().get("eth2")).txPackets(), "a request and the packet");
        assertEquals(0, counters.drops().get("no-route"));
        assertEquals(
                Map.of("waiting-full", 0L, "unresolved", 0L, "table-full", 0L),
                counters.neighborDrops().get("eth2"));
    }

    @Test
    void subnetsThatOverlapAndTwoStaticRoutesToAPrefixAreRefused() {
        var twice = new StaticRoute(VIP, List.of());
        var wrong = assertThrows(
                IllegalArgumentException.class,
                () -> new RouterRig(
                        EcmpPolicy.RESILIENT,
                        ForwardingSettings.of(42),
                        RouterConfig.Limits.STANDARD,
                        1500,
                        List.of(twice, twice)));
        assertEquals("two static routes to 203.0.113.10/32", wrong.getMessage());

        var wide = rig.interfaces().getFirst();
        var narrow = new RouterInterface(rig.interfaces().get(1).port(), RouterRig.address("10.0.0.129"), 25);
        var overlap = assertThrows(
                IllegalArgumentException.class, () -> RouterConfig.of(List.of(narrow, wide), List.of(), 1));
        assertEquals("subnets of eth0 (10.0.0.0/24) and eth1 (10.0.0.128/25) overlap", overlap.getMessage());
    }

    /** Sends a packet of each of {@value #FLOWS} flows; returns the MUX that each source port went to. */
    private Map<Integer, Integer> stream() {
        return stream(FLOWS);
    }

    private Map<Integer, Integer> stream(int flows) {
        var muxes = new TreeMap<Integer, Integer>();
        for (int port = 1000; port < 1000 + flows; port++) {
            rig.inject(0, Frames.udp(port));
            collect(muxes);
        }
        assertEquals(flows, muxes.size());
        return muxes;
    }

    private void collect(Map<Integer, Integer> muxes) {
        for (var arrival : rig.run()) {
            var octets = Hex.bytes(arrival.hex());
            muxes.put((octets[34] & 0xFF) << 8 | (octets[35] & 0xFF), arrival.link());
        }
    }

    private int oneFlow() {
        rig.inject(0, Frames.udp(1000));
        return rig.run().getFirst().link();
    }

    private int held(int mux) {
        return rig.router.group(VIP).orElseThrow().members().stream()
                .filter(member -> member.interfaceName().equals("eth" + mux))
                .mapToInt(EcmpSnapshot.MemberSnapshot::buckets)
                .sum();
    }

    private Explanation explain(String destination) {
        return rig.router.explain(flow(destination), Optional.empty());
    }

    private static FlowKey flow(String destination) {
        return new FlowKey(RouterRig.address("10.0.0.2"), RouterRig.address(destination), IpProtocol.UDP, 1000, 80);
    }

    private static FlowKey flow(int port) {
        return FlowKey.of(0x0A00_0002, 0xCB00_710A, IpProtocol.UDP, port, 80);
    }

    private static List<InetAddress> addresses(String... literals) {
        var addresses = new ArrayList<InetAddress>();
        for (var literal : literals) {
            addresses.add(InetAddress.ofLiteral(literal));
        }
        return addresses;
    }

    private static RouterRig withStatic(StaticRoute route) {
        return new RouterRig(
                EcmpPolicy.RESILIENT, ForwardingSettings.of(42), RouterConfig.Limits.STANDARD, 1500, List.of(route));
    }

    private void replaceRig(RouterRig other) {
        rig.close();
        rig = other;
    }
}

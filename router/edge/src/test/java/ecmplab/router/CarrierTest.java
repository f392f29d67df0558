package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the loss of an interface's carrier does to routes, before BGP knows. */
class CarrierTest {
    private static final Prefix VIP = Prefix.parse(RouterRig.VIP);

    private final RouterRig rig = new RouterRig();

    @AfterEach
    void nothingIsLost() {
        rig.assertConserved();
        rig.close();
    }

    private Set<Integer> linksOfFlows() {
        return linksOfFlows(1000);
    }

    private Set<Integer> linksOfFlows(int firstPort) {
        for (int port = firstPort; port < firstPort + 60; port++) {
            rig.inject(0, Frames.udp(port));
        }
        return rig.run().stream().map(RouterRig.Arrival::link).collect(Collectors.toSet());
    }

    @Test
    void theNextHopsOnALinkGoWithItsCarrierAndComeBackWithIt() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        assertEquals(Set.of(1, 2, 3), linksOfFlows());
        rig.router.carrier("eth2", false);
        assertEquals(Set.of(1, 3), linksOfFlows());
        assertEquals(1, rig.router.counters().routing().carrierLosses());
        rig.router.carrier("eth2", true);
        assertEquals(Set.of(1, 3), linksOfFlows(), "a flow that had to move stays");
        assertEquals(Set.of(1, 2, 3), linksOfFlows(2000));
        assertEquals(
                List.of(false, true),
                rig.events(RouterEvent.CarrierChanged.class).stream()
                        .map(RouterEvent.CarrierChanged::up)
                        .toList());
        var changes = rig.events(RouterEvent.NextHopsChanged.class);
        var gone = changes.stream()
                .filter(change -> change.prefix().equals(VIP) && change.after().size() == 2)
                .findFirst()
                .orElseThrow();
        assertTrue(gone.before().contains(InetAddress.ofLiteral("10.0.2.1")));
        assertTrue(
                gone.shareMoved() > 0.2 && gone.shareMoved() < 0.5, "only the flows of the dead: " + gone.shareMoved());
    }

    @Test
    void packetsAvoidADeadLinkBeforeAnyOfManyRoutesIsLookedAt() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        var many = new ArrayList<RouteListener.Change>();
        for (int i = 0; i < 20_000; i++) {
            many.add(RouterRig.change("100." + (i >> 8) + "." + (i & 0xFF) + ".0/24", 1, 2, 3));
        }
        rig.router.changed(many);
        linksOfFlows();
        var prefix = Prefix.parse("100.0.0.0/24");
        var seen = new ArrayList<Object>();
        rig.atCarrierChange = () -> {
            seen.add(linksOfFlows());
            seen.add(rig.router.routes(prefix).getFirst().nextHops().get(1).active());
        };

        rig.router.carrier("eth2", false);

        assertEquals(List.of(Set.of(1, 3), true), seen, "the group has changed, the route not yet");
        assertFalse(rig.router.routes(prefix).getFirst().nextHops().get(1).active());
        assertEquals(Set.of(1, 3), linksOfFlows());
        assertEquals(1, rig.router.groups().size(), "one for all");
        rig.atCarrierChange = () -> {};
        rig.router.carrier("eth2", true);
        rig.router.carrier("eth3", false);
        assertEquals(Set.of(1, 2), linksOfFlows(2000));
    }

    @Test
    void groupsThatBecomeEqualByALossBecomeOne() {
        rig.announce(RouterRig.VIP, 1, 2);
        rig.announce("203.0.113.11/32", 1);
        assertEquals(2, rig.router.groups().size());
        rig.router.carrier("eth2", false);
        assertEquals(1, rig.router.groups().size());
        rig.router.carrier("eth2", true);
        assertEquals(Set.of(1, 2), linksOfFlows());
        assertEquals(
                List.of(InetAddress.ofLiteral("10.0.1.1")),
                rig.router.routes(Prefix.parse("203.0.113.11/32")).getFirst().nextHops().stream()
                        .map(via -> via.address().orElseThrow())
                        .toList());
    }

    @Test
    void whatBgpSaysMeanwhileCountsWhenTheLinkIsBack() {
        rig.announce(RouterRig.VIP, 1);
        rig.router.carrier("eth2", false);
        rig.announce(RouterRig.VIP, 2);
        assertEquals(Set.of(), without0(linksOfFlows()));
        rig.announce(RouterRig.VIP, 1, 2);
        assertEquals(Set.of(1), linksOfFlows());
        rig.announce(RouterRig.VIP, 2);
        rig.router.carrier("eth2", true);
        assertEquals(Set.of(2), linksOfFlows());
    }

    private static Set<Integer> without0(Set<Integer> links) {
        return links.stream().filter(link -> link != 0).collect(Collectors.toSet());
    }

    @Test
    void aRouteThatHasLostItsLastNextHopIsToldAsMissingUntilItIsBackOrGone() {
        rig.announce(RouterRig.VIP, 2);
        rig.router.carrier("eth2", false);
        assertEquals(1, rig.router.divergences().counters().open());
        assertTrue(rig.router.divergences().of(VIP).isPresent());
        rig.router.carrier("eth2", true);
        assertTrue(rig.router.divergences().of(VIP).isEmpty());
        rig.router.carrier("eth2", false);
        rig.announce(RouterRig.VIP);
        assertEquals(0, rig.router.divergences().counters().open());
        assertEquals(2, rig.events(RouterEvent.RouteDiverged.class).size());
        assertEquals(2, rig.events(RouterEvent.RouteConverged.class).size());
    }

    @Test
    void theSubnetOfALinkWithoutCarrierIsNoRoute() {
        rig.router.carrier("eth1", false);
        var connected = rig.router.routes(Prefix.parse("10.0.1.0/31")).getFirst();
        assertTrue(!connected.installed());
        var ipv6 = rig.router.routes(Prefix.parse("2001:db8:1::/127")).getFirst();
        assertTrue(!ipv6.installed());
        rig.router.carrier("eth1", true);
        assertTrue(rig.router.routes(Prefix.parse("10.0.1.0/31")).getFirst().installed());
    }

    @Test
    void newsThatIsNoneAndInterfacesThatAreNotOursChangeNothing() {
        rig.router.carrier("eth1", true);
        rig.router.carrier("lo", false);
        assertEquals(List.of(), rig.events(RouterEvent.CarrierChanged.class));
    }
}

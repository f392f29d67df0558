package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.ExtendedCommunity.LinkBandwidth;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a change of a route must tell at once, and with which next hop. */
class RouteChangeTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final InetAddress SELF = InetAddress.ofLiteral("192.0.2.254");
    private static final Prefix ROUTE = Prefix.parse("198.51.100.0/24");
    private static final Prefix OTHER = Prefix.parse("203.0.113.0/24");
    private static final PeerTerms TERMS =
            PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(V4, SELF));
    private static final PeerTerms SAME_SUBNET = TERMS.withNextHops(false, Prefix.parse("192.0.2.0/24"));

    private final List<NextHopChange> changes = new ArrayList<>();
    private final Rib rib = new Rib(
            RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 1)
                    .withMultipath(new Multipath(8, 8, true))
                    .withAllocator(UnpooledByteBufAllocator.DEFAULT),
            new Rib.Listener() {
                @Override
                public void changed(List<NextHopChange> all) {
                    changes.addAll(all);
                }
            });

    @Test
    void withdrawalsNeverWaitHoweverOftenARouteComesAndGoes() {
        var out = new Receiver();
        var source = up(1, TERMS, new Receiver());
        up(2, TERMS, out);
        pass();
        // There is no MinRouteAdvertisementInterval: what one pass is given, it sends.
        for (int i = 0; i < 50; i++) {
            announce(source, ROUTE, path(1, 65001));
            rib.pass();
            assertTrue(out.table.containsKey(ROUTE), "announced, time " + i);
            withdraw(source, ROUTE);
            rib.pass();
            assertFalse(out.table.containsKey(ROUTE), "withdrawn, time " + i);
        }
    }

    @Test
    void aNextHopMoreOrLessIsToldThoughTheBestPathStays() {
        announce(up(1, TERMS, new Receiver()), ROUTE, path(1, 65001));
        var second = up(2, TERMS, new Receiver());
        pass();
        var best = bestPeer();
        assertEquals(List.of(1), hopsTold());

        announce(second, ROUTE, path(2, 65002));
        pass();
        assertEquals(best, bestPeer());
        assertEquals(List.of(2), hopsTold());

        announce(second, ROUTE, path(2, 65002));
        pass();
        assertEquals(List.of(), hopsTold(), "the same again is no change");

        withdraw(second, ROUTE);
        pass();
        assertEquals(best, bestPeer());
        assertEquals(List.of(1), hopsTold());
    }

    @Test
    void anotherWeightIsToldThoughTheBestPathAndTheSetStay() {
        announce(up(1, TERMS, new Receiver()), ROUTE, path(1, 65001).with(bandwidth(1e9f)));
        var second = up(2, TERMS, new Receiver());
        announce(second, ROUTE, path(2, 65002).with(bandwidth(1e9f)));
        pass();
        var best = bestPeer();
        changes.clear();

        announce(second, ROUTE, path(2, 65002).with(bandwidth(2.5e8f)));
        pass();
        assertEquals(best, bestPeer());
        assertEquals(1, changes.size());
        assertEquals(
                List.of(4L, 1L),
                changes.getFirst().nextHops().stream().map(NextHop::weight).toList());
    }

    @Test
    void nobodyIsToldItsOwnAddressAsNextHop() {
        var owner = new Receiver();
        var third = new Receiver();
        var source = up(1, SAME_SUBNET, new Receiver());
        up(2, SAME_SUBNET, owner);
        up(3, SAME_SUBNET, third);
        announce(source, ROUTE, path(2, 65001)); // by way of peer 2
        announce(source, OTHER, path(9, 65001)); // by way of somebody else there
        pass();
        assertEquals(SELF, nextHop(owner, ROUTE));
        assertEquals(address(9), nextHop(owner, OTHER));
        assertEquals(address(9), nextHop(third, OTHER));
    }

    @Test
    void aNextHopThatBecomesAPeersOwnAddressIsToldAnotherWay() {
        var owner = new Receiver();
        var third = new Receiver();
        var source = up(1, SAME_SUBNET, new Receiver());
        up(3, SAME_SUBNET, third);
        announce(source, ROUTE, path(2, 65001));
        pass();
        assertEquals(address(2), nextHop(third, ROUTE));
        up(2, SAME_SUBNET, owner);
        pass();
        assertEquals(SELF, nextHop(owner, ROUTE));
    }

    @Test
    void withinTheAsANextHopStaysThoughItIsAClientsOwnAddress() {
        var owner = new Receiver();
        var third = new Receiver();
        var client = TERMS.withReflectorClient(true);
        var source = upWithin(1, client, new Receiver());
        upWithin(2, client, owner);
        upWithin(3, client, third);
        announce(source, ROUTE, path(2).with(new PathAttribute.LocalPref(100)));
        rib.announce(OTHER, path(2).encode());
        pass();
        assertEquals(address(2), nextHop(third, ROUTE));
        assertEquals(address(2), nextHop(owner, ROUTE), "which is the owner's to ignore");
        assertEquals(SELF, nextHop(owner, OTHER), "what we originate is never told so");
    }

    /** How many next hops each change since the last question had. */
    private List<Integer> hopsTold() {
        var sizes = changes.stream().map(change -> change.nextHops().size()).toList();
        changes.clear();
        return sizes;
    }

    private InetAddress bestPeer() {
        return rib.view().route(ROUTE).orElseThrow().nextHops().getFirst().peer();
    }

    private static InetAddress nextHop(Receiver receiver, Prefix prefix) {
        return Objects.requireNonNull(receiver.table.get(prefix))
                .find(PathAttribute.NextHop.class)
                .orElseThrow()
                .address();
    }

    private static ExtendedCommunities bandwidth(float octets) {
        return new ExtendedCommunities(List.of(new LinkBandwidth(true, Asn.of(65001), Float.floatToIntBits(octets))));
    }

    private static InetAddress address(int number) {
        return InetAddress.ofLiteral("192.0.2." + number);
    }

    private Peer up(int number, PeerTerms terms, Receiver receiver) {
        var identity = new PeerIdentity(
                address(number), Asn.of(65000 + number), RouterId.parse("10.0.0." + number), PeerKind.EBGP);
        return rib.up(identity, terms, receiver);
    }

    private Peer upWithin(int number, PeerTerms terms, Receiver receiver) {
        var id = RouterId.parse("10.0.0." + number);
        return rib.up(new PeerIdentity(address(number), Asn.of(65000), id, PeerKind.IBGP), terms, receiver);
    }

    private void pass() {
        while (rib.pass()) {}
    }

    private static PathAttributes path(int nextHop, long... asns) {
        return PathAttributes.of(Origin.IGP, AsPath.sequence(asns), new PathAttribute.NextHop(address(nextHop)));
    }

    private void announce(Peer peer, Prefix prefix, PathAttributes attributes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        batch.reach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }

    private void withdraw(Peer peer, Prefix prefix) {
        var batch = new RouteBatch();
        batch.unreach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }
}

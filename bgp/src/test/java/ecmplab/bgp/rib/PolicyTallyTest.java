package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Match;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.Policy.Term;
import ecmplab.bgp.policy.Range;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyTallyTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final Asn LOCAL = Asn.of(65000);
    private static final int NO_EXPORT = 0xFFFF_FF01;
    /** Of paths of two ASes it says nothing; of longer ones that they go; of shorter ones that they pass. */
    private static final Policy POLICY = new Policy(
            "lengths",
            List.of(
                    new Term("seen", List.of(), List.of(), Verdict.NEXT),
                    Term.reject("long", new Match.PathLength(new Range(3, 255))),
                    Term.accept("short", new Match.PathLength(new Range(0, 1)))),
            Verdict.REJECT);

    private final Rib rib = new Rib(
            RibConfig.of(LOCAL, RouterId.parse("10.0.0.254"), 1).withAllocator(UnpooledByteBufAllocator.DEFAULT),
            changes -> {});

    @Test
    void eachTermHasTheRoutesThatItMatchedAndThoseItDecidedAbout() {
        var peer = up(1, POLICY, Policy.ACCEPT_ALL);
        announceSome(peer);
        var tally = new PolicyTally(POLICY, LOCAL);
        while (!tally.imported(rib, peer, V4)) {}
        assertEquals(
                new PolicyHits(
                        POLICY,
                        List.of(
                                new PolicyHits.TermHits("seen", 20_060, 0),
                                new PolicyHits.TermHits("long", 10, 10),
                                new PolicyHits.TermHits("short", 20_030, 20_030)),
                        20_060,
                        20_030,
                        20,
                        5),
                tally.hits());
        assertEquals(30, tally.hits().rejected());
        assertEquals(20_030, rib.view().counts(peer).getFirst().accepted(), "as the table itself has it");
    }

    @Test
    void whatIsExportedIsCountedOncePerRouteThatMayBeTold() {
        var source = up(1, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
        var sink = up(2, Policy.ACCEPT_ALL, POLICY);
        announceSome(source);
        announce(source, Prefix.parse("203.0.113.0/24"), path(65001).with(new Communities(List.of(NO_EXPORT))));
        announce(sink, Prefix.parse("203.0.112.0/24"), path(65002));
        var tally = new PolicyTally(POLICY, LOCAL);
        while (!tally.exported(rib, sink, V4)) {}
        var hits = tally.hits();
        assertEquals(20_060, hits.judged());
        assertEquals(20_030, hits.accepted());
        assertEquals(1, hits.notAsked());
        while (rib.pass()) {}
        assertEquals(20_030, rib.view().counts(sink).getFirst().announced(), "as the peer was told");
    }

    @Test
    void aPeerThatIsDownHasNothing() {
        var peer = up(1, POLICY, Policy.ACCEPT_ALL);
        announceSome(peer);
        rib.down(peer);
        var tally = new PolicyTally(POLICY, LOCAL);
        while (!tally.imported(rib, peer, V4)) {}
        assertEquals(0, tally.hits().judged());
    }

    /** 10 long, 20 of two ASes, 20 030 short, and 5 that go round in a circle. */
    private void announceSome(Peer peer) {
        int next = 0;
        next = announce(peer, next, 10, path(65001, 65008, 65009));
        next = announce(peer, next, 20, path(65001, 65009));
        next = announce(peer, next, 20_030, path(65001));
        announce(peer, next, 5, path(65001, 65000));
    }

    private int announce(Peer peer, int first, int count, PathAttributes attributes) {
        for (int i = first; i < first + count; i++) {
            announce(peer, Prefix.v4(0x0A00_0000 + (i << 8), 24), attributes);
        }
        return first + count;
    }

    private void announce(Peer peer, Prefix prefix, PathAttributes attributes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        batch.reach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0);
        rib.apply(peer, batch);
    }

    private Peer up(int number, Policy in, Policy out) {
        var address = InetAddress.ofLiteral("192.0.2." + number);
        var identity =
                new PeerIdentity(address, Asn.of(65000 + number), RouterId.parse("10.0.0." + number), PeerKind.EBGP);
        var terms = PeerTerms.of(Set.of(V4), in, out, Map.of(V4, InetAddress.ofLiteral("192.0.2.254")));
        return rib.up(identity, terms, new Receiver());
    }

    private static PathAttributes path(long... asns) {
        return PathAttributes.of(
                Origin.IGP, AsPath.sequence(asns), new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.9")));
    }
}

package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.ExtendedCommunity.LinkBandwidth;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Aigp;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Action;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.policy.Verdict;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What sessions agree on or run into: limits, refreshes, restarts, next hops, policies that change much. */
class RibSessionTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;
    private static final InetAddress SELF = InetAddress.ofLiteral("192.0.2.254");
    private static final PeerTerms TERMS =
            PeerTerms.of(Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(V4, SELF));

    private final List<String> told = new ArrayList<>();
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

                @Override
                public void prefixLimit(Peer peer, AddressFamily family, int routes, boolean exceeded) {
                    told.add(routes + (exceeded ? " exceeded" : " warned"));
                }
            });
    private final Receiver out = new Receiver();

    @Test
    void aPeerIsWarnedOfOnceAndWhatIsBeyondItsLimitIsRefused() {
        var source = up(1, TERMS.withLimits(Map.of(V4, new PrefixLimit(10, 80)), Map.of()), new Receiver());
        announce(source, path(65001), prefixes(7));
        assertEquals(List.of(), told);
        announce(source, path(65001), prefixes(10));
        assertEquals(List.of("8 warned"), told);
        announce(source, path(65001), prefixes(13));
        assertEquals(List.of("8 warned", "10 exceeded"), told);
        assertEquals(3, rib.view().refused(source));
        announce(source, path(65001, 7), prefixes(10));
        assertEquals(3, rib.view().refused(source), "a route that is there may change");
        while (rib.tidy()) {}
        assertEquals(10, rib.view().counts().prefixes(), "nothing is kept of what was refused");
    }

    @Test
    void aPeerIsToldNoMoreThanItsLimitAndTheNextOnesWhenSomeGo() {
        var source = up(1, TERMS, new Receiver());
        var limited = up(2, TERMS.withLimits(Map.of(), Map.of(V4, 5)), out);
        announce(source, path(65001), prefixes(12));
        pass();
        assertEquals(5, out.table.size());
        assertEquals(7, rib.view().counts(limited).getFirst().overLimit());
        withdraw(source, List.copyOf(out.table.keySet()).subList(0, 3));
        pass();
        assertEquals(5, out.table.size());
        assertEquals(4, rib.view().counts(limited).getFirst().overLimit());
        rib.down(source);
        pass();
        assertEquals(Map.of(), out.table);
        while (rib.tidy()) {}
        assertEquals(0, rib.view().counts().prefixes());
    }

    @Test
    void aDemarcatedRefreshBeginsBeforeTheRoutesAndEndsAfterThem() {
        var peer = up(2, TERMS, out);
        announce(up(1, TERMS, new Receiver()), path(65001), prefixes(5000));
        pass();
        rib.refresh(peer, V4, true);
        pass();
        assertEquals(List.of(5000, 10000), out.demarcations);
        rib.refresh(peer, V4, false);
        pass();
        assertEquals(2, out.demarcations.size());
    }

    @Test
    void aRestartingPeersRoutesStayUsedUntilItsEndOfRib() {
        var source = up(1, TERMS, new Receiver());
        announce(source, path(65001), prefixes(3));
        up(2, TERMS, out);
        pass();
        changes.clear();
        int messages = out.messages;
        assertEquals(0, rib.down(source, Set.of(V4)));
        pass();
        assertTrue(rib.view()
                .route(prefixes(1).getFirst())
                .orElseThrow()
                .paths()
                .getFirst()
                .isStale());
        assertEquals(List.of(), changes);
        var again = rib.up(identity(1, 65001), TERMS, new Receiver(), Set.of(V4));
        announce(again, path(65001), prefixes(2));
        var end = new RouteBatch();
        end.endOfRib(V4);
        rib.apply(again, end);
        pass();
        assertEquals(Set.copyOf(prefixes(2)), out.table.keySet());
        assertEquals(1, out.messages - messages, "only the withdrawal of what did not come again");
        assertFalse(rib.view()
                .route(prefixes(1).getFirst())
                .orElseThrow()
                .paths()
                .getFirst()
                .isStale());
    }

    @Test
    void aRestartedPeerThatIsAnotherOrHasNotPreservedForwardingKeepsNothing() {
        var source = up(1, TERMS, new Receiver());
        announce(source, path(65001), prefixes(3));
        rib.down(source, Set.of(V4));
        rib.up(identity(1, 65099), TERMS, new Receiver(), Set.of(V4));
        assertEquals(0, rib.view().counts().routes());
        var other = up(3, TERMS, new Receiver());
        announce(other, path(65003), prefixes(3));
        rib.down(other, Set.of(V4));
        rib.up(identity(3, 65003), TERMS, new Receiver(), Set.of());
        assertEquals(0, rib.view().counts().routes());
    }

    @Test
    void otherTermsSendOnlyWhatTheyChange() {
        var peer = up(2, TERMS, out);
        var source = up(1, TERMS, new Receiver());
        announce(source, path(65001), prefixes(10));
        pass();
        int messages = out.messages;
        var half = Policy.only(PrefixList.of("half", prefixes(5).toArray(Prefix[]::new)));
        rib.terms(peer, TERMS.withPolicies(Policy.ACCEPT_ALL, half));
        pass();
        assertEquals(Set.copyOf(prefixes(5)), out.table.keySet());
        assertEquals(1, out.messages - messages, "one withdrawal");
        rib.terms(source, TERMS.withPolicies(Policy.DENY_ALL, Policy.ACCEPT_ALL));
        pass();
        assertEquals(Map.of(), out.table);
        assertEquals(10, rib.view().counts(source).getFirst().rejectedByPolicy());
        assertEquals(
                "deny-all",
                rib.view()
                        .received(source, V4, Selection.REJECTED, 0, 1)
                        .routes()
                        .getFirst()
                        .term());
        rib.terms(source, TERMS);
        pass();
        assertEquals(Set.copyOf(prefixes(5)), out.table.keySet(), "from the Adj-RIB-In, without a refresh");
        assertThrows(IllegalArgumentException.class, () -> rib.terms(peer, TERMS.withAddPath(Set.of(V4), Map.of())));
    }

    @Test
    void aNextHopThatNobodyCanHaveIsNotSent() {
        var loopback = PeerTerms.of(
                Set.of(V4), Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(V4, InetAddress.ofLiteral("127.0.0.1")));
        up(2, loopback, out);
        announce(up(1, TERMS, new Receiver()), path(65001), prefixes(1));
        pass();
        assertEquals(Map.of(), out.table);
    }

    @Test
    void weightsFollowLinkBandwidthWhenEveryPathHasOne() {
        announce(up(1, TERMS, new Receiver()), path(65001).with(bandwidth(1e9f)), prefixes(1));
        announce(up(2, TERMS, new Receiver()), path(65002).with(bandwidth(2.5e8f)), prefixes(1));
        pass();
        assertEquals(List.of(4L, 1L), weights());
        announce(up(3, TERMS, new Receiver()), path(65003), prefixes(1));
        pass();
        assertEquals(List.of(1L, 1L, 1L), weights());
    }

    @Test
    void whatAPolicyMakesTooLongIsNotAnnouncedAndTheTablesLiveOn() {
        var longer = new Policy(
                "longer",
                List.of(new Policy.Term("all", List.of(), List.of(new Action.Prepend(10)), Verdict.ACCEPT)),
                Verdict.REJECT);
        up(2, TERMS.withPolicies(Policy.ACCEPT_ALL, longer).withMessages(true, 65_535), out);
        var source = up(1, TERMS, new Receiver());
        var segment = IntStream.range(0, 255).mapToObj(i -> Asn.of(70_000)).toList();
        var segments = IntStream.range(0, 64)
                .mapToObj(i -> new AsPath.Segment(AsPath.SegmentType.AS_SEQUENCE, segment))
                .toList();
        announce(source, path(65001).with(new AsPath(segments)).with(Communities.of(new int[20])), prefixes(1));
        announce(source, path(65001), prefixes(2).subList(1, 2));
        pass();
        assertEquals(Set.copyOf(prefixes(2).subList(1, 2)), out.table.keySet());
        assertEquals(2, rib.view().counts().tooLarge(), "for each of two groups");
    }

    @Test
    void aigpStaysWithinTheAs() {
        up(2, TERMS, out);
        var inside = new Receiver();
        rib.up(
                new PeerIdentity(
                        InetAddress.ofLiteral("192.0.2.9"), Asn.of(65000), RouterId.parse("10.0.0.9"), PeerKind.IBGP),
                TERMS,
                inside);
        var aigp = new Aigp(Octets.copy(new byte[] {1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 5}, 0, 11));
        announce(up(1, TERMS, new Receiver()), path(65001).with(aigp), prefixes(1));
        pass();
        assertTrue(Objects.requireNonNull(out.table.get(prefixes(1).getFirst()))
                .find(Aigp.class)
                .isEmpty());
        assertEquals(
                aigp,
                Objects.requireNonNull(inside.table.get(prefixes(1).getFirst()))
                        .find(Aigp.class)
                        .orElseThrow());
    }

    private List<Long> weights() {
        return rib.view().route(prefixes(1).getFirst()).orElseThrow().nextHops().stream()
                .map(NextHop::weight)
                .toList();
    }

    private static ExtendedCommunities bandwidth(float octets) {
        return new ExtendedCommunities(List.of(new LinkBandwidth(true, Asn.of(65001), Float.floatToIntBits(octets))));
    }

    private Peer up(int number, PeerTerms terms, Receiver receiver) {
        return rib.up(identity(number, 65000 + number), terms, receiver);
    }

    private static PeerIdentity identity(int number, long asn) {
        return new PeerIdentity(
                InetAddress.ofLiteral("192.0.2." + number),
                Asn.of(asn),
                RouterId.parse("10.0.0." + number),
                PeerKind.EBGP);
    }

    private void pass() {
        while (rib.pass()) {}
    }

    private static PathAttributes path(long... asns) {
        return PathAttributes.of(
                Origin.IGP,
                AsPath.sequence(asns),
                new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2." + asns[0] % 1000)));
    }

    private static List<Prefix> prefixes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Prefix.v4(0xC612_0000 + (i << 4), 28))
                .toList();
    }

    private void announce(Peer peer, PathAttributes attributes, List<Prefix> prefixes) {
        var batch = new RouteBatch();
        var block = attributes.encode();
        batch.attributes(block, 0, block.length);
        prefixes.forEach(prefix -> batch.reach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0));
        rib.apply(peer, batch);
    }

    private void withdraw(Peer peer, List<Prefix> prefixes) {
        var batch = new RouteBatch();
        prefixes.forEach(prefix -> batch.unreach(prefix.family(), prefix.high(), prefix.low(), prefix.length(), 0));
        rib.apply(peer, batch);
    }
}

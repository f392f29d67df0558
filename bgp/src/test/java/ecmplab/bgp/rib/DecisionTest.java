package ecmplab.bgp.rib;

import static ecmplab.bgp.rib.Reason.AS_LOOP;
import static ecmplab.bgp.rib.Reason.AS_PATH_LENGTH;
import static ecmplab.bgp.rib.Reason.BEST;
import static ecmplab.bgp.rib.Reason.EBGP_OVER_IBGP;
import static ecmplab.bgp.rib.Reason.LOCAL_PREF;
import static ecmplab.bgp.rib.Reason.LOCAL_ROUTE;
import static ecmplab.bgp.rib.Reason.MED;
import static ecmplab.bgp.rib.Reason.MULTIPATH;
import static ecmplab.bgp.rib.Reason.NEXT_HOP_UNUSABLE;
import static ecmplab.bgp.rib.Reason.ORIGIN;
import static ecmplab.bgp.rib.Reason.PEER_ADDRESS;
import static ecmplab.bgp.rib.Reason.REJECTED_BY_POLICY;
import static ecmplab.bgp.rib.Reason.ROUTER_ID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decision process case by case: paths from peers a, b, c (by address), and the reason each gets (RFC 4271 section 9.1.2.2). */
class DecisionTest {
    private static final Prefix PREFIX = Prefix.parse("203.0.113.10/32");

    /** A path from {@code 192.0.2.<peer>} with router id {@code 10.0.0.<id>}. */
    record Path(int peer, int id, long asn, Policy policy, PathAttributes attributes, Reason expected) {
        static Path of(int peer, long asn, Reason expected, PathAttribute... changed) {
            var attributes = PathAttributes.of(
                    Origin.IGP,
                    AsPath.sequence(asn, 64999),
                    new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2." + peer)));
            for (var attribute : changed) {
                attributes = attributes.with(attribute);
            }
            return new Path(peer, peer, asn, Policy.ACCEPT_ALL, attributes, expected);
        }

        Path withId(int routerId) {
            return new Path(peer, routerId, asn, policy, attributes, expected);
        }

        Path withPolicy(Policy importPolicy) {
            return new Path(peer, id, asn, importPolicy, attributes, expected);
        }
    }

    record Case(String rule, int multipath, boolean relax, List<Path> paths) {
        @Override
        public String toString() {
            return rule;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case(
                        "higher local preference wins over a shorter path",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, LOCAL_PREF, AsPath.sequence(65001)),
                                Path.of(2, 65002, BEST, new LocalPref(101)))),
                new Case(
                        "a shorter path wins over a better origin",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, AS_PATH_LENGTH),
                                Path.of(2, 65002, BEST, AsPath.sequence(65002), Origin.INCOMPLETE))),
                new Case(
                        "a set counts as one",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, AS_PATH_LENGTH, AsPath.sequence(65001, 1, 2)),
                                Path.of(
                                        2,
                                        65002,
                                        BEST,
                                        new AsPath(List.of(
                                                segment(AsPath.SegmentType.AS_SEQUENCE, 65002),
                                                segment(AsPath.SegmentType.AS_SET, 1, 2, 3)))))),
                new Case(
                        "the better origin wins over a lower MED",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, ORIGIN, Origin.EGP, new MultiExitDisc(1)),
                                Path.of(2, 65001, BEST, new MultiExitDisc(9)))),
                new Case(
                        "MED decides between paths of one neighbouring AS, and a missing one is lowest",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, MED, new MultiExitDisc(10)),
                                Path.of(2, 65001, BEST),
                                Path.of(3, 65003, MULTIPATH, new MultiExitDisc(99)))),
                new Case(
                        "a path that lost by MED beats nobody, though its router id is lowest",
                        1,
                        false,
                        List.of(
                                Path.of(1, 65001, MED, new MultiExitDisc(10)),
                                Path.of(3, 65001, ROUTER_ID, new MultiExitDisc(5)),
                                Path.of(2, 65002, BEST))),
                new Case(
                        "a path from another AS wins over one from ours",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65000, EBGP_OVER_IBGP, AsPath.sequence(64998, 64999)),
                                Path.of(2, 65002, BEST))),
                new Case(
                        "without multipath the lower router id wins, compared as an unsigned number",
                        1,
                        true,
                        List.of(
                                Path.of(1, 65001, ROUTER_ID).withId(200),
                                Path.of(2, 65002, BEST).withId(100))),
                new Case(
                        "between equal router ids the lower peer address wins",
                        1,
                        true,
                        List.of(
                                Path.of(200, 65001, PEER_ADDRESS).withId(7),
                                Path.of(2, 65002, BEST).withId(7))),
                new Case(
                        "with relax, paths of different ASes share",
                        8,
                        true,
                        List.of(Path.of(1, 65001, BEST), Path.of(2, 65002, MULTIPATH), Path.of(3, 65003, MULTIPATH))),
                new Case(
                        "without relax only paths of the best one's neighbouring AS share",
                        8,
                        false,
                        List.of(Path.of(1, 65001, BEST), Path.of(2, 65002, ROUTER_ID), Path.of(3, 65001, MULTIPATH))),
                new Case(
                        "no more paths than the maximum share, the lowest router ids first",
                        2,
                        true,
                        List.of(Path.of(3, 65003, ROUTER_ID), Path.of(2, 65002, MULTIPATH), Path.of(1, 65001, BEST))),
                new Case(
                        "paths of our AS do not share",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65000, BEST, AsPath.sequence(64998)),
                                Path.of(2, 65000, ROUTER_ID, AsPath.sequence(64998)))),
                new Case(
                        "what cannot be used takes no part",
                        8,
                        true,
                        List.of(
                                Path.of(1, 65001, AS_LOOP, AsPath.sequence(65001, 65000)),
                                Path.of(
                                        2,
                                        65002,
                                        NEXT_HOP_UNUSABLE,
                                        new PathAttribute.NextHop(InetAddress.ofLiteral("127.0.0.1"))),
                                Path.of(3, 65003, REJECTED_BY_POLICY).withPolicy(Policy.DENY_ALL),
                                Path.of(4, 65004, BEST, AsPath.sequence(65004, 1, 2, 3, 4)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPathHasItsReasonInWhateverOrderTheyArrive(Case example) {
        for (var order : List.of(example.paths(), example.paths().reversed())) {
            var rib = rib(example.multipath(), example.relax());
            order.forEach(path -> announce(rib, path));
            assertEquals(expected(example), reasons(rib));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theReasonsAreTheSameWhenABetterPathHasComeAndGone(Case example) {
        var rib = rib(example.multipath(), example.relax());
        var better = Path.of(250, 65250, BEST, new LocalPref(500));
        var peer = announce(rib, better);
        example.paths().forEach(path -> announce(rib, path));
        assertEquals(BEST, reasons(rib).get("192.0.2.250"));
        rib.down(peer);
        assertEquals(expected(example), reasons(rib));
    }

    @Test
    void aRouteOfOurOwnIsPreferredToAll() {
        var rib = rib(8, true);
        announce(rib, Path.of(1, 65001, LOCAL_ROUTE));
        rib.announce(PREFIX, PathAttributes.of(Origin.INCOMPLETE, AsPath.EMPTY).encode());
        announce(rib, Path.of(2, 65002, LOCAL_ROUTE, new LocalPref(1000)));
        announce(rib, Path.of(3, 65003, AS_LOOP, AsPath.sequence(65000)));
        assertEquals(
                Map.of("0.0.0.0", BEST, "192.0.2.1", LOCAL_ROUTE, "192.0.2.2", LOCAL_ROUTE, "192.0.2.3", AS_LOOP),
                reasons(rib));
        assertEquals(List.of(), rib.view().route(PREFIX).orElseThrow().nextHops());
        rib.withdraw(PREFIX);
        assertEquals(BEST, reasons(rib).get("192.0.2.2"));
    }

    private static Rib rib(int multipath, boolean relax) {
        var config = RibConfig.of(Asn.of(65000), RouterId.parse("10.0.0.254"), 1)
                .withMultipath(new Multipath(multipath, 1, relax))
                .withUsableNextHop(address -> !address.isLoopbackAddress())
                .withAllocator(UnpooledByteBufAllocator.DEFAULT);
        return new Rib(config, changes -> {});
    }

    private static Peer announce(Rib rib, Path path) {
        var kind = path.asn() == 65000 ? PeerKind.IBGP : PeerKind.EBGP;
        var identity = new PeerIdentity(
                InetAddress.ofLiteral("192.0.2." + path.peer()),
                Asn.of(path.asn()),
                RouterId.parse("10.0.0." + path.id()),
                kind);
        var families = Set.of(AddressFamily.IPV4_UNICAST);
        var terms = PeerTerms.of(families, path.policy(), Policy.ACCEPT_ALL, Map.of());
        var peer = rib.up(identity, terms, new Receiver());
        var batch = new RouteBatch();
        var block = path.attributes().encode();
        batch.attributes(block, 0, block.length);
        batch.reach(PREFIX.family(), PREFIX.high(), PREFIX.low(), PREFIX.length(), 0);
        rib.apply(peer, batch);
        return peer;
    }

    private static Map<String, Reason> expected(Case example) {
        return example.paths().stream().collect(Collectors.toMap(path -> "192.0.2." + path.peer(), Path::expected));
    }

    private static Map<String, Reason> reasons(Rib rib) {
        return rib.view().route(PREFIX).orElseThrow().paths().stream()
                .collect(Collectors.toMap(path -> path.peer().address().getHostAddress(), PathView::reason));
    }

    private static AsPath.Segment segment(AsPath.SegmentType type, long... asns) {
        return new AsPath.Segment(type, Arrays.stream(asns).mapToObj(Asn::of).toList());
    }
}

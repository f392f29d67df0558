package ecmplab.bgp.policy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AsPath.SegmentType;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunity;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy.Term;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What masks and octets answer equals what a naive reader of terms and records answers. */
class PolicyEvaluationTest {
    private static final int ROUTES = 40_000;

    @Test
    void masksAgreeWithTermsReadOneByOne() {
        var random = new Random(20_261_123);
        int accepted = 0;
        int changed = 0;
        int deep = 0;
        for (int i = 0; i < ROUTES / 20; i++) {
            var policy = policy(random);
            for (int j = 0; j < 20; j++) {
                var prefix = prefix(random);
                var attributes = attributes(random);
                var context = context(random);
                var expected = naive(policy, prefix, attributes, context);

                long candidates = policy.attributeMatches(attributes, context);
                long matched = policy.decide(candidates, prefix.family(), prefix.high(), prefix.low(), prefix.length());
                Supplier<String> what = () -> policy.terms() + " on " + prefix + " " + attributes + " from " + context;
                assertEquals(expected.matched, matched, what);
                assertEquals(expected.accepted, policy.accepts(matched), what);
                assertEquals(expected.changes, policy.changes(matched), what);
                var after = policy.apply(matched, attributes, context);
                assertEquals(expected.changes ? expected.after : attributes, after, what);
                var octets = attributes.encode();
                assertArrayEquals(after.encode(), policy.apply(matched, octets, 0, octets.length, context));
                accepted += expected.accepted ? 1 : 0;
                changed += expected.changes ? 1 : 0;
                deep += policy.deciding(matched) > 2 ? 1 : 0;
            }
        }
        assertTrue(accepted > ROUTES / 10 && accepted < ROUTES * 9 / 10, "accepted " + accepted);
        assertTrue(changed > ROUTES / 10, "changed " + changed);
        assertTrue(deep > ROUTES / 50, "decided late " + deep);
    }

    private record Judgement(long matched, boolean accepted, boolean changes, PathAttributes after) {}

    private static Judgement naive(Policy policy, Prefix prefix, PathAttributes route, PolicyContext context) {
        long matched = 0;
        boolean changes = false;
        var after = route;
        for (int i = 0; i < policy.terms().size(); i++) {
            var term = policy.terms().get(i);
            if (term.matches().stream().allMatch(match -> NaiveMatch.holds(match, prefix, route, context))) {
                matched |= 1L << i;
                for (var action : term.actions()) {
                    changes = true;
                    after = ActionEffect.apply(action, after, context);
                }
                if (term.verdict() != Verdict.NEXT) {
                    return new Judgement(matched, term.verdict() == Verdict.ACCEPT, changes, after);
                }
            }
        }
        return new Judgement(matched, policy.otherwise() == Verdict.ACCEPT, changes, after);
    }

    private static Policy policy(Random random) {
        var terms = new ArrayList<Term>();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 65 : 8); i > 0; i--) {
            var matches = IntStream.range(0, random.nextInt(3))
                    .mapToObj(ignored -> match(random, 1))
                    .toList();
            var actions = random.nextBoolean() ? List.of(action(random)) : List.<Action>of();
            var verdict =
                    random.nextInt(3) == 0 ? Verdict.NEXT : random.nextBoolean() ? Verdict.ACCEPT : Verdict.REJECT;
            terms.add(new Term("t" + i, matches, actions, matches.isEmpty() ? Verdict.NEXT : verdict));
        }
        return new Policy("random", terms, Verdict.values()[random.nextInt(3)]);
    }

    private static Match match(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 15 : 17)) {
            case 0 -> new Match.InPrefixList(prefixList(random));
            case 1 -> new Match.OfFamily(AddressFamily.values()[random.nextInt(2)]);
            case 2 -> new Match.NeighborIn(List.of(Prefix.parse(random.nextBoolean() ? "192.0.2.0/31" : "192.0.2.1")));
            case 3 -> new Match.NeighborAs(new Range(65001, 65001 + random.nextInt(2)));
            case 4 ->
                new Match.AsPathLike(AsPathRegex.parse(
                        List.of("^1_", "_2$", "_3_", "^$", "{").get(random.nextInt(5))));
            case 5 -> new Match.PathContains(Asn.of(random.nextInt(1, 5)));
            case 6 -> new Match.OriginatedBy(Asn.of(random.nextInt(1, 5)));
            case 7 -> new Match.PathLength(new Range(random.nextInt(3), 3));
            case 8 ->
                new Match.HasCommunity(List.of(CommunityPattern.parse(
                        List.of("1:1", "1:*", "*:2", "no-export").get(random.nextInt(4)))));
            case 9 ->
                new Match.HasLargeCommunity(List.of(LargeCommunityPattern.parse(
                        List.of("1:1:1", "1:*:*", "*:*:2-3").get(random.nextInt(3)))));
            case 10 ->
                new Match.HasExtendedCommunity(List.of(ExtendedCommunityPattern.parse(
                        List.of("rt:1:1", "rt:1:*", "bandwidth:*").get(random.nextInt(3)))));
            case 11 ->
                new Match.NextHopIn(List.of(Prefix.parse(random.nextBoolean() ? "10.0.0.0/31" : "2001:db8::/32")));
            case 12 -> new Match.HasOrigin(Origin.values()[random.nextInt(3)]);
            case 13 -> new Match.HasMed(new Range(0, random.nextInt(3)));
            case 14 -> new Match.HasLocalPref(new Range(100, 100 + random.nextInt(2)));
            default -> new Match.Not(match(random, depth - 1));
        };
    }

    static PrefixList prefixList(Random random) {
        var entries = new ArrayList<PrefixList.Entry>();
        for (int i = random.nextInt(1, random.nextBoolean() ? 4 : 40); i > 0; i--) {
            var prefix = prefix(random);
            int ge = random.nextInt(prefix.length(), prefix.family().bits() + 1);
            int le = random.nextInt(ge, prefix.family().bits() + 1);
            entries.add(
                    random.nextInt(4) == 0
                            ? PrefixList.Entry.exactly(prefix)
                            : new PrefixList.Entry(random.nextInt(3) > 0, prefix, ge, le));
        }
        return new PrefixList("random", entries);
    }

    private static Action action(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> new Action.SetLocalPref(200);
            case 1 -> new Action.SetMed(7);
            case 2 -> new Action.SetOrigin(Origin.INCOMPLETE);
            case 3 -> new Action.SetNextHop(Prefix.parse("10.9.9.9").address());
            case 4 -> new Action.SetNextHopSelf();
            case 5 -> new Action.SetNextHopPeer();
            case 6 -> new Action.Prepend(random.nextInt(1, 4));
            case 7 -> new Action.PrependAs(List.of(Asn.of(7), Asn.of(8)));
            case 8 ->
                new Action.ChangeCommunities(
                        random.nextBoolean(), List.of(CommunityPattern.parse("1:*")), List.of(0x0009_0009));
            case 9 ->
                new Action.ChangeLargeCommunities(
                        random.nextBoolean(),
                        List.of(LargeCommunityPattern.parse("1:1:*")),
                        List.of(new LargeCommunity(9, 9, 9)));
            case 10 ->
                new Action.ChangeExtendedCommunities(
                        random.nextBoolean(),
                        List.of(ExtendedCommunityPattern.parse("rt:1:*")),
                        List.of(ExtendedCommunityPattern.exactly("rt:9:9")));
            default -> new Action.SetLinkBandwidth(1.25e9f);
        };
    }

    private static PolicyContext context(Random random) {
        int last = random.nextInt(4);
        return new PolicyContext(
                Asn.of(65000), Prefix.v4(0xC000_0200 + last, 32).address(), Asn.of(65001 + random.nextInt(3)));
    }

    static Prefix prefix(Random random) {
        return random.nextInt(4) == 0
                ? Prefix.v6(
                        0x2001_0db8_0000_0000L | random.nextInt(4),
                        (long) random.nextInt(2) << 63,
                        28 + random.nextInt(101))
                : Prefix.v4(10 << 24 | random.nextInt(4) << 22 | random.nextInt(4) << 2, 6 + random.nextInt(27));
    }

    private static PathAttributes attributes(Random random) {
        var list = new ArrayList<PathAttribute>();
        list.add(Origin.values()[random.nextInt(3)]);
        list.add(path(random));
        if (random.nextInt(5) > 0) {
            list.add(new NextHop(Prefix.parse(random.nextInt(4) == 0 ? "2001:db8::1" : "10.0.0." + random.nextInt(4))
                    .address()));
        }
        if (random.nextBoolean()) {
            list.add(new MultiExitDisc(random.nextInt(4)));
        }
        if (random.nextBoolean()) {
            list.add(new LocalPref(random.nextInt(99, 103)));
        }
        if (random.nextBoolean()) {
            list.add(Communities.of(random.nextInt(3) << 16 | random.nextInt(3), 0xFFFF_FF01));
        }
        if (random.nextBoolean()) {
            list.add(new ExtendedCommunities(List.of(
                    random.nextBoolean()
                            ? ExtendedCommunityPattern.exactly("rt:1:" + random.nextInt(3))
                            : new ExtendedCommunity.LinkBandwidth(random.nextBoolean(), Asn.of(1), 0))));
        }
        if (random.nextBoolean()) {
            list.add(new LargeCommunities(
                    List.of(new LargeCommunity(random.nextInt(3), random.nextInt(3), random.nextInt(5)))));
        }
        return PathAttributes.of(list);
    }

    private static AsPath path(Random random) {
        var segments = new ArrayList<AsPath.Segment>();
        for (int i = random.nextInt(3); i > 0; i--) {
            var asns = IntStream.range(0, random.nextInt(1, 4))
                    .mapToObj(ignored -> Asn.of(random.nextInt(1, 5)))
                    .toList();
            var type = random.nextInt(3) > 0 ? SegmentType.AS_SEQUENCE : SegmentType.values()[random.nextInt(4)];
            segments.add(new AsPath.Segment(type, asns));
        }
        return new AsPath(segments);
    }

    @Test
    void aMedOrNextHopThatAPolicySetsIsToldToTheExport() {
        var policy = new Policy(
                "med", List.of(new Term("t", List.of(), List.of(new Action.SetMed(5)), Verdict.NEXT)), Verdict.ACCEPT);
        long matched = policy.decide(-1L & 1, AddressFamily.IPV4_UNICAST, 0, 0, 0);
        assertTrue(policy.changes(matched, AttributeType.MULTI_EXIT_DISC));
        assertEquals(false, policy.changes(matched, AttributeType.NEXT_HOP));
    }
}

package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;

/** Makes tests of matches, which answer on octets, without an object for an attribute. */
final class MatchEvaluation {
    private static final int DEFAULT_LOCAL_PREF = 100;

    private MatchEvaluation() {}

    /** A match that {@linkplain Match#dependsOnPrefix does not depend on the prefix}, made ready to be asked about all attributes. */
    @FunctionalInterface
    interface AttributeTest {
        boolean holds(BlockView block, PolicyContext context);

        static AttributeTest of(Match match) {
            return switch (match) {
                case Match.NeighborIn(var prefixes) ->
                    (block, context) -> contain(prefixes, Prefix.host(context.neighbor()));
                case Match.NeighborAs(var asns) ->
                    (block, context) -> asns.has(context.neighborAs().bits());
                case Match.AsPathLike(var regex) -> (block, context) -> block.pathMatches(regex);
                case Match.PathContains(var asn) -> (block, context) -> block.pathContains(asn.bits());
                case Match.OriginatedBy(var asn) -> (block, context) -> block.originatedBy(asn.bits());
                case Match.PathLength(var length) -> (block, context) -> length.has(block.pathLength());
                case Match.HasCommunity(var anyOf) -> {
                    var patterns = anyOf.toArray(CommunityPattern[]::new);
                    yield (block, context) -> anyCommunity(patterns, block);
                }
                case Match.HasExtendedCommunity(var anyOf) -> (block, context) -> anyExtended(anyOf, block);
                case Match.HasLargeCommunity(var anyOf) -> (block, context) -> anyLarge(anyOf, block);
                case Match.NextHopIn(var prefixes) -> (block, context) -> nextHopIn(prefixes, block);
                case Match.HasOrigin(var origin) ->
                    (block, context) ->
                            block.has(AttributeType.ORIGIN) && block.octet(AttributeType.ORIGIN, 0) == origin.ordinal();
                case Match.HasMed(var med) ->
                    (block, context) -> med.has(
                            block.has(AttributeType.MULTI_EXIT_DISC)
                                    ? block.word(AttributeType.MULTI_EXIT_DISC, 0)
                                    : 0);
                case Match.HasLocalPref(var preference) ->
                    (block, context) -> preference.has(
                            block.has(AttributeType.LOCAL_PREF)
                                    ? block.word(AttributeType.LOCAL_PREF, 0)
                                    : DEFAULT_LOCAL_PREF);
                case Match.Not(var inner) -> {
                    var test = of(inner);
                    yield (block, context) -> !test.holds(block, context);
                }
                case Match.InPrefixList ignored -> throw new IllegalArgumentException(match + " needs the prefix");
                case Match.OfFamily ignored -> throw new IllegalArgumentException(match + " needs the prefix");
            };
        }
    }

    /** A match that {@linkplain Match#dependsOnPrefix depends on the prefix}, made ready to be asked about every route. */
    @FunctionalInterface
    interface PrefixTest {
        boolean holds(AddressFamily family, long high, long low, int length);

        static PrefixTest of(Match match) {
            return switch (match) {
                case Match.InPrefixList(var list) -> list::permits;
                case Match.OfFamily(var wanted) -> (family, high, low, length) -> family == wanted;
                case Match.Not(var inner) -> {
                    var test = of(inner);
                    yield (family, high, low, length) -> !test.holds(family, high, low, length);
                }
                default -> throw new IllegalArgumentException(match + " needs the attributes");
            };
        }
    }

    private static boolean anyCommunity(CommunityPattern[] anyOf, BlockView block) {
        int length = block.length(AttributeType.COMMUNITIES);
        for (int at = 0; at < length; at += 4) {
            int community = block.word(AttributeType.COMMUNITIES, at);
            for (var pattern : anyOf) {
                if (pattern.fits(community)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean anyExtended(List<ExtendedCommunityPattern> anyOf, BlockView block) {
        int type = AttributeType.EXTENDED_COMMUNITIES;
        int length = block.length(type);
        for (int at = 0; at < length; at += 8) {
            long community = (long) block.word(type, at) << 32 | Integer.toUnsignedLong(block.word(type, at + 4));
            for (int i = 0; i < anyOf.size(); i++) {
                if (anyOf.get(i).fits(community)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean anyLarge(List<LargeCommunityPattern> anyOf, BlockView block) {
        int type = AttributeType.LARGE_COMMUNITIES;
        int length = block.length(type);
        for (int at = 0; at < length; at += 12) {
            for (int i = 0; i < anyOf.size(); i++) {
                if (anyOf.get(i).fits(block.word(type, at), block.word(type, at + 4), block.word(type, at + 8))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean nextHopIn(List<Prefix> prefixes, BlockView block) {
        int type = AttributeType.NEXT_HOP;
        if (block.length(type) == 4) {
            return contain(prefixes, Prefix.v4(block.word(type, 0), 32));
        }
        return block.length(type) >= 16 && contain(prefixes, Prefix.v6(pair(block, 0), pair(block, 8), 128));
    }

    private static long pair(BlockView block, int at) {
        return (long) block.word(AttributeType.NEXT_HOP, at) << 32
                | Integer.toUnsignedLong(block.word(AttributeType.NEXT_HOP, at + 4));
    }

    private static boolean contain(List<Prefix> prefixes, Prefix host) {
        for (int i = 0; i < prefixes.size(); i++) {
            if (prefixes.get(i).contains(host)) {
                return true;
            }
        }
        return false;
    }
}

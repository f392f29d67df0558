package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;

/** Answers matches on octets, without an object for an attribute. */
final class MatchEvaluation {
    private static final int DEFAULT_LOCAL_PREF = 100;

    private MatchEvaluation() {}

    /** A match that {@linkplain Match#dependsOnPrefix does not depend on the prefix}. */
    static boolean holds(Match match, BlockView block, PolicyContext context) {
        return switch (match) {
            case Match.NeighborIn(var prefixes) -> contain(prefixes, Prefix.host(context.neighbor()));
            case Match.NeighborAs(var asns) -> asns.has(context.neighborAs().bits());
            case Match.AsPathLike(var regex) -> block.pathMatches(regex);
            case Match.PathContains(var asn) -> block.pathContains(asn.bits());
            case Match.OriginatedBy(var asn) -> block.originatedBy(asn.bits());
            case Match.PathLength(var length) -> length.has(block.pathLength());
            case Match.HasCommunity(var anyOf) -> anyCommunity(anyOf, block);
            case Match.HasExtendedCommunity(var anyOf) -> anyExtended(anyOf, block);
            case Match.HasLargeCommunity(var anyOf) -> anyLarge(anyOf, block);
            case Match.NextHopIn(var prefixes) -> nextHopIn(prefixes, block);
            case Match.HasOrigin(var origin) ->
                block.has(AttributeType.ORIGIN) && block.octet(AttributeType.ORIGIN, 0) == origin.ordinal();
            case Match.HasMed(var med) ->
                med.has(block.has(AttributeType.MULTI_EXIT_DISC) ? block.word(AttributeType.MULTI_EXIT_DISC, 0) : 0);
            case Match.HasLocalPref(var preference) ->
                preference.has(
                        block.has(AttributeType.LOCAL_PREF)
                                ? block.word(AttributeType.LOCAL_PREF, 0)
                                : DEFAULT_LOCAL_PREF);
            case Match.Not(var inner) -> !holds(inner, block, context);
            case Match.InPrefixList ignored -> throw new IllegalArgumentException(match + " needs the prefix");
            case Match.OfFamily ignored -> throw new IllegalArgumentException(match + " needs the prefix");
        };
    }

    /** A match that {@linkplain Match#dependsOnPrefix depends on the prefix}. */
    static boolean holds(Match match, AddressFamily family, long high, long low, int length) {
        return switch (match) {
            case Match.InPrefixList(var list) -> list.permits(family, high, low, length);
            case Match.OfFamily(var wanted) -> wanted == family;
            case Match.Not(var inner) -> !holds(inner, family, high, low, length);
            default -> throw new IllegalArgumentException(match + " needs the attributes");
        };
    }

    private static boolean anyCommunity(List<CommunityPattern> anyOf, BlockView block) {
        int length = block.length(AttributeType.COMMUNITIES);
        for (int at = 0; at < length; at += 4) {
            int community = block.word(AttributeType.COMMUNITIES, at);
            for (int i = 0; i < anyOf.size(); i++) {
                if (anyOf.get(i).fits(community)) {
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

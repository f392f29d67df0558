package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A condition on a route as it came in, whatever earlier terms set. {@code toString} is how {@link Explanation} tells it. */
public sealed interface Match {
    /** The route's prefix is on the list. */
    record InPrefixList(PrefixList list) implements Match {
        @Override
        public String toString() {
            return "prefix list " + list.name();
        }
    }

    /** The route belongs to the family. */
    record OfFamily(AddressFamily family) implements Match {
        @Override
        public String toString() {
            return "family " + (family == AddressFamily.IPV4_UNICAST ? "ipv4" : "ipv6");
        }
    }

    /** The neighbour's address lies within one of the prefixes. */
    record NeighborIn(List<Prefix> prefixes) implements Match {
        public NeighborIn {
            prefixes = List.copyOf(prefixes);
        }

        @Override
        public String toString() {
            return "neighbor " + joined(prefixes);
        }
    }

    /** The neighbour's AS. */
    record NeighborAs(Range asns) implements Match {
        @Override
        public String toString() {
            return "neighbor-as " + asns;
        }
    }

    /** The AS path as routers print it. */
    record AsPathLike(AsPathRegex regex) implements Match {
        @Override
        public String toString() {
            return "as-path \"" + regex + '"';
        }
    }

    /** An AS is anywhere in the path. */
    record PathContains(Asn asn) implements Match {
        @Override
        public String toString() {
            return "as-path-contains " + asn;
        }
    }

    /** An AS originated the route: the last of the path, or one of the set that ends it. */
    record OriginatedBy(Asn asn) implements Match {
        @Override
        public String toString() {
            return "origin-as " + asn;
        }
    }

    /** Length of the path as the decision process counts it. */
    record PathLength(Range length) implements Match {
        @Override
        public String toString() {
            return "as-path-length " + length;
        }
    }

    /** One of the route's communities fits one of the patterns. */
    record HasCommunity(List<CommunityPattern> anyOf) implements Match {
        public HasCommunity {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public String toString() {
            return "community " + joined(anyOf);
        }
    }

    /** One of the route's extended communities fits one of the patterns. */
    record HasExtendedCommunity(List<ExtendedCommunityPattern> anyOf) implements Match {
        public HasExtendedCommunity {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public String toString() {
            return "extended-community " + joined(anyOf);
        }
    }

    /** One of the route's large communities fits one of the patterns. */
    record HasLargeCommunity(List<LargeCommunityPattern> anyOf) implements Match {
        public HasLargeCommunity {
            anyOf = List.copyOf(anyOf);
        }

        @Override
        public String toString() {
            return "large-community " + joined(anyOf);
        }
    }

    /** The next hop lies within one of the prefixes; a route of our own has none before it is sent. */
    record NextHopIn(List<Prefix> prefixes) implements Match {
        public NextHopIn {
            prefixes = List.copyOf(prefixes);
        }

        @Override
        public String toString() {
            return "next-hop " + joined(prefixes);
        }
    }

    record HasOrigin(Origin origin) implements Match {
        @Override
        public String toString() {
            return "origin " + origin.name().toLowerCase(Locale.ROOT);
        }
    }

    /** MULTI_EXIT_DISC, 0 when the route has none. */
    record HasMed(Range med) implements Match {
        @Override
        public String toString() {
            return "med " + med;
        }
    }

    /** LOCAL_PREF, 100 when the route has none. */
    record HasLocalPref(Range preference) implements Match {
        @Override
        public String toString() {
            return "local-pref " + preference;
        }
    }

    /** The condition does not hold. */
    record Not(Match match) implements Match {
        @Override
        public String toString() {
            return "not " + match;
        }
    }

    /** Whether it can be answered without the route's prefix. */
    default boolean dependsOnPrefix() {
        return switch (this) {
            case InPrefixList ignored -> true;
            case OfFamily ignored -> true;
            case Not(var match) -> match.dependsOnPrefix();
            default -> false;
        };
    }

    /** Whether it asks who the neighbour is. */
    default boolean dependsOnNeighbor() {
        return switch (this) {
            case NeighborIn ignored -> true;
            case NeighborAs ignored -> true;
            case Not(var match) -> match.dependsOnNeighbor();
            default -> false;
        };
    }

    private static String joined(List<?> items) {
        return items.stream().map(Object::toString).collect(Collectors.joining(", "));
    }
}

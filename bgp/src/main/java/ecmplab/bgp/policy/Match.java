package ecmplab.bgp.policy;

import ecmplab.bgp.wire.AddressFamily;

/** A condition on a route. */
public sealed interface Match {
    /** The route's prefix is on the list. */
    record InPrefixList(PrefixList list) implements Match {}

    /** The route belongs to the family. */
    record OfFamily(AddressFamily family) implements Match {}

    /** Bits of the prefix as in {@link ecmplab.bgp.wire.Prefix}. Allocates nothing. */
    default boolean matches(AddressFamily routeFamily, long high, long low, int length) {
        return switch (this) {
            case InPrefixList(var list) -> list.permits(routeFamily, high, low, length);
            case OfFamily(var family) -> family == routeFamily;
        };
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Prefix;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which prefixes are asked for: those that both hold of.
 *
 * @param within the prefix or a longer one within it; null for any
 * @param attributes of at least one path, after import policy; null for any
 */
public record RouteFilter(@Nullable Prefix within, @Nullable Predicate<PathAttributes> attributes) {
    public static final RouteFilter ALL = new RouteFilter(null, null);

    public static RouteFilter within(Prefix prefix) {
        return new RouteFilter(prefix, null);
    }

    public static RouteFilter having(Predicate<PathAttributes> attributes) {
        return new RouteFilter(null, attributes);
    }

    /** Bits of the prefix as in {@link Prefix}, of the family asked for. */
    boolean contains(long high, long low, int length) {
        return within == null
                || (length >= within.length()
                        && new Prefix(within.family(), high, low, within.length()).equals(within));
    }
}

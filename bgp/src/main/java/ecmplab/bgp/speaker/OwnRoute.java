package ecmplab.bgp.speaker;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Prefix;
import java.util.stream.IntStream;

/**
 * A route that a speaker announces itself.
 *
 * @param attributes with ORIGIN and AS_PATH; without NEXT_HOP each neighbour gets our own address
 */
public record OwnRoute(Prefix prefix, PathAttributes attributes) {
    /**
     * With ORIGIN IGP and an empty path.
     *
     * @param communities standard communities as 32-bit numbers (RFC 1997), in any order
     */
    public static OwnRoute of(Prefix prefix, int... communities) {
        var attributes = PathAttributes.of(Origin.IGP, AsPath.EMPTY);
        var values = IntStream.of(communities)
                .boxed()
                .distinct()
                .sorted(Integer::compareUnsigned)
                .toList();
        return new OwnRoute(prefix, values.isEmpty() ? attributes : attributes.with(new Communities(values)));
    }
}

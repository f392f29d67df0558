package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * A route received from a peer, or announced to it.
 *
 * @param pathId 0 without ADD-PATH (RFC 7911)
 * @param block the attributes in wire form, as received, as accepted or as sent
 * @param rejected why import did not let it in; null when it did
 * @param term the term of the import policy that rejected it; null when none did
 * @param isStale whether the peer has not announced it again since it restarted or began a refresh
 */
public record PeerRoute(
        Prefix prefix,
        int pathId,
        Octets block,
        @Nullable Reason rejected,
        @Nullable String term,
        boolean isStale) {
    public PathAttributes attributes() {
        return PathAttributes.parse(block.toArray());
    }
}

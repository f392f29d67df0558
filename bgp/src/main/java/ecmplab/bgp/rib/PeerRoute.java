package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;

/**
 * A route received from a peer, or announced to it.
 *
 * @param block the attributes in wire form, as received or as sent
 */
public record PeerRoute(Prefix prefix, Octets block) {
    public PathAttributes attributes() {
        return PathAttributes.parse(block.toArray());
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Octets;

/**
 * One peer's path to a prefix.
 *
 * @param block its attributes as received, in wire form
 * @param localPref the local preference it competes with, whether the attributes say so or not
 */
public record PathView(PeerIdentity peer, Octets block, long localPref, Reason reason) {
    public PathAttributes attributes() {
        return PathAttributes.parse(block.toArray());
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Octets;
import org.jspecify.annotations.Nullable;

/**
 * One path to a prefix.
 *
 * @param pathId given by the peer (RFC 7911); 0 without ADD-PATH
 * @param received its attributes as received, in wire form
 * @param block its attributes after import policy, with which it competes; the same as {@code received} when nothing changed them, or the
 *     path was rejected
 * @param localPref the local preference it competes with, whether the attributes say so or not
 * @param term the term of the import policy that rejected it; null when none did
 * @param isStale whether the peer has not announced it again since it restarted or began a refresh
 */
public record PathView(
        PeerIdentity peer,
        int pathId,
        Octets received,
        Octets block,
        long localPref,
        Reason reason,
        @Nullable String term,
        boolean isStale) {
    /** After import policy. */
    public PathAttributes attributes() {
        return PathAttributes.parse(block.toArray());
    }

    /** Before import policy. */
    public PathAttributes receivedAttributes() {
        return PathAttributes.parse(received.toArray());
    }

    /** What the reason and the term say to a person. */
    public String reasonText() {
        return term == null ? reason.text() : reason.text() + ", term " + term;
    }
}

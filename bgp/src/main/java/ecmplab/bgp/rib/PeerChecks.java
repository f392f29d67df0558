package ecmplab.bgp.rib;

import ecmplab.bgp.capability.Role;
import org.jspecify.annotations.Nullable;

/**
 * What a peer's routes must be like, besides its import policy.
 *
 * @param role what this speaker is to the peer, for route leak prevention (RFC 9234); null when nothing was agreed
 * @param enforceFirstAs whether the path must begin with the peer's AS (RFC 4271 section 6.3); for eBGP
 * @param allowOwnAs how often our own AS may be in the path
 */
public record PeerChecks(@Nullable Role role, boolean enforceFirstAs, int allowOwnAs) {
    /** No role, any first AS, our own AS not once. */
    public static final PeerChecks USUAL = new PeerChecks(null, false, 0);

    public static final int MOST_OWN_AS = 10;

    public PeerChecks {
        if (allowOwnAs < 0 || allowOwnAs > MOST_OWN_AS) {
            throw new IllegalArgumentException("own AS " + allowOwnAs + " times: must be 0 to " + MOST_OWN_AS);
        }
    }
}

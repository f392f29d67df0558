package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;

/**
 * A peer's routes of one family in numbers; kept, not counted.
 *
 * @param received paths, before policy
 * @param accepted paths, after policy
 * @param rejectedByPolicy paths; what is neither accepted nor this was rejected for a loop or its like
 * @param stale paths that were not announced again since the peer restarted or began a refresh
 * @param announced paths it is, or as soon as it reads will be, told
 * @param overLimit prefixes it is not told because of its limit
 * @param behind prefixes that it has still to be told about, because it does not follow its update group; 0 when it does
 * @param groupSize peers in its update group
 * @param endOfRibReceived whether its first table is complete
 * @param endOfRibSent whether ours was sent
 */
public record PeerCounts(
        AddressFamily family,
        int received,
        int accepted,
        int rejectedByPolicy,
        int stale,
        int announced,
        int overLimit,
        int behind,
        int groupSize,
        boolean endOfRibReceived,
        boolean endOfRibSent) {}

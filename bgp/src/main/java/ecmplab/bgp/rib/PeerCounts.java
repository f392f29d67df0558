package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;

/**
 * A peer's routes of one family in numbers; kept, not counted.
 *
 * @param received prefixes, before policy
 * @param accepted prefixes, after policy
 * @param announced prefixes it is, or as soon as it reads will be, told
 * @param behind prefixes that it has still to be told about, because it does not follow its update group; 0 when it does
 * @param groupSize peers in its update group
 * @param endOfRibReceived whether its first table is complete
 * @param endOfRibSent whether ours was sent
 */
public record PeerCounts(
        AddressFamily family,
        int received,
        int accepted,
        int announced,
        int behind,
        int groupSize,
        boolean endOfRibReceived,
        boolean endOfRibSent) {}

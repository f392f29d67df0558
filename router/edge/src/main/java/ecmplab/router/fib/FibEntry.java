package ecmplab.router.fib;

import ecmplab.bgp.wire.Prefix;

/** A prefix and the id of the next-hop group its packets take; {@link Fib#NO_ROUTE} takes the prefix out. */
public record FibEntry(Prefix prefix, int group) {
    /** Ids of groups are not above this. */
    public static final int MAX_GROUP = 0xFF_FFFF;

    public FibEntry {
        if (group < 0 || group > MAX_GROUP) {
            throw new IllegalArgumentException(
                    "next-hop group " + group + " of " + prefix + ": must be 0 to " + MAX_GROUP);
        }
    }
}

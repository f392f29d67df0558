package ecmplab.router.fib;

import ecmplab.bgp.wire.Prefix;

/** A prefix and the id of the next-hop group its packets take; {@link Fib#NO_ROUTE} takes the prefix out. */
public record FibEntry(Prefix prefix, int group) {
    public FibEntry {
        if (group < 0) {
            throw new IllegalArgumentException("next-hop group " + group + " of " + prefix + ": must not be negative");
        }
    }
}

package ecmplab.hostagent.nat;

import java.util.Arrays;

/**
 * One face of a {@link NatTable}: entries by a hash, chained where they collide. Belongs to the forwarding thread; whoever asks
 * compares the entries of the chain.
 */
final class NatChains {
    private final int[] heads;
    private final int[] next;
    private final int mask;

    /** @param capacity entries are below it */
    NatChains(int capacity) {
        int buckets = capacity == 1 ? 2 : Integer.highestOneBit(capacity - 1) << 1;
        heads = new int[buckets];
        next = new int[capacity];
        mask = buckets - 1;
        Arrays.fill(heads, NatTable.NONE);
    }

    /** The first entry that may have the hash, or {@link NatTable#NONE}. */
    int first(long hash) {
        return heads[(int) hash & mask];
    }

    /** The entry after {@code entry} in its chain, or {@link NatTable#NONE}. */
    int next(int entry) {
        return next[entry];
    }

    void link(long hash, int entry) {
        int bucket = (int) hash & mask;
        next[entry] = heads[bucket];
        heads[bucket] = entry;
    }

    /** Takes out an entry that was linked with the same hash. */
    void unlink(long hash, int entry) {
        int bucket = (int) hash & mask;
        int at = heads[bucket];
        if (at == entry) {
            heads[bucket] = next[entry];
            return;
        }
        while (next[at] != entry) {
            at = next[at];
        }
        next[at] = next[entry];
    }

    /** Puts an entry that is in no chain on top of those that are free. */
    void push(int entry, int top) {
        next[entry] = top;
    }
}

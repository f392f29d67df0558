package ecmplab.bgp.rib;

import java.util.function.IntPredicate;

/**
 * Prefixes that perhaps nothing refers to any longer. They keep their ids and their places in the table until there is time to look, or
 * need of the room: a table that goes and comes back touches neither.
 */
final class UnusedPrefixes {
    /** Fewer are no reason to look while there is something else to do. */
    private static final int FEW = 1 << 12;

    private final PrefixTable prefixes;
    private final IntPredicate isUsed;
    private final IdSet suspects = new IdSet();
    private int next;
    private int limitBefore;

    /** @param isUsed whether anything refers to the prefix */
    UnusedPrefixes(PrefixTable prefixes, IntPredicate isUsed) {
        this.prefixes = prefixes;
        this.isUsed = isUsed;
    }

    /** Something no longer refers to the prefix. */
    void suspect(int prefix) {
        suspects.add(prefix);
    }

    /** Looks at some, {@code most} at most, and removes those that nothing refers to. Returns whether more are to be looked at. */
    boolean remove(int most) {
        for (int looked = 0; looked < most && suspects.size() > 0; looked++) {
            int prefix = suspects.next(next);
            if (prefix < 0) {
                next = 0;
                continue;
            }
            next = prefix + 1;
            suspects.remove(prefix);
            if (!isUsed.test(prefix)) {
                prefixes.remove(prefix);
            }
        }
        return suspects.size() > 0;
    }

    /** Before so many prefixes are looked up: removes all that are unused when the table may become full, or grows though half of it is. */
    void makeRoom(int count) {
        int limit = prefixes.limit();
        boolean grows = limit > limitBefore && suspects.size() > Math.max(FEW, prefixes.size() / 2);
        limitBefore = limit;
        if (suspects.size() > 0 && (grows || !prefixes.hasRoom(count))) {
            while (remove(Integer.MAX_VALUE)) {}
        }
    }
}

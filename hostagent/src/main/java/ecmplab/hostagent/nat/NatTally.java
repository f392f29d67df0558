package ecmplab.hostagent.nat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What a {@link NatTable} counts. One thread counts, any thread reads. */
final class NatTally {
    static final int CREATED = 0;
    static final int EXPIRED = 1;
    static final int REPLACED = 2;
    static final int EVICTED = 3;
    static final int REFUSED_FULL = 4;
    static final int REFUSED_CONFLICT = 5;
    static final int FLOWS = 6;
    private static final int COUNTS = 7;
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts = new long[COUNTS];

    void add(int what, long amount) {
        COUNT.setOpaque(counts, what, counts[what] + amount);
    }

    private long of(int what) {
        return (long) COUNT.getOpaque(counts, what);
    }

    NatCounters snapshot(int capacity) {
        return new NatCounters(
                (int) of(FLOWS),
                capacity,
                of(CREATED),
                of(EXPIRED),
                of(REPLACED),
                of(EVICTED),
                of(REFUSED_FULL),
                of(REFUSED_CONFLICT));
    }
}

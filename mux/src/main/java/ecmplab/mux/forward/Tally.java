package ecmplab.mux.forward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A few counts. One thread adds, any thread reads; adding allocates nothing. */
final class Tally<C extends Enum<C>> {
    /** Of an endpoint. */
    enum Traffic {
        PACKETS,
        /** Of the clients' IP packets, headers included. */
        OCTETS,
        /** Entered in the flow table, or there given a member anew. */
        NEW_FLOWS,
        /** Of the new flows, those that began elsewhere: a TCP segment that opens nothing. Another MUX had them before. */
        TAKEN_OVER
    }

    /** Of the MUX. */
    enum Total {
        RECEIVED,
        FORWARDED,
        ECHOES_ANSWERED,
        ERRORS_SENT,
        ERRORS_SUPPRESSED,
        TO_KERNEL
    }

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts;

    Tally(Class<C> counts) {
        this.counts = new long[counts.getEnumConstants().length];
    }

    void add(C what, long amount) {
        int at = what.ordinal();
        COUNT.setOpaque(counts, at, counts[at] + amount);
    }

    long of(C what) {
        return (long) COUNT.getOpaque(counts, what.ordinal());
    }
}

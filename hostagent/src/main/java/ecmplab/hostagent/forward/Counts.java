package ecmplab.hostagent.forward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** The counters of a host agent. The forwarding thread counts, any thread reads; counting allocates nothing. */
final class Counts {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts = new long[HostCount.values().length];

    void add(HostCount what) {
        COUNT.setOpaque(counts, what.ordinal(), counts[what.ordinal()] + 1);
    }

    long of(HostCount what) {
        return (long) COUNT.getOpaque(counts, what.ordinal());
    }

    Map<HostCount, Long> snapshot() {
        var snapshot = new EnumMap<HostCount, Long>(HostCount.class);
        for (var what : HostCount.values()) {
            snapshot.put(what, of(what));
        }
        return Collections.unmodifiableMap(snapshot);
    }
}

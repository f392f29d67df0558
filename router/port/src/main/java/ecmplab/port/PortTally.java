package ecmplab.port;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A port's counters while it lives: its forwarding thread counts, any thread takes a snapshot. */
final class PortTally {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int RX_PACKETS = 0;
    private static final int RX_OCTETS = 1;
    private static final int TX_PACKETS = 2;
    private static final int TX_OCTETS = 3;

    private final long[] counts = new long[4];
    private final Drops<PortDrop> drops = new Drops<>(PortDrop.class);
    private @Nullable PortDrop last;

    void received(long packets, long octets) {
        add(RX_PACKETS, packets);
        add(RX_OCTETS, octets);
    }

    void sent(long packets, long octets) {
        add(TX_PACKETS, packets);
        add(TX_OCTETS, octets);
    }

    void drop(PortDrop reason) {
        last = reason;
        drops.count(reason);
    }

    void drop(PortDrop reason, long frames) {
        drops.count(reason, frames);
    }

    /** The reason of the latest single drop; the counting thread's. */
    @Nullable
    PortDrop last() {
        return last;
    }

    long of(PortDrop reason) {
        return drops.of(reason);
    }

    private void add(int at, long amount) {
        COUNT.setOpaque(counts, at, counts[at] + amount);
    }

    private long get(int at) {
        return (long) COUNT.getOpaque(counts, at);
    }

    PortCounters snapshot() {
        return new PortCounters(get(RX_PACKETS), get(RX_OCTETS), get(TX_PACKETS), get(TX_OCTETS), drops.snapshot());
    }
}

package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.FlowKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the forwarding thread has to tell about flows, as numbers in a ring until another thread makes events of them. One
 * thread writes, one reads; a full ring loses notes and counts them.
 */
final class FlowNotes {
    /** Receives the notes. */
    interface Reader {
        void rescued(long nanos, FlowKey flow, int generation, int hops, int vm);

        void resetSent(long nanos, FlowKey flow, int generation, int hops);

        void lost(long count);
    }

    private static final int CAPACITY = 1 << 12;
    private static final int RESET = -1;

    private static final VarHandle WRITTEN;
    private static final VarHandle READ;
    private static final VarHandle LOST;

    static {
        try {
            var lookup = MethodHandles.lookup();
            WRITTEN = lookup.findVarHandle(FlowNotes.class, "written", long.class);
            READ = lookup.findVarHandle(FlowNotes.class, "read", long.class);
            LOST = lookup.findVarHandle(FlowNotes.class, "lost", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long[] nanos = new long[CAPACITY];
    /** Of source and destination, high halves first. */
    private final long[] addresses = new long[CAPACITY * 4];

    private final long[] ports = new long[CAPACITY];
    private final long[] tags = new long[CAPACITY];
    private final int[] vms = new int[CAPACITY];

    private long written;
    private long read;
    private long lost;
    private long lostTold;

    /** First rescue of a flow. */
    void rescued(FlowTuple flow, long tag, int vm, long nowNanos) {
        write(flow, tag, vm, nowNanos);
    }

    void resetSent(FlowTuple flow, long tag, long nowNanos) {
        write(flow, tag, RESET, nowNanos);
    }

    private void write(FlowTuple flow, long tag, int vm, long nowNanos) {
        if (written - (long) READ.getAcquire(this) == CAPACITY) {
            LOST.setOpaque(this, lost + 1);
            return;
        }
        int at = (int) written & (CAPACITY - 1);
        nanos[at] = nowNanos;
        addresses[4 * at] = flow.sourceHigh();
        addresses[4 * at + 1] = flow.sourceLow();
        addresses[4 * at + 2] = flow.destinationHigh();
        addresses[4 * at + 3] = flow.destinationLow();
        ports[at] = (long) flow.protocol() << 32 | (long) flow.sourcePort() << 16 | flow.destinationPort();
        tags[at] = tag;
        vms[at] = vm;
        WRITTEN.setRelease(this, written + 1);
    }

    /** Hands everything noted so far to {@code reader}. */
    void drain(Reader reader) {
        long end = (long) WRITTEN.getAcquire(this);
        for (long next = read; next < end; next++) {
            int at = (int) next & (CAPACITY - 1);
            var flow = new FlowKey(
                    FlowTuple.address(addresses[4 * at], addresses[4 * at + 1]),
                    FlowTuple.address(addresses[4 * at + 2], addresses[4 * at + 3]),
                    (int) (ports[at] >>> 32),
                    (int) (ports[at] >>> 16) & 0xFFFF,
                    (int) ports[at] & 0xFFFF);
            int generation = FrameTag.generation(tags[at]);
            int hops = FrameTag.hop(tags[at]);
            if (vms[at] == RESET) {
                reader.resetSent(nanos[at], flow, generation, hops);
            } else {
                reader.rescued(nanos[at], flow, generation, hops, vms[at]);
            }
        }
        READ.setRelease(this, end);
        long lostNow = (long) LOST.getOpaque(this);
        if (lostNow > lostTold) {
            reader.lost(lostNow - lostTold);
            lostTold = lostNow;
        }
    }
}

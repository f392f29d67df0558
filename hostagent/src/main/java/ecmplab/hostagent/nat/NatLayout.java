package ecmplab.hostagent.nat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * How the row of a flow lies in memory: 128 octets in the order of need. The first cache line says whether it is the flow and whether it
 * is alive, the second what becomes of its packets.
 */
final class NatLayout {
    static final int SHIFT = 7;
    static final int ROW = 1 << SHIFT;

    static final int VERSION = 0;
    /** In units of 2^24 ns, which an int holds for two years. */
    static final int MADE = 4;

    static final int CLIENT_HIGH = 8;
    static final int CLIENT_LOW = 16;
    static final int VIP_HIGH = 24;
    static final int VIP_LOW = 32;
    /** Client's port, VIP's port, protocol. */
    static final int KEY = 40;

    static final int SEEN_NANOS = 48;
    static final int IDLE_MILLIS = 56;
    static final int FLAGS = 60;
    static final int VM = 62;
    static final int LOCAL_HIGH = 64;
    static final int LOCAL_LOW = 72;
    static final int PACKETS_IN = 80;
    static final int OCTETS_IN = 88;
    static final int PACKETS_OUT = 96;
    static final int OCTETS_OUT = 104;
    static final int CLIENT_ACK = 112;
    static final int VM_ACK = 116;
    static final int LOCAL_PORT = 120;

    static final int MADE_SHIFT = 24;

    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final VarHandle VERSIONS = ValueLayout.JAVA_INT.varHandle();

    /**
     * All memory, a constant: the JIT then makes one instruction of an access, where the segment of an object costs it checks of
     * liveness and bounds. Every offset below is in the row of an entry, and those are below the capacity.
     */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private NatLayout() {}

    static int u16(long at) {
        return ALL.get(U16, at) & 0xFFFF;
    }
}

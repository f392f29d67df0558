package ecmplab.mux.forward;

import java.lang.foreign.MemorySegment;

/**
 * All memory as one segment, a constant: the JIT then makes one instruction of an access, where a segment that an object holds costs it checks of
 * liveness and bounds each time. Whoever uses it has seen to it that the octets are there.
 */
final class AllMemory {
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private AllMemory() {}
}

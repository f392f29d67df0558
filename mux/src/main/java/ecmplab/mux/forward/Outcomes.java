package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.PacketFault;
import ecmplab.port.FramePool;

/** The ends of packets that go no further: each counted by its one reason, its frame released. */
record Outcomes(MuxCounts counts, FramePool pool) {
    void malformed(long frame, PacketFault fault) {
        counts.malformed().count(fault);
        pool.drop(frame, fault);
    }

    /** The kernel has a copy of its own. */
    void toKernel(long frame) {
        counts.totals().add(Total.TO_KERNEL, 1);
        pool.release(frame);
    }

    void drop(long frame, MuxDrop reason) {
        counts.drops().count(reason);
        pool.drop(frame, reason);
    }
}

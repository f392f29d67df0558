package ecmplab.router.forward;

import ecmplab.port.Drops;
import ecmplab.port.FramePool;

/** What became of frames: lets go of those that end here and counts why. Belongs to the forwarding thread; counts are any thread's. */
final class Outcomes {
    final Drops<RouterDrop> drops = new Drops<>(RouterDrop.class);
    final Drops<PacketCount> packets = new Drops<>(PacketCount.class);
    private final FramePool pool;

    Outcomes(FramePool pool) {
        this.pool = pool;
    }

    void drop(RouterDrop reason, long frame) {
        drops.count(reason);
        pool.drop(frame, reason);
    }

    /** The frame has done what it came for. */
    void consume(PacketCount what, long frame) {
        packets.count(what);
        pool.release(frame);
    }

    void forwarded() {
        packets.count(PacketCount.FORWARDED);
    }
}

package ecmplab.bench.breakage;

import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/** The far end of a link: where a client or a VM puts frames in and takes them out. */
final class End {
    private final Port port;
    private final FramePool pool;
    private final Burst burst = new Burst(64);

    End(Port port) {
        this.port = port;
        pool = port.pool();
    }

    void send(byte[] frame) {
        long address = pool.acquire();
        MemorySegment.copy(frame, 0, pool.memory(), ValueLayout.JAVA_BYTE, address, frame.length);
        if (!port.send(address, frame.length)) {
            throw new IllegalStateException(port.name() + ": the link is full");
        }
    }

    /** Gives all that has come to {@code taker}. @return whether anything had */
    boolean take(Consumer<byte[]> taker) {
        burst.clear();
        boolean any = port.receive(burst) > 0;
        for (int i = 0; i < burst.count(); i++) {
            var frame = new byte[burst.length(i)];
            MemorySegment.copy(pool.memory(), ValueLayout.JAVA_BYTE, burst.address(i), frame, 0, frame.length);
            pool.release(burst.address(i));
            taker.accept(frame);
        }
        port.flush();
        return any;
    }

    void flush() {
        port.flush();
    }
}

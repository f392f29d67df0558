package ecmplab.bench.pipeline;

import ecmplab.port.Burst;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;

/** Stands where the node to measure will be. */
final class Idle implements PacketProcessor {
    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        for (int i = 0; i < burst.count(); i++) {
            in.pool().release(burst.address(i));
        }
    }
}

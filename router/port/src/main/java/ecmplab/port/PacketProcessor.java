package ecmplab.port;

/** What a node does with packets. Called by its {@link ForwardingThread} only. */
public interface PacketProcessor {
    /**
     * Takes over every frame of {@code burst}: each is {@link Port#send sent}, {@link FramePool#release released}, or
     * {@link FramePool#keep kept} in a queue of the processor's own. The ports are flushed after the call. The burst itself
     * is reused.
     *
     * @param in where the burst was received
     * @param nowNanos of the thread's clock
     */
    void process(Port in, Burst burst, long nowNanos);

    /** About every 10 ms: timers, ageing. May send. */
    default void tick(long nowNanos) {}
}

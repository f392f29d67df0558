package ecmplab.bgp.session;

import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What a neighbour needs of its server.
 *
 * @param clock for times in snapshots
 * @param random for the jitter of timers
 * @param keysChanged to be called when a key may be another one
 * @param left to be called when a neighbour has no connection any more and waits for none of its own
 */
record Surroundings(
        Transport transport,
        Taps taps,
        EventLoop loop,
        InstantSource clock,
        RandomGenerator random,
        Runnable keysChanged,
        Consumer<ConnectedNeighbor> left) {
    /** At once when this is the event loop, otherwise soon. */
    void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}

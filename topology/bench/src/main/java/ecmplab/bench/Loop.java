package ecmplab.bench;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The one thread of the harness: moves octets for all peers until something is so. */
final class Loop implements AutoCloseable {
    private final Selector selector = Selector.open();
    private boolean spinning;

    Loop() throws IOException {}

    Selector selector() {
        return selector;
    }

    /** Whether to ask the kernel again and again: for times that a wake-up would blur. */
    void spin(boolean spin) {
        spinning = spin;
    }

    /**
     * Runs until {@code fact} holds and returns how long that took.
     *
     * @throws IOException when a session ends, or it does not hold in time
     */
    Duration until(BooleanSupplier fact, Duration patience, String what) throws IOException {
        long start = System.nanoTime();
        while (!fact.getAsBoolean()) {
            if (spinning) {
                selector.selectNow();
            } else {
                selector.select(100);
            }
            for (var key : selector.selectedKeys()) {
                if (key.isValid() && key.attachment() instanceof Peer peer) {
                    peer.ready();
                }
            }
            selector.selectedKeys().clear();
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new IOException("not so within " + patience.toSeconds() + " s: " + what);
            }
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}

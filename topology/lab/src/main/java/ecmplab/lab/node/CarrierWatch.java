package ecmplab.lab.node;

import ecmplab.lab.speaker.KernelChanges;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.SystemCallException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which interfaces have carrier, as soon as the kernel of the namespace tells of a change. It has a thread of its own, which the
 * listener is called on.
 */
final class CarrierWatch implements AutoCloseable {
    /** Until the interfaces are looked at again though the kernel said nothing. */
    private static final Duration RARELY = Duration.ofMinutes(1);

    private final KernelChanges changes;
    private final List<String> interfaces;
    private final Listener listener;
    private final Map<String, Boolean> known = new HashMap<>();
    private final Thread thread;
    private volatile boolean stopped;

    /** Told of each change, and at the start of each interface. */
    interface Listener {
        void carrier(String interfaceName, boolean up);
    }

    private CarrierWatch(KernelChanges changes, List<String> interfaces, Listener listener) {
        this.changes = changes;
        this.interfaces = interfaces;
        this.listener = listener;
        thread = Thread.ofPlatform().daemon().name("carrier").unstarted(this::run);
    }

    /** Watches interfaces of the calling thread's namespace. */
    static CarrierWatch start(List<String> interfaces, Listener listener) throws IOException {
        var watch = new CarrierWatch(KernelChanges.open(), List.copyOf(interfaces), listener);
        watch.thread.start();
        return watch;
    }

    private void run() {
        try {
            while (!stopped) {
                look();
                changes.await(RARELY);
            }
        } catch (IOException ended) {
            throw new IllegalStateException("the kernel's links are not watched any longer", ended);
        }
    }

    private void look() {
        for (var name : interfaces) {
            boolean up = hasCarrier(name);
            if (!Boolean.valueOf(up).equals(known.put(name, up))) {
                listener.carrier(name, up);
            }
        }
    }

    /** An interface that is gone has none. */
    private static boolean hasCarrier(String name) {
        try (var request = new InterfaceRequest(name)) {
            return request.running();
        } catch (SystemCallException gone) {
            return false;
        }
    }

    @Override
    public void close() {
        stopped = true;
        changes.wake();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return; // the thread ends by itself
        }
        changes.close();
    }
}

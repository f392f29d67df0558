package ecmplab.port;

import ecmplab.port.sys.Linux;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Network namespaces (network_namespaces(7)). A namespace belongs to a thread; a socket stays in the one it was made in, so
 * one process can hold ports in many.
 */
public final class Namespaces {
    private static final int CLONE_NEWNET = 0x4000_0000;

    private Namespaces() {}

    /**
     * Moves the calling thread into the network namespace that {@code file} stands for, such as {@code /run/netns/mux1} or
     * {@code /proc/1234/ns/net}. For good: give it a thread of its own.
     *
     * @throws IllegalStateException on a virtual thread, whose carrier would stay behind in the namespace
     */
    public static void enter(Path file) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread cannot enter " + file + ": its carrier would");
        }
        int descriptor = Linux.check(Linux.openForReading(file.toString()), "open " + file);
        try {
            Linux.check(Linux.setNamespace(descriptor, CLONE_NEWNET), "setns(CLONE_NEWNET) to " + file);
        } finally {
            Linux.close(descriptor);
        }
    }

    /** Runs {@code work} inside the namespace, on a platform thread that lives no longer; waits for its result. */
    public static <T> T within(Path file, Callable<T> work) throws Exception {
        var task = new FutureTask<T>(() -> {
            enter(file);
            return work.call();
        });
        Thread.ofPlatform().name("in " + file.getFileName()).daemon().start(task);
        try {
            return task.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failed;
        }
    }
}

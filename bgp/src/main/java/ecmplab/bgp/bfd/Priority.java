package ecmplab.bgp.bfd;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Has the kernel prefer the BFD thread, and those of the JVM's own threads that it may have to wait for: while they collect garbage, all
 * others stand. On a machine with more to do than processors, an ordinary collector's pauses are several times as long.
 */
final class Priority {
    private static final int NICE = -15;
    private static final Path THREADS = Path.of("/proc/self/task");

    private Priority() {}

    /** On the BFD thread. Returns what came of it, for people. */
    static String raise() {
        if (Linux.makeRealTime(0) >= 0) {
            return "real time, round robin, priority 1, with " + raiseCollectors() + " of the JVM's own threads";
        }
        return Linux.setNice(NICE) >= 0 ? "nice " + NICE : "ordinary: the process may not raise it";
    }

    private static int raiseCollectors() {
        int raised = 0;
        try (var threads = Files.newDirectoryStream(THREADS)) {
            for (var thread : threads) {
                if (collects(thread)
                        && Linux.makeRealTime(
                                        Integer.parseInt(thread.getFileName().toString()))
                                >= 0) {
                    raised++;
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return raised;
        }
        return raised;
    }

    /** The VM thread is the serial collector; the parallel ones have threads of their own, as far as they have started. */
    private static boolean collects(Path thread) throws IOException {
        if (!Files.exists(thread)) {
            return false;
        }
        var name = Files.readString(thread.resolve("comm")).strip();
        return name.equals("VM Thread") || name.startsWith("GC Thread#");
    }
}

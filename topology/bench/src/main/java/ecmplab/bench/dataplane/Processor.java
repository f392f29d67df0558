package ecmplab.bench.dataplane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** Where threads run and what they have run: of this process and of the kernel, by their task ids. */
final class Processor {
    private Processor() {}

    static int ownTask() throws IOException {
        return Integer.parseInt(
                Path.of("/proc/thread-self").toRealPath().getFileName().toString());
    }

    /** Keeps a task on a processor, before others that want it. */
    static void pin(int task, int processor) throws IOException, InterruptedException {
        Namespace.run(List.of("taskset", "-cp", "" + processor, "" + task));
        Namespace.run(List.of("renice", "-n", "-10", "-p", "" + task));
    }

    /** Nanoseconds that a task has run, softirqs in its place included. */
    static long nanos(int task) throws IOException {
        var line = Files.readString(Path.of("/proc/" + task + "/schedstat"));
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    /** The task of this name, or of a longer one that starts so. */
    static OptionalInt task(String name) throws IOException {
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                if (nameOf(process).startsWith(name)) {
                    return OptionalInt.of(Integer.parseInt(process.getFileName().toString()));
                }
            }
        }
        return OptionalInt.empty();
    }

    private static String nameOf(Path process) {
        try {
            return Files.readString(process.resolve("comm"));
        } catch (IOException ended) {
            return "";
        }
    }
}

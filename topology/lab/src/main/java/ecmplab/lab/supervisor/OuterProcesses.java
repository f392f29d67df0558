package ecmplab.lab.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * From the numbers of a lab's own PID namespace to those that the machine's users see and can {@code kill}: {@code /proc} in
 * a lab is the machine's.
 */
final class OuterProcesses {
    private OuterProcesses() {}

    /** The process that the kernel calls {@code pid} in this process's own PID namespace. */
    static Optional<ProcessId> of(long pid) throws IOException {
        var ours = namespace("self");
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var entry : entries) {
                var number = entry.getFileName().toString();
                if (innermost(number).filter(inner -> inner == pid).isPresent()
                        && ours.isPresent()
                        && ours.equals(namespace(number))) {
                    return ProcessId.of(Long.parseLong(number));
                }
            }
        }
        return Optional.empty();
    }

    /** The last number of {@code NSpid}: the process's own view of itself. */
    private static Optional<Long> innermost(String process) {
        try {
            for (var line : Files.readAllLines(Path.of("/proc", process, "status"))) {
                if (line.startsWith("NSpid:")) {
                    return Optional.of(Long.valueOf(line.substring(line.lastIndexOf('\t') + 1)));
                }
            }
        } catch (IOException gone) {
            // a process may end while it is looked at
        }
        return Optional.empty();
    }

    private static Optional<Path> namespace(String process) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc", process, "ns", "pid")));
        } catch (IOException goneOrNotOurs) {
            return Optional.empty();
        }
    }
}

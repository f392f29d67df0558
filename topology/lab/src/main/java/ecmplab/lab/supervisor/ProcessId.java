package ecmplab.lab.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process for certain: its number as the machine sees it, and when it started (clock ticks since boot, proc(5)), as
 * numbers are used again.
 */
public record ProcessId(long pid, long startTime) {
    /** The process with that number now; none when there is none. */
    public static Optional<ProcessId> of(long pid) {
        return stat(pid).map(fields -> new ProcessId(pid, Long.parseLong(fields[19])));
    }

    /** Reads {@code PID START}, as a state directory keeps it. */
    public static Optional<ProcessId> parse(String text) {
        var parts = text.strip().split(" ");
        try {
            return Optional.of(new ProcessId(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException torn) {
            return Optional.empty();
        }
    }

    /** Whether it still runs; a zombie does not. */
    public boolean alive() {
        return stat(pid)
                .filter(fields -> Long.parseLong(fields[19]) == startTime)
                .map(fields -> !fields[0].equals("Z") && !fields[0].equals("X"))
                .orElse(false);
    }

    /** Whether it runs and is stopped by SIGSTOP. */
    public boolean stopped() {
        return stat(pid)
                .filter(fields -> Long.parseLong(fields[19]) == startTime)
                .map(fields -> fields[0].equals("T"))
                .orElse(false);
    }

    @Override
    public String toString() {
        return pid + " " + startTime;
    }

    /** The fields of proc(5)'s {@code stat} from the third on (the second may hold blanks). */
    private static Optional<String[]> stat(long pid) {
        try {
            var text = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Optional.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }
}

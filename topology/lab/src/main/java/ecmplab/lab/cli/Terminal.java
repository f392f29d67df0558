package ecmplab.lab.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The terminal that standard output may be. Uses the JDK only. */
final class Terminal {
    private Terminal() {}

    /** Whether standard output is one. */
    static boolean isThere() {
        try {
            var device = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Lines that fit on it; as good as all where that is not known. */
    static int lines() {
        try {
            var stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Path.of("/dev/tty").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            var size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .split(" ");
            stty.waitFor(1, TimeUnit.SECONDS);
            int lines = size.length == 2 ? Integer.parseInt(size[0]) : 0;
            return lines > 0 ? lines : Integer.MAX_VALUE;
        } catch (IOException | NumberFormatException unknown) {
            return Integer.MAX_VALUE;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Integer.MAX_VALUE;
        }
    }

    /** Shows what is written to a stream page by page, with {@code $PAGER} or {@code less}, until it is closed and read. */
    static final class Pager implements AutoCloseable {
        private final Process process;
        private final PrintStream out;

        Pager() throws IOException {
            var chosen = System.getenv().getOrDefault("PAGER", "less");
            process = new ProcessBuilder(List.of("sh", "-c", chosen))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            OutputStream pipe = process.getOutputStream();
            out = new PrintStream(pipe, false, StandardCharsets.UTF_8);
        }

        PrintStream out() {
            return out;
        }

        @Override
        public void close() {
            out.close();
            try {
                process.waitFor();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

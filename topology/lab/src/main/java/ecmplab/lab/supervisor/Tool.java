package ecmplab.lab.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the machine to its end. */
final class Tool {
    private static final int MOST_OUTPUT = 1 << 20;

    private Tool() {}

    /** @param text standard output and error together, at most a mebibyte */
    record Result(int exit, String text) {
        boolean fine() {
            return exit == 0;
        }
    }

    /** @throws IOException when the program is not there, or takes longer than {@code patience} and is killed */
    static Result run(List<String> command, Duration patience) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var text = new StringBuilder();
        var reader = Thread.ofVirtual().start(() -> {
            try (var out = process.getInputStream()) {
                text.append(new String(out.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8));
            } catch (IOException killed) {
                text.append("(cut off)");
            }
        });
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            Signals.KILL.send(process.pid());
            throw new IOException(String.join(" ", command) + ": no end after " + patience.toMillis() + " ms");
        }
        reader.join();
        return new Result(process.exitValue(), text.toString());
    }
}

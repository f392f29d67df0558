package ecmplab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A speaker that runs, and what it has taken of the machine. */
final class Running implements AutoCloseable {
    private final Process process;
    private final Path log;

    private Running(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Running start(Subject subject, Network network, Layout layout, Path home, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(subject.file), subject.configuration(layout));
        var log = folder.resolve("log");
        var process = new ProcessBuilder(network.inside(subject.command(home, folder)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Running(process, log);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to its output, for people. */
    String log() throws IOException {
        var text = Files.readString(log);
        return text.substring(Math.max(0, text.length() - 2000));
    }

    /** Highest resident memory so far, in MB of 1024 KiB. */
    double peakMegabytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("no VmHWM of process " + process.pid());
    }

    /** Processor time so far, in seconds. */
    double processorSeconds() throws IOException {
        return threads().values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Processor seconds of its living threads by name; those of one name are added up. */
    Map<String, Double> threads() throws IOException {
        var seconds = new TreeMap<String, Double>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/task"))) {
            for (var task : tasks) {
                var nanos = Files.readString(task.resolve("schedstat")).split(" ")[0];
                var name = Files.readString(task.resolve("comm")).strip();
                seconds.merge(name, Long.parseLong(nanos) / 1e9, Double::sum);
            }
        }
        return seconds;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException given) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

package ecmplab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A speaker that runs, and what it has taken of the machine. */
final class Running implements AutoCloseable {
    private final Process process;
    private final Path log;

    private Running(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Running start(Subject subject, Network network, Layout layout, UserPolicy policy, Path home, Path folder)
            throws IOException {
        Files.createDirectories(folder);
        var file = Files.writeString(folder.resolve(subject.file), subject.configuration(layout, policy));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
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

    /** Highest resident memory so far, in MB of 1024 KiB; of several processes the sum of theirs. */
    double peakMegabytes() throws IOException {
        double sum = 0;
        for (long pid : pids()) {
            for (var line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    sum += Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
        }
        return sum;
    }

    private List<Long> pids() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Processor time so far, in seconds. */
    double processorSeconds() throws IOException {
        return threads().values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Processor seconds of its living threads by name; those of one name are added up. */
    Map<String, Double> threads() throws IOException {
        var seconds = new TreeMap<String, Double>();
        for (long pid : pids()) {
            try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
                for (var task : tasks) {
                    var nanos = Files.readString(task.resolve("schedstat")).split(" ")[0];
                    var name = Files.readString(task.resolve("comm")).strip();
                    seconds.merge(name, Long.parseLong(nanos) / 1e9, Double::sum);
                }
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

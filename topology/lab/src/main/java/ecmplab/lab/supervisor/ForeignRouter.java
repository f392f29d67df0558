package ecmplab.lab.supervisor;

import ecmplab.lab.node.EventLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the events of a router that is not ours. When FRRouting or BIRD learns something, its log says so ({@link DaemonLog}); when it has
 * drawn its conclusions, the kernel's routes in its namespace show it ({@code kernel-route}). Lives as long as the lab.
 */
final class ForeignRouter {
    private static final Logger LOG = LoggerFactory.getLogger(ForeignRouter.class);

    private ForeignRouter() {}

    /** Starts to watch; the watching processes end with the lab. */
    static void watch(StateDirectory directory, String node) throws IOException {
        var events = EventLog.open(directory.path().resolve(node + ".events.jsonl"), node);
        lines(
                List.of("ip", "netns", "exec", node, "ip", "-o", "-4", "monitor", "route"),
                line -> events.add(Instant.now(), "kernel-route", Map.of("route", line.replaceAll("[\\\\\\s]+", " "))));
        lines(
                List.of("tail", "--silent", "-n", "0", "-F", directory.log(node).toString()),
                line -> DaemonLog.read(line, ZoneId.systemDefault())
                        .ifPresent(told -> events.add(told.time(), told.event(), told.details())));
    }

    private static void lines(List<String> command, Consumer<String> each) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Thread.ofVirtual().name("foreign-router").start(() -> {
            try (BufferedReader lines = process.inputReader()) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    each.accept(line);
                }
            } catch (IOException ended) {
                LOG.debug("{} ended", command, ended);
            }
        });
    }
}

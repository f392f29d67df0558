package ecmplab.lab.supervisor;

import ecmplab.lab.node.EventLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of the kernel's routes in the namespace of a router that is not ours, as {@code kernel-route} events of that
 * node: when FRRouting or BIRD has drawn its conclusions, this is where it shows. Lives as long as the lab.
 */
final class KernelRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(KernelRoutes.class);

    private KernelRoutes() {}

    /** Starts to watch; the watching process ends with the lab. */
    static void watch(StateDirectory directory, String node) throws IOException {
        var events = EventLog.open(directory.path().resolve(node + ".events.jsonl"), node);
        var process = new ProcessBuilder(List.of("ip", "netns", "exec", node, "ip", "-o", "-4", "monitor", "route"))
                .redirectErrorStream(true)
                .start();
        Thread.ofVirtual().name("kernel-routes").start(() -> {
            try (BufferedReader lines = process.inputReader()) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    events.add(Instant.now(), "kernel-route", Map.of("route", line.replaceAll("[\\\\\\s]+", " ")));
                }
            } catch (IOException ended) {
                LOG.debug("watching the routes of {} ended", node, ended);
            }
        });
    }
}

package ecmplab.lab.node;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main program of a node: reads its configuration, starts what its kind is made of, serves the control socket, and lives
 * until SIGTERM. The socket answers {@code ready} with 0 once the node does its work, with 1 and what it waits for before that.
 */
public final class NodeProcess {
    private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

    private NodeProcess() {}

    /** Runs the node of that configuration until it is told to end. @return the exit code */
    public static int run(Path file) throws IOException, InterruptedException {
        var config = NodeConfig.read(file);
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException given) {
                Thread.currentThread().interrupt();
            }
        }));
        var commands = new CommandTree();
        try (var events = EventLog.open(config.events(), config.name());
                var runtime = start(config, events, commands)) {
            commands.on("ready", values -> ready(runtime));
            commands.on(
                    "about",
                    values -> Answer.of(
                            Map.of("status", runtime.status(), "waitingFor", runtime.waitingFor()),
                            () -> runtime.status() + "\n"));
            commands.on(
                    "commands",
                    values -> Answer.of(commands.patterns(), () -> String.join("\n", commands.patterns()) + "\n"));
            try (var ignoredServer = ControlServer.start(config.socket(), commands)) {
                events.add(java.time.Instant.now(), "node-started", Map.of("kind", kind(config)));
                stop.await();
            }
            events.add(java.time.Instant.now(), "node-stopped", Map.of());
        } catch (IOException | RuntimeException failed) {
            LOG.error("{} cannot start: {}", config.name(), failed.toString(), failed);
            throw failed;
        } finally {
            stopped.countDown();
        }
        return 0;
    }

    private static NodeRuntime start(NodeConfig config, EventLog events, CommandTree commands) throws IOException {
        return switch (config) {
            case NodeConfig.ClientConfig client -> new ClientNode(client, commands);
            case NodeConfig.VmConfig vm -> new VmNode(vm, commands);
            case NodeConfig.RouterConfig router -> new RouterNode(router, events, commands);
            case NodeConfig.MuxConfig mux -> new MuxNode(mux, events, commands);
            case NodeConfig.HostConfig host -> new HostNode(host, events, commands);
            case NodeConfig.ControllerConfig controller -> new ControllerNode(controller, events, commands);
        };
    }

    private static String kind(NodeConfig config) {
        return EventLog.kebab(config.getClass().getSimpleName()).replace("-config", "");
    }

    private static Answer ready(NodeRuntime runtime) {
        var waitingFor = runtime.waitingFor();
        return waitingFor.isEmpty()
                ? Answer.line("ready")
                : Answer.isFalse("waiting for " + String.join(", ", waitingFor));
    }
}

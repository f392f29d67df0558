package ecmplab.lab.supervisor;

import ecmplab.lab.authority.LabAuthority;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.EdgeDaemon;
import ecmplab.lab.fabric.Fabric;
import ecmplab.lab.fabric.FabricPlan;
import ecmplab.lab.fabric.NodeConfig;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Node.Restart;
import ecmplab.lab.node.EventLog;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that owns a running lab: raises the fabric, starts the nodes, watches over them, and answers the command
 * line. Ends with everything that it started.
 */
public final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
    private static final int LOG_TAIL = 20;

    /** By kind: the longer others wait for it, the earlier; who is not named comes before all. */
    private static final List<String> START_ORDER = List.of("controller", "router", "mux", "host", "client", "vm");

    private final StateDirectory directory;
    private final PrintStream progress;
    private final Instant since = Instant.now();
    private final Lab lab;
    private final EventLog events;
    private final Map<String, RunningNode> nodes = new LinkedHashMap<>();
    private final Lines lines;
    private final Faults faults;
    private final Facts facts;
    private final SupervisorCommands commands;
    private final CountDownLatch ending = new CountDownLatch(1);

    private Supervisor(StateDirectory directory, PrintStream progress) throws IOException {
        this.directory = directory;
        this.progress = progress;
        lab = LabJson.mapper().readValue(directory.labFile().toFile(), Lab.class);
        events = EventLog.open(directory.path().resolve("supervisor.events.jsonl"), "supervisor");
        lines = new Lines(lab, directory);
        faults = new Faults(nodes, lines, events);
        facts = new Facts(lab, directory, nodes);
        commands = new SupervisorCommands(
                () -> Inspection.of(lab, directory, since, nodes.values(), faults.inForce()),
                faults,
                lines,
                facts,
                ending::countDown);
    }

    /**
     * Runs a lab to its end: {@code lab supervisor DIRECTORY}, which only {@link Deployment} starts. Standard input is the
     * {@link Lifeline}; standard output takes lines of progress until the lab is up.
     *
     * @return exit code
     */
    public static int run(Path path) {
        var lifeline = Lifeline.hold(System.in, () -> Runtime.getRuntime().halt(0));
        var directory = new StateDirectory(path);
        var progress = System.out;
        try {
            System.setErr(new PrintStream(
                    new FileOutputStream(directory.supervisorLog().toFile(), true), true, StandardCharsets.UTF_8));
            lifeline.awaitBegin();
            Files.writeString(
                    directory.path().resolve("supervisor.pid"),
                    ProcessId.of(StateDirectory.ownPid()).orElseThrow() + "\n");
            new Supervisor(directory, progress).live();
            return 0;
        } catch (IOException | RuntimeException failed) {
            LOG.error("lab cannot run", failed);
            Progress.FAILED.write(progress, String.valueOf(failed.getMessage()));
            return 1;
        } catch (InterruptedException stopped) {
            return 1;
        }
    }

    private void live() throws IOException, InterruptedException {
        raise();
        try (var server = ControlServer.start(directory.supervisorSocket(), commands.tree())) {
            var fault = awaitNodes().or(this::awaitChecks);
            if (fault.isPresent()) {
                Progress.FAILED.write(progress, fault.get());
                return;
            }
            events.add(Instant.now(), "lab-up", Map.of("milliseconds", elapsed().toMillis()));
            Progress.READY.write(progress, elapsed().toMillis() + "");
            ending.await();
            LOG.info("ends as asked");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration elapsed() {
        return Duration.between(since, Instant.now());
    }

    private void say(String what) {
        Progress.STEP.write(progress, what);
    }

    private void raise() throws IOException, InterruptedException {
        var certificates = new FutureTask<>(this::issueCertificates);
        Thread.ofPlatform().name("certificates").start(certificates); // busy with itself while we are with the kernel
        var plan = FabricPlan.of(lab);
        Fabric.raise(plan);
        say(plan.namespaces().size() + " namespaces, " + plan.links().size() + " links");
        try {
            say(certificates.get() + " certificates");
        } catch (ExecutionException failed) {
            throw new IOException("no certificates: " + failed.getCause(), failed);
        }
        for (var config : NodeConfigs.of(lab, directory.path())) {
            config.write(directory.config(config.name()));
            add(config.name(), kind(config), ourNode(config));
        }
        for (var node : lab.nodes()) {
            switch (node) {
                case Node.Frr frr -> {
                    ForeignRouter.watch(directory, frr.name());
                    add(frr.name(), frr.kind(), frr(frr));
                }
                case Node.Bird bird -> {
                    ForeignRouter.watch(directory, bird.name());
                    add(bird.name(), bird.kind(), bird(bird));
                }
                default -> {}
            }
        }
        var inOrder = nodes.values().stream()
                .sorted(Comparator.comparingInt(node -> START_ORDER.indexOf(node.kind())))
                .toList();
        for (var node : inOrder) {
            node.start();
        }
        say(nodes.size() + " processes started");
    }

    /** What the nodes on the management network know each other by. The authority's key is never written. */
    private int issueCertificates() throws IOException {
        var managed = lab.nodes(Node.Managed.class);
        if (!managed.isEmpty()) {
            var authority = LabAuthority.create(directory.path(), lab.name());
            for (var node : managed) {
                authority.issue(node.name(), List.of(node.management().address()));
            }
        }
        return managed.size();
    }

    private void add(String name, String kind, RunningNode.Commands commands) {
        var restart = lab.find(name).map(Node::restart).orElse(Restart.NEVER);
        nodes.put(name, new RunningNode(name, kind, restart, directory, commands, this::died));
    }

    static String kind(NodeConfig config) {
        return switch (config) {
            case NodeConfig.RouterConfig router -> "router";
            case NodeConfig.MuxConfig mux -> "mux";
            case NodeConfig.HostConfig host -> "host";
            case NodeConfig.ControllerConfig controller -> "controller";
            case NodeConfig.ClientConfig client -> "client";
            case NodeConfig.VmConfig vm -> "vm";
        };
    }

    private RunningNode.Commands ourNode(NodeConfig config) {
        var size = switch (config) {
            case NodeConfig.RouterConfig router -> JavaCommand.Size.FORWARDING;
            case NodeConfig.MuxConfig mux -> JavaCommand.Size.FORWARDING;
            case NodeConfig.HostConfig host -> JavaCommand.Size.FORWARDING;
            case NodeConfig.ControllerConfig controller -> JavaCommand.Size.CONTROL;
            case NodeConfig.ClientConfig client -> JavaCommand.Size.LIGHT;
            case NodeConfig.VmConfig vm -> JavaCommand.Size.LIGHT;
        };
        var file = directory.config(config.name()).toString();
        return RunningNode.Commands.ours(JavaCommand.of(size, "node", kind(config), file));
    }

    private RunningNode.Commands frr(Node.Frr frr) throws IOException {
        EdgeDaemon.prepareFrr(directory.path(), frr.name());
        var config = directory.path().resolve(frr.name() + ".frr.conf");
        Files.writeString(
                config,
                frr.config().isPresent() ? Files.readString(frr.config().get()) : EdgeDaemon.frrConfig(lab, frr));
        return new RunningNode.Commands(
                EdgeDaemon.frrCommands(directory.path(), frr.name()),
                Optional.of(EdgeDaemon.frrConfigure(directory.path(), frr.name(), config)),
                Optional.of(EdgeDaemon.vtysh(directory.path(), frr.name(), "-c", "show version")));
    }

    private RunningNode.Commands bird(Node.Bird bird) throws IOException {
        var config = directory.path().resolve(bird.name() + ".bird.conf");
        Files.writeString(
                config,
                bird.config().isPresent() ? Files.readString(bird.config().get()) : EdgeDaemon.birdConfig(lab, bird));
        return new RunningNode.Commands(
                List.of(EdgeDaemon.birdCommand(directory.path(), bird.name(), config)),
                Optional.empty(),
                Optional.of(EdgeDaemon.birdc(directory.path(), bird.name(), "show", "status")));
    }

    /** Returns when every node is ready, or with what went wrong. */
    private Optional<String> awaitNodes() throws InterruptedException {
        var waiting = new ArrayList<>(nodes.values());
        long end = System.nanoTime() + START.toNanos();
        while (!waiting.isEmpty()) {
            for (var node : List.copyOf(waiting)) {
                var death = node.death();
                if (death.isPresent()) {
                    return Optional.of(node.name() + " " + death.get().how() + " at its start:\n" + tail(node));
                }
                if (node.ready()) {
                    waiting.remove(node);
                    say(node.name() + " ready");
                }
            }
            if (System.nanoTime() - end >= 0) {
                return Optional.of(waiting.getFirst().name() + " is not ready after " + START.toSeconds() + " s:\n"
                        + tail(waiting.getFirst()));
            }
            if (!waiting.isEmpty()) {
                Thread.sleep(Duration.ofMillis(20));
            }
        }
        return Optional.empty();
    }

    private Optional<String> awaitChecks() {
        try {
            for (var check : lab.checks()) {
                var verdict = facts.await(check);
                if (!verdict.holds()) {
                    return Optional.of("check '" + String.join(" ", check.words()) + "' failed: " + verdict.why());
                }
                say(verdict.why());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
        return Optional.empty();
    }

    private String tail(RunningNode node) {
        try {
            var lines = Files.readAllLines(directory.log(node.name()));
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
        } catch (IOException unreadable) {
            return "(no log: " + unreadable.getMessage() + ")";
        }
    }

    private void died(RunningNode.Death death) {
        events.add(Instant.now(), "node-down", Map.of("target", death.node(), "pid", death.pid(), "how", death.how()));
        LOG.warn("{} (pid {}) ended: {}", death.node(), death.pid(), death.how());
        var node = nodes.get(death.node());
        boolean meant =
                faults.inForce().stream().anyMatch(fault -> fault.target().equals(death.node()));
        if (node != null && node.restart() == Restart.ON_FAILURE && !meant && death.exit() != 0) {
            Thread.ofVirtual().start(() -> restart(node));
        }
    }

    private void restart(RunningNode node) {
        try {
            Thread.sleep(RESTART_PAUSE);
            if (node.death().isPresent()) {
                node.startAgain();
                lines.later(node.name());
                events.add(Instant.now(), "node-restarted", Map.of("target", node.name()));
            }
        } catch (IOException failed) {
            LOG.warn("{} cannot be started again", node.name(), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package ecmplab.lab.drill;

import ecmplab.lab.control.Json;
import ecmplab.lab.drill.Evidence.NodeEvent;
import ecmplab.lab.drill.Evidence.StepDone;
import ecmplab.lab.file.Drill;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.traffic.FlowRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/**
 * Carries out a drill on a running lab: starts the flows, waits until all are open, does each step and holds, waits until
 * every flow moves again, and gathers the evidence. Runs on the caller's thread.
 */
public final class DrillRunner {
    private static final Logger LOG = LoggerFactory.getLogger(DrillRunner.class);
    private static final Duration OPENING = Duration.ofSeconds(20);
    private static final Duration SETTLING = Duration.ofSeconds(12);
    private static final Duration RETURNING = Duration.ofSeconds(40);
    private static final Duration WARMING = Duration.ofSeconds(2);

    private final Lab lab;
    private final Path directory;
    private final Asking nodes;
    private final Faults faults;
    private final Consumer<String> progress;

    /** How a drill touches the lab's processes and lines. */
    @FunctionalInterface
    public interface Faults {
        /** @return the moment the act took effect: the signal was sent, the process was started, the line began to be cut */
        Instant act(Drill.Step step) throws IOException;
    }

    /**
     * @param directory the lab's state directory
     * @param progress told a line per change of state
     */
    public DrillRunner(Lab lab, Path directory, Faults faults, Consumer<String> progress) {
        this.lab = lab;
        this.directory = directory;
        nodes = new Asking(directory);
        this.faults = faults;
        this.progress = progress;
    }

    /**
     * Runs the drill with {@code flows} flows, a request of each every {@code pause}.
     *
     * @throws IOException when a node does not answer, or the flows cannot all be opened
     */
    public Ledger run(Drill drill, int flows, Duration pause) throws IOException, InterruptedException {
        var client = lab.nodes(Node.Client.class).stream()
                .findFirst()
                .orElseThrow(() -> new IOException("lab " + lab.name() + " has no client to drive traffic from"))
                .name();
        var edge = lab.edge().orElseThrow(() -> new IOException("lab " + lab.name() + " has no edge router"));
        var started = Instant.now();
        nodes.said(
                client, List.of("traffic", "start", echo(), String.valueOf(flows), String.valueOf(pause.toMillis())));
        try {
            opened(client, flows);
            Thread.sleep(WARMING);
            var carriers = new ArrayList<Map<Integer, String>>();
            carriers.add(carriers());
            var steps = new ArrayList<StepDone>();
            var costs = new ArrayList<FloodCost>();
            for (var step : drill.steps()) {
                if (step.act() == Drill.Act.FLOOD) {
                    steps.add(new StepDone(step, Instant.now()));
                    progress.accept(step.toString());
                    costs.add(flooded(step));
                    carriers.add(carriers());
                    continue;
                }
                var at = faults.act(step);
                steps.add(new StepDone(step, at));
                progress.accept(step.toString());
                if (step.act() == Drill.Act.RESTART || step.act() == Drill.Act.CONT) {
                    returned(step.target());
                }
                Thread.sleep(step.hold());
                carriers.add(carriers());
            }
            settled(client);
            var records = Json.MAPPER.readValue(
                    nodes.said(client, List.of("traffic", "records", "--json")),
                    new TypeReference<List<FlowRecord>>() {});
            return Accounting.of(new Evidence(
                    lab.name(),
                    edge.kind(),
                    edge.name(),
                    drill,
                    started,
                    Instant.now(),
                    steps,
                    records,
                    carriers,
                    secondChance(),
                    costs,
                    events(started)));
        } finally {
            nodes.said(client, List.of("traffic", "stop"));
        }
    }

    private FloodCost flooded(Drill.Step step) throws IOException, InterruptedException {
        var flood = new Floods(lab, nodes).start(step);
        try {
            Thread.sleep(step.hold());
        } catch (InterruptedException interrupted) {
            flood.stop();
            throw interrupted;
        }
        return flood.stop();
    }

    /** Where the flows go: the endpoint whose backends answer line by line. */
    private String echo() throws IOException {
        for (var vip : lab.vips()) {
            for (var endpoint : vip.endpoints()) {
                var echoes = lab.nodes(Node.Host.class).stream()
                        .flatMap(host -> host.vms().stream())
                        .filter(vm -> vip.pool(endpoint).members().contains(vm.name()))
                        .allMatch(vm -> vm.echoPort() == endpoint.backendPort());
                if (echoes) {
                    return vip.destination(endpoint);
                }
            }
        }
        throw new IOException("lab " + lab.name() + " has no VIP endpoint on its VMs' echo port");
    }

    private void opened(String client, int flows) throws IOException, InterruptedException {
        var limit = Instant.now().plus(OPENING);
        while (true) {
            var status = nodes.json(client, List.of("traffic", "status", "--json"));
            if (status.get("open").asInt() == flows) {
                progress.accept(flows + " flows open");
                return;
            }
            if (Instant.now().isAfter(limit)) {
                throw new IOException("only " + status.get("open").asInt() + " of " + flows
                        + " flows could be opened in " + OPENING.toSeconds() + " s");
            }
            Thread.sleep(50);
        }
    }

    /** Returns when the node does its work again: a return that happens after the drill would prove nothing. */
    private void returned(String node) throws IOException, InterruptedException {
        var limit = Instant.now().plus(RETURNING);
        while (!nodes.ready(node)) {
            if (Instant.now().isAfter(limit)) {
                throw new IOException(node + " is not ready " + RETURNING.toSeconds() + " s after its return");
            }
            Thread.sleep(20);
        }
        progress.accept(node + " is back");
    }

    /** Returns when no flow waits for a late answer any more, or when waiting longer would be in vain. */
    private void settled(String client) throws IOException, InterruptedException {
        var limit = Instant.now().plus(SETTLING);
        while (Instant.now().isBefore(limit)) {
            var records = nodes.json(client, List.of("traffic", "records", "--json"));
            boolean waiting = false;
            for (var record : records) {
                for (var stall : record.get("stalls")) {
                    waiting |= !stall.get("answered").asBoolean()
                            && record.get("outcome").asString().equals("OPEN");
                }
            }
            if (!waiting) {
                return;
            }
            Thread.sleep(200);
        }
    }

    /** Client port to the MUX that carried the flow's latest packet. A MUX that does not answer carries nothing. */
    private Map<Integer, String> carriers() {
        var latest = new HashMap<Integer, Long>();
        var carriers = new HashMap<Integer, String>();
        for (var mux : lab.nodes(Node.Mux.class)) {
            for (var flow : nodes.jsonOrNothing(mux.name(), List.of("show", "flows", "all", "--json"))
                    .path("flows")) {
                int port = flow.get("sourcePort").asInt();
                long idle = flow.get("idleMilliseconds").asLong();
                if (idle < latest.getOrDefault(port, Long.MAX_VALUE)) {
                    latest.put(port, idle);
                    carriers.put(port, mux.name());
                }
            }
        }
        return carriers;
    }

    private Set<Integer> secondChance() {
        var ports = new HashSet<Integer>();
        for (var host : lab.nodes(Node.Host.class)) {
            for (var flow : nodes.jsonOrNothing(host.name(), List.of("show", "nat", "all", "--json"))
                    .path("flows")) {
                if (flow.path("rescued").asBoolean(false)) {
                    ports.add(flow.get("clientPort").asInt());
                }
            }
        }
        return ports;
    }

    private List<NodeEvent> events(Instant since) throws IOException {
        var events = new ArrayList<NodeEvent>();
        try (var files = Files.newDirectoryStream(directory, "*.events.jsonl")) {
            for (var file : files) {
                for (var line : Files.readAllLines(file)) {
                    try {
                        var fields = Json.MAPPER.readValue(line, new TypeReference<LinkedHashMap<String, Object>>() {});
                        var time = Instant.parse(String.valueOf(fields.remove("time")));
                        var node = String.valueOf(fields.remove("node"));
                        var event = String.valueOf(fields.remove("event"));
                        if (!time.isBefore(since)) {
                            events.add(new NodeEvent(time, node, event, fields));
                        }
                    } catch (JacksonException | java.time.format.DateTimeParseException torn) {
                        LOG.debug("{}: a line cut off by a kill: {}", file, line, torn);
                    }
                }
            }
        }
        events.sort(Comparator.comparing(NodeEvent::time));
        return events;
    }
}

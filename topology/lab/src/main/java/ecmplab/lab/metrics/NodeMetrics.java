package ecmplab.lab.metrics;

import ecmplab.bgp.speaker.Speaker;
import ecmplab.hostagent.forward.HostAgent;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.metrics.Exposition.MetricType;
import ecmplab.mux.forward.Mux;
import ecmplab.port.ImpairedPort;
import ecmplab.port.Impairment;
import ecmplab.port.Port;
import ecmplab.port.PortCounters;
import ecmplab.router.EdgeRouter;
import ecmplab.router.divergence.Divergence;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** What a node of a lab tells Prometheus: its ports, why packets were dropped, and what its kind has tables of. Any thread. */
public final class NodeMetrics {
    private static final List<String> DEVICE = List.of("device");

    private final List<Consumer<Exposition>> parts = new ArrayList<>();

    /** @param drops counts by reason, by where in the node; those of the ports come by themselves */
    public NodeMetrics(List<? extends Port> ports, Supplier<Map<String, Map<String, Long>>> drops) {
        parts.add(out -> ports(out, ports));
        parts.add(out -> drops(out, ports, drops.get()));
        parts.add(out -> impairments(out, ports));
    }

    public NodeMetrics with(Speaker speaker) {
        var metrics = new SpeakerMetrics(speaker, InstantSource.system());
        parts.add(metrics::add);
        return this;
    }

    public NodeMetrics with(Mux mux) {
        parts.add(out -> MuxMetrics.add(out, mux));
        return this;
    }

    public NodeMetrics with(HostAgent agent) {
        parts.add(out -> HostMetrics.add(out, agent.snapshot()));
        return this;
    }

    /** @param divergences that are open */
    public NodeMetrics with(EdgeRouter router, Supplier<List<Divergence>> divergences) {
        parts.add(out -> {
            var routing = router.counters().routing();
            out.single("fib_prefixes", MetricType.GAUGE, "Prefixes that packets are routed by.", routing.prefixes());
            out.single("fib_next_hop_groups", MetricType.GAUGE, "Groups of equal next hops.", routing.groups());
            out.single(
                    "fib_routes_refused_total",
                    MetricType.COUNTER,
                    "Routes beyond the limit of the table.",
                    routing.refused());
            out.single("carrier_losses_total", MetricType.COUNTER, "Links that went down.", routing.carrierLosses());
            divergences(out, divergences.get());
        });
        return this;
    }

    /** Adds {@code show metrics} to a node's commands. */
    public void add(CommandTree commands) {
        commands.on("show metrics", values -> {
            var text = text();
            return Answer.of(Map.of("metrics", text), () -> text);
        });
    }

    /** What is so now, in Prometheus's text format. */
    public String text() {
        var out = new Exposition();
        parts.forEach(part -> part.accept(out));
        MachineMetrics.add(out);
        return out.toString();
    }

    private static void ports(Exposition out, List<? extends Port> ports) {
        counter(out, "port_receive_packets_total", "Frames handed to the node.", ports, PortCounters::rxPackets);
        counter(out, "port_receive_bytes_total", "Octets of these.", ports, PortCounters::rxOctets);
        counter(out, "port_transmit_packets_total", "Frames that left.", ports, PortCounters::txPackets);
        counter(out, "port_transmit_bytes_total", "Octets of these.", ports, PortCounters::txOctets);
    }

    private static void counter(
            Exposition out, String name, String help, List<? extends Port> ports, ToLongFunction<PortCounters> value) {
        var family = out.family(name, MetricType.COUNTER, help, DEVICE);
        ports.forEach(port -> family.add(value.applyAsLong(port.counters()), List.of(port.name())));
    }

    private static void drops(Exposition out, List<? extends Port> ports, Map<String, Map<String, Long>> node) {
        var family = out.family(
                "packet_drops_total",
                MetricType.COUNTER,
                "Packets dropped, each for one reason; 'show drops' says what they mean.",
                List.of("where", "reason"));
        node.forEach((where, reasons) -> reasons.forEach((reason, count) -> family.add(count, List.of(where, reason))));
        ports.forEach(port -> port.counters()
                .drops()
                .forEach((reason, count) -> family.add(count, List.of("port " + port.name(), reason))));
    }

    private static void impairments(Exposition out, List<? extends Port> ports) {
        var info = out.family(
                "port_impairment_info",
                MetricType.GAUGE,
                "1 for each direction of a port that is made bad on purpose.",
                List.of("device", "direction", "impairment"));
        impaired(ports).forEach(port -> {
            impairment(info, port.name(), "in", port.plan().in());
            impairment(info, port.name(), "out", port.plan().out());
        });
        var held = out.family(
                "port_held_frames",
                MetricType.GAUGE,
                "Frames that wait because of an impairment.",
                List.of("device", "direction"));
        impaired(ports).forEach(port -> {
            var stage = port.counters().stage();
            held.add(stage.rxHeld(), List.of(port.name(), "in"));
            held.add(stage.txHeld(), List.of(port.name(), "out"));
        });
    }

    private static List<ImpairedPort> impaired(List<? extends Port> ports) {
        return ports.stream()
                .filter(ImpairedPort.class::isInstance)
                .map(ImpairedPort.class::cast)
                .toList();
    }

    private static void impairment(Exposition.Family info, String port, String direction, Impairment impairment) {
        if (!impairment.isNone()) {
            info.add(1, List.of(port, direction, impairment.toString()));
        }
    }

    private static void divergences(Exposition out, List<Divergence> open) {
        var counts = new EnumMap<Divergence.Kind, Long>(Divergence.Kind.class);
        open.forEach(each -> counts.merge(each.kind(), 1L, Long::sum));
        var family = out.family(
                "route_divergences",
                MetricType.GAUGE,
                "Routes on which RIB, FIB and kernel do not agree now.",
                List.of("kind"));
        for (var kind : Divergence.Kind.values()) {
            family.add(
                    counts.getOrDefault(kind, 0L),
                    List.of(kind.name().toLowerCase(Locale.ROOT).replace('_', '-')));
        }
    }
}

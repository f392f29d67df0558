package ecmplab.lab.drill;

import ecmplab.lab.drill.Evidence.NodeEvent;
import ecmplab.lab.drill.Evidence.StepDone;
import ecmplab.lab.drill.Ledger.FlowFate;
import ecmplab.lab.drill.Ledger.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the nodes' event logs say happened around the steps of a drill. */
final class Timeline {
    /** Events that tell the edge's view of a MUX's death or return. */
    private static final Set<String> DETECTED =
            Set.of("bfd-failed", "session-down", "session-up", "next-hops-changed", "kernel-route");

    /** Events of the edge's forwarding path following suit. */
    private static final Set<String> REROUTED = Set.of("next-hops-changed", "kernel-route");

    private static final Set<String> SHOWN = Set.of(
            "bfd-failed",
            "session-down",
            "session-up",
            "next-hops-changed",
            "first-packet",
            "kernel-route",
            "vip-route",
            "flows-taken-over",
            "flow-rescued",
            "reset-sent",
            "node-down",
            "node-started");

    private final Evidence evidence;

    Timeline(Evidence evidence) {
        this.evidence = evidence;
    }

    /** When the edge router learnt what the step did to its node. */
    Optional<Instant> detection(StepDone done, Instant to) {
        return first(done.at(), to, DETECTED);
    }

    /** When the edge router's forwarding path had the new next hops. */
    Optional<Instant> rerouted(StepDone done, Instant to) {
        return first(done.at(), to, REROUTED);
    }

    List<Moment> moments() {
        if (evidence.steps().isEmpty()) {
            return List.of();
        }
        var origin = evidence.steps().getFirst().at();
        var moments = new ArrayList<Moment>();
        for (var done : evidence.steps()) {
            moments.add(moment(origin, done.at(), "drill", done.step().toString()));
        }
        evidence.events().stream()
                .filter(event -> SHOWN.contains(event.event()))
                .filter(event -> !event.time().isBefore(origin))
                .forEach(event -> moments.add(moment(origin, event.time(), event.node(), text(event))));
        evidence.records().stream()
                .flatMap(record -> record.stalls().stream())
                .filter(stall -> stall.answered() && stall.asked().isAfter(origin.minusSeconds(1)))
                .map(FlowFate::end)
                .max(Instant::compareTo)
                .ifPresent(last -> moments.add(moment(origin, last, "client", "the last stalled flow was answered")));
        moments.sort(Comparator.comparing(Moment::time));
        return moments;
    }

    private Optional<Instant> first(Instant from, Instant to, Set<String> kinds) {
        return evidence.events().stream()
                .filter(event -> event.node().equals(evidence.edgeName()) && kinds.contains(event.event()))
                .map(NodeEvent::time)
                .filter(time -> !time.isBefore(from) && time.isBefore(to))
                .min(Instant::compareTo);
    }

    private static Moment moment(Instant origin, Instant time, String node, String what) {
        return new Moment(Duration.between(origin, time).toNanos() / 1e6, time, node, what);
    }

    /** The event in words; one that has no words of its own here, by its name and details. */
    private static String text(NodeEvent event) {
        return switch (event.event()) {
            case "session-down" -> "BGP session with " + event.detail("peer") + " down: " + event.detail("why");
            case "bfd-failed" -> "path to " + event.detail("peer") + " failed: " + event.detail("what");
            case "session-up" -> "BGP session with " + event.detail("peer") + " up";
            case "next-hops-changed" ->
                event.detail("prefix") + " now by " + event.detail("after") + ", " + event.detail("bucketsMoved")
                        + " buckets moved";
            case "first-packet" -> firstPacket(event);
            case "vip-route" ->
                "VIP " + event.detail("vip") + " " + event.detail("state").toLowerCase(Locale.ROOT);
            case "kernel-route" -> "kernel: " + event.detail("route");
            case "flows-taken-over" -> "took over flows of " + event.detail("endpoint") + " from another MUX";
            case "flow-rescued" -> "second chance found " + event.detail("flow") + " at " + event.detail("vm");
            default -> {
                var text = new StringBuilder(event.event());
                event.details()
                        .forEach((name, value) ->
                                text.append(' ').append(name).append('=').append(value));
                yield text.toString();
            }
        };
    }

    /** Routers and MUXes both tell of first packets, of different things. */
    private static String firstPacket(NodeEvent event) {
        return event.details().containsKey("nextHop")
                ? "first packet to " + event.detail("destination") + " by " + event.detail("nextHop")
                : "first packet of " + event.detail("endpoint") + " by generation " + event.detail("generation");
    }
}

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
import java.util.Optional;
import java.util.Set;

/** What the nodes' event logs say happened around the steps of a drill. */
final class Timeline {
    /** Events that tell the edge's view of a MUX's death or return. */
    private static final Set<String> DETECTED = Set.of("session-down", "session-up", "kernel-route");

    /** Events of the edge's forwarding path following suit. */
    private static final Set<String> REROUTED = Set.of("next-hops-changed", "kernel-route");

    private static final Set<String> SHOWN = Set.of(
            "session-down",
            "session-up",
            "next-hops-changed",
            "first-packet",
            "kernel-route",
            "vip-route",
            "flows-taken-over",
            "flow-rescued",
            "reset-sent",
            "node-exited",
            "node-ready");

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
            var step = done.step();
            moments.add(moment(
                    origin,
                    done.at(),
                    "drill",
                    step.act().name().toLowerCase(java.util.Locale.ROOT) + " " + step.node()));
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

    /** The event's name with its details: {@code session-down peer=10.0.1.1 why=connection closed}. */
    private static String text(NodeEvent event) {
        var text = new StringBuilder(event.event());
        event.details()
                .forEach((name, value) ->
                        text.append(' ').append(name).append('=').append(value));
        return text.toString();
    }
}

package ecmplab.lab.metrics;

import ecmplab.hostagent.forward.HostSnapshot;
import ecmplab.lab.metrics.Exposition.MetricType;
import java.util.List;
import java.util.Locale;

/** A host agent in metrics. */
final class HostMetrics {
    private HostMetrics() {}

    static void add(Exposition out, HostSnapshot host) {
        var nat = host.nat();
        out.single("nat_flows", MetricType.GAUGE, "Flows in the table.", nat.flows());
        out.single("nat_flows_capacity", MetricType.GAUGE, "Flows that find room.", nat.capacity());
        out.single("nat_flows_created_total", MetricType.COUNTER, "Flows that began.", nat.created());
        out.family("nat_flows_ended_total", MetricType.COUNTER, "Flows that left the table.", List.of("reason"))
                .add(nat.expired(), List.of("expired"))
                .add(nat.replaced(), List.of("replaced"))
                .add(nat.evicted(), List.of("evicted"));
        out.family("nat_flows_refused_total", MetricType.COUNTER, "Flows not taken.", List.of("reason"))
                .add(nat.refusedFull(), List.of("full"))
                .add(nat.refusedConflict(), List.of("conflict"));
        var packets = out.family(
                "host_packets_total", MetricType.COUNTER, "What the agent did with packets.", List.of("what"));
        host.counts()
                .forEach((count, value) -> packets.add(
                        value, List.of(count.name().toLowerCase(Locale.ROOT).replace('_', '-'))));
    }
}

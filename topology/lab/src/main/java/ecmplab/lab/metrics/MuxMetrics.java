package ecmplab.lab.metrics;

import ecmplab.lab.metrics.Exposition.MetricType;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSnapshot;
import java.util.List;
import java.util.function.ToLongFunction;

/** A MUX in metrics. */
final class MuxMetrics {
    private static final List<String> ENDPOINT = List.of("endpoint");
    private static final List<String> VIP = List.of("vip");

    private MuxMetrics() {}

    static void add(Exposition out, Mux mux) {
        var counters = mux.counters();
        out.single("mux_forwarded_packets_total", MetricType.COUNTER, "Packets sent to hosts.", counters.forwarded());
        var flows = counters.flows();
        out.family(
                        "mux_flow_table_flows",
                        MetricType.GAUGE,
                        "Flows in the tables; those are trusted of which more than one packet came.",
                        List.of("state"))
                .add(flows.trusted(), List.of("trusted"))
                .add(flows.untrusted(), List.of("untrusted"));
        out.single("mux_flow_table_capacity", MetricType.GAUGE, "Flows that find room.", flows.capacity());
        out.single("mux_flow_table_hits_total", MetricType.COUNTER, "Packets of known flows.", flows.hits());
        out.single("mux_flow_table_misses_total", MetricType.COUNTER, "Packets of unknown flows.", flows.misses());
        out.family(
                        "mux_flow_table_refused_total",
                        MetricType.COUNTER,
                        "Flows not put into the table.",
                        List.of("reason"))
                .add(flows.refusedByQuota(), List.of("quota"))
                .add(flows.refusedByRate(), List.of("rate"));
        endpoints(out, mux.vips());
        talkers(out, mux.talkers());
    }

    private static void endpoints(Exposition out, List<MuxSnapshot.Vip> endpoints) {
        endpoints(out, "mux_endpoint_packets_total", "Packets of clients.", endpoints, MuxSnapshot.Vip::packets);
        endpoints(out, "mux_endpoint_bytes_total", "Octets of these.", endpoints, MuxSnapshot.Vip::octets);
        endpoints(out, "mux_endpoint_new_flows_total", "Flows that began.", endpoints, MuxSnapshot.Vip::newFlows);
        endpoints(
                out,
                "mux_endpoint_flows_taken_over_total",
                "TCP flows of these that another MUX had before.",
                endpoints,
                MuxSnapshot.Vip::takenOver);
        var announced =
                out.family("mux_endpoint_announced", MetricType.GAUGE, "1 when peers have the route.", ENDPOINT);
        endpoints.forEach(endpoint -> announced.add(
                endpoint.announced() ? 1 : 0, List.of(endpoint.endpoint().toString())));
        var members = out.family("mux_endpoint_members", MetricType.GAUGE, "Backends in use.", ENDPOINT);
        endpoints.forEach(endpoint ->
                members.add(endpoint.members(), List.of(endpoint.endpoint().toString())));
    }

    private static void endpoints(
            Exposition out,
            String name,
            String help,
            List<MuxSnapshot.Vip> endpoints,
            ToLongFunction<MuxSnapshot.Vip> value) {
        var family = out.family(name, MetricType.COUNTER, help, ENDPOINT);
        endpoints.forEach(endpoint -> family.add(
                value.applyAsLong(endpoint), List.of(endpoint.endpoint().toString())));
    }

    private static void talkers(Exposition out, List<MuxSnapshot.Talker> talkers) {
        var shed = out.family(
                "mux_vip_overload_drops_total",
                MetricType.COUNTER,
                "Packets beyond the VIP's share while more came than the MUX can forward.",
                VIP);
        talkers.forEach(talker -> shed.add(talker.shed(), List.of(talker.vip().getHostAddress())));
    }
}

package ecmplab.controller.southbound;

import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.SlbPolicy;
import java.util.List;
import java.util.Map;

/**
 * All that an agent works from: immutable, replaced at each change.
 *
 * @param probes those of a host's own VMs; empty for a MUX
 * @param digests what each table must come to, as the SLB manager computed it; a MUX announces a VIP only once its own agrees
 */
public record AgentPolicy(SlbPolicy slb, List<ProbeSpec> probes, Map<TableKey, String> digests) {
    public static final AgentPolicy EMPTY = new AgentPolicy(SlbPolicy.EMPTY, List.of(), Map.of());

    public AgentPolicy {
        probes = List.copyOf(probes);
        digests = Map.copyOf(digests);
    }
}

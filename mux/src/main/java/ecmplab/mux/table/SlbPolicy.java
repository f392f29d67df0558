package ecmplab.mux.table;

import java.util.List;

/**
 * The whole policy an agent (MUX or host) works from: immutable, replaced at each change.
 *
 * @param epoch of the SLB manager that wrote it; an agent refuses a lower one than it has seen (fencing)
 * @param cfg sequence number of the policy, acknowledged once it is in the forwarding path
 */
public record SlbPolicy(long epoch, long cfg, List<EndpointPolicy> endpoints) {
    public static final SlbPolicy EMPTY = new SlbPolicy(0, 0, List.of());

    public SlbPolicy {
        endpoints = List.copyOf(endpoints);
    }
}

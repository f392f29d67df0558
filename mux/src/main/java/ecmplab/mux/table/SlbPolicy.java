package ecmplab.mux.table;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * The whole policy an agent (MUX or host) works from: immutable, replaced at each change.
 *
 * @param epoch of the SLB manager that wrote it; an agent refuses a lower one than it has seen (fencing)
 * @param cfg sequence number of the policy, acknowledged once it is in the forwarding path
 * @param deadHosts provider addresses of hosts that are dead: what lived there is gone, though older generations still name it
 */
public record SlbPolicy(long epoch, long cfg, List<EndpointPolicy> endpoints, Set<InetAddress> deadHosts) {
    public static final SlbPolicy EMPTY = new SlbPolicy(0, 0, List.of());

    public SlbPolicy {
        endpoints = List.copyOf(endpoints);
        deadHosts = Set.copyOf(deadHosts);
    }

    /** A policy while no host is known to be dead. */
    public SlbPolicy(long epoch, long cfg, List<EndpointPolicy> endpoints) {
        this(epoch, cfg, endpoints, Set.of());
    }
}

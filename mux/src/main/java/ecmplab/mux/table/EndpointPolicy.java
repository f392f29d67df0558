package ecmplab.mux.table;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the SLB manager wants for one endpoint.
 *
 * @param floatingIp deliver with the VIP as destination, without rewriting (the VM owns the VIP on a loopback)
 * @param idleTimeout how long a flow without packets keeps its state
 * @param resetsIdleFlows whether both ends of a TCP flow are reset when its state goes for idleness
 * @param versions newest first; at most one is {@code ACTIVE}
 */
public record EndpointPolicy(
        EndpointId id,
        Affinity affinity,
        boolean floatingIp,
        Duration idleTimeout,
        boolean resetsIdleFlows,
        List<TableVersion> versions) {
    /** Which part of the 5-tuple chooses the slot. */
    public enum Affinity {
        FIVE_TUPLE,
        SOURCE_IP_PROTOCOL,
        SOURCE_IP
    }

    /** An endpoint that resets idle flows. */
    public EndpointPolicy(
            EndpointId id, Affinity affinity, boolean floatingIp, Duration idleTimeout, List<TableVersion> versions) {
        this(id, affinity, floatingIp, idleTimeout, true, versions);
    }

    public EndpointPolicy {
        versions = List.copyOf(versions);
    }

    public Optional<TableVersion> active() {
        return versions.stream()
                .filter(version -> version.state() == TableVersion.State.ACTIVE)
                .findFirst();
    }
}

package ecmplab.controller.slb;

import ecmplab.hostagent.probe.ProbeSpec;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An endpoint as somebody wants it.
 *
 * @param pool name of the {@link Pool} that serves it
 * @param backendPort where the backends listen; 0 with an endpoint for all ports
 * @param floatingIp deliver with the VIP as destination, without rewriting
 * @param idleTimeout how long a flow without packets keeps its state; tables that led to it are remembered as long; in whole seconds
 * @param resetsIdleFlows whether both ends of a TCP flow are reset then
 * @param slots a prime
 * @param seed of the table
 */
public record ServiceDefinition(
        EndpointId id,
        String pool,
        int backendPort,
        Affinity affinity,
        boolean floatingIp,
        Duration idleTimeout,
        boolean resetsIdleFlows,
        int slots,
        long seed,
        Optional<Probe> probe,
        NoHealthyBackends noHealthyBackends) {
    /** Backends under a name; several endpoints may share them. */
    public record Pool(String name, List<Backend> backends) {
        public Pool {
            backends = List.copyOf(backends);
        }
    }

    /**
     * A backend of a pool.
     *
     * @param id stable for the life of the backend, and unique in its pool
     * @param host id of the host agent it runs under
     * @param hostAddress provider address of that host
     * @param weight share of slots relative to the others; 0 takes no new flows
     */
    public record Backend(
            String id,
            InetAddress dip,
            String host,
            InetAddress hostAddress,
            MacAddress mac,
            Vni vni,
            int weight,
            Admin admin) {
        Backend withAdmin(Admin wanted) {
            return new Backend(id, dip, host, hostAddress, mac, vni, weight, wanted);
        }

        Backend withWeight(int wanted) {
            return new Backend(id, dip, host, hostAddress, mac, vni, wanted, admin);
        }
    }

    /** What an operator wants of a backend. Neither of the last two ends a flow that is there. */
    public enum Admin {
        UP,
        /** Takes no new flows; goes on being probed. */
        DRAIN,
        /** Takes no new flows, and is not probed. */
        DOWN;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What happens when no backend is healthy. */
    public enum NoHealthyBackends {
        /** The table is empty, and the VIP is withdrawn when it has no other endpoint. */
        ALL_PROBED_DOWN,
        /** Probes are not believed: all backends serve. */
        ALL_PROBED_UP;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** How backends are probed by their hosts; the limits are those of {@link ProbeSpec}. {@code port} is never 0. */
    public record Probe(
            ProbeSpec.Protocol protocol, int port, String path, Duration interval, Duration timeout, int threshold) {
        public Probe {
            interval = Duration.ofMillis(interval.toMillis());
            timeout = Duration.ofMillis(timeout.toMillis());
        }
    }

    public ServiceDefinition {
        idleTimeout = Duration.ofSeconds(idleTimeout.toSeconds());
        if (idleTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException("idle timeout " + idleTimeout + " of " + id + ": must be at least 1 s");
        }
    }
}

package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A virtual address with what it serves, by the addresses of its own family that its VMs have. */
public record Vip(InetAddress address, List<Pool> pools, List<Endpoint> endpoints) {
    public Vip {
        pools = List.copyOf(pools);
        endpoints = List.copyOf(endpoints);
    }

    public AddressFamily family() {
        return Prefix.host(address).family();
    }

    /** What a client asks for: {@code 203.0.113.10:80} or {@code [2001:db8::10]:80}. */
    public String destination(Endpoint endpoint) {
        return AddressText.of(address, endpoint.port());
    }

    /** The pool of an endpoint; the loader saw to it that it exists. */
    public Pool pool(Endpoint endpoint) {
        return pools.stream()
                .filter(pool -> pool.name().equals(endpoint.pool()))
                .findFirst()
                .orElseThrow();
    }

    /** Backends by VM name. */
    public record Pool(String name, List<String> members) {
        public Pool {
            members = List.copyOf(members);
        }
    }

    /** Transport of an endpoint. */
    public enum Transport {
        TCP(6),
        UDP(17);

        private final int protocol;

        Transport(int protocol) {
            this.protocol = protocol;
        }

        /** IP protocol number. */
        public int protocol() {
            return protocol;
        }
    }

    /**
     * @param port what clients address
     * @param backendPort where the VMs listen
     * @param floatingIp deliver with the VIP as destination, without rewriting
     * @param idleTimeout how long a flow without packets keeps its state
     * @param idleReset whether both ends of a TCP flow are reset then
     */
    public record Endpoint(
            Transport transport,
            int port,
            String pool,
            int backendPort,
            Affinity affinity,
            boolean floatingIp,
            Duration idleTimeout,
            boolean idleReset,
            Optional<Probe> probe) {}

    /**
     * How a host finds out whether a VM of the pool is healthy.
     *
     * @param path requested by HTTP, status 200 being healthy; empty for a TCP connect
     * @param count how many equal results in a row change the verdict
     */
    public record Probe(Optional<String> path, int port, Duration interval, int count) {}
}

package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code show ip route}.
 *
 * @param selected preferred over all other usable routes to the prefix
 * @param installed in the FIB
 * @param uptime since it has these next hops
 */
public record RouteSnapshot(
        Prefix prefix,
        RouteProtocol protocol,
        int distance,
        boolean selected,
        boolean installed,
        Duration uptime,
        List<Via> nextHops) {
    public RouteSnapshot {
        nextHops = List.copyOf(nextHops);
    }

    /**
     * A next hop.
     *
     * @param address empty for a connected subnet
     * @param interfaceName empty when inaccessible
     * @param peer who announced it, for BGP
     */
    public record Via(
            Optional<InetAddress> address,
            Optional<String> interfaceName,
            boolean active,
            long weight,
            Optional<InetAddress> peer) {}
}

package ecmplab.router;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * A configured route.
 *
 * @param nextHops neighbours on connected subnets, of equal weight, IPv6 ones for IPv4 too (RFC 8950); none for a black hole: its packets are dropped
 */
public record StaticRoute(Prefix prefix, List<InetAddress> nextHops) {
    public StaticRoute {
        nextHops = List.copyOf(nextHops);
        if (prefix.family() == AddressFamily.IPV6_UNICAST
                && nextHops.stream().anyMatch(address -> !(address instanceof Inet6Address))) {
            throw new IllegalArgumentException("static route to " + prefix + ": its next hops must be IPv6");
        }
    }
}

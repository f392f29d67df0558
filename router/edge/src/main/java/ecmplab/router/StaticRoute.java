package ecmplab.router;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.Inet4Address;
import java.util.List;

/**
 * A configured route.
 *
 * @param nextHops neighbours on connected subnets, of equal weight; none for a black hole: its packets are dropped
 */
public record StaticRoute(Prefix prefix, List<Inet4Address> nextHops) {
    public StaticRoute {
        nextHops = List.copyOf(nextHops);
        if (prefix.family() != AddressFamily.IPV4_UNICAST) {
            throw new IllegalArgumentException("static route to " + prefix + ": must be IPv4");
        }
    }
}

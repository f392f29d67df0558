package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.RouterInterface;
import java.util.HashSet;
import java.util.List;

/**
 * What an edge router is told at its start.
 *
 * @param interfaces at least one, their ports of one pool, their subnets disjoint
 * @param limits on what others can make it hold
 */
public record RouterConfig(
        List<RouterInterface> interfaces,
        List<StaticRoute> staticRoutes,
        EcmpPolicy ecmp,
        ForwardingSettings forwarding,
        Limits limits) {
    /**
     * @param groups next-hop groups; see {@link ecmplab.router.ecmp.GroupTable} for what happens beyond
     * @param nextHops addresses ever used as next hop; routes via further ones stay inactive
     * @param prefixes BGP prefixes; further ones are refused and counted
     */
    public record Limits(int groups, int nextHops, int prefixes) {
        public static final Limits STANDARD = new Limits(4096, 65_536, 2_000_000);
    }

    public RouterConfig {
        interfaces = List.copyOf(interfaces);
        staticRoutes = List.copyOf(staticRoutes);
        if (interfaces.isEmpty()) {
            throw new IllegalArgumentException("a router needs at least one interface");
        }
        for (var one : interfaces) {
            for (var other : interfaces) {
                if (!one.equals(other)) {
                    requireApart(one, one.prefix(), other, other.prefix());
                    one.ipv6()
                            .ifPresent(ipv6 -> other.ipv6()
                                    .ifPresent(theirs -> requireApart(one, ipv6.prefix(), other, theirs.prefix())));
                }
            }
        }
        var prefixes = new HashSet<>();
        for (var route : staticRoutes) {
            if (!prefixes.add(route.prefix())) {
                throw new IllegalArgumentException("two static routes to " + route.prefix());
            }
        }
    }

    private static void requireApart(RouterInterface one, Prefix subnet, RouterInterface other, Prefix theirs) {
        if (subnet.contains(theirs)) {
            throw new IllegalArgumentException(
                    "subnets of " + one.name() + " (" + subnet + ") and " + other.name() + " (" + theirs + ") overlap");
        }
    }

    /** Resilient groups, Linux's timers and limits. */
    public static RouterConfig of(List<RouterInterface> interfaces, List<StaticRoute> staticRoutes, long hashSeed) {
        return new RouterConfig(
                interfaces, staticRoutes, EcmpPolicy.RESILIENT, ForwardingSettings.of(hashSeed), Limits.STANDARD);
    }
}

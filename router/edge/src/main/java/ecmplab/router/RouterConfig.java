package ecmplab.router;

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
                if (!one.equals(other) && one.prefix().contains(other.prefix())) {
                    throw new IllegalArgumentException("subnets of " + one.name() + " (" + one.prefix() + ") and "
                            + other.name() + " (" + other.prefix() + ") overlap");
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

    /** Resilient groups, Linux's timers and limits. */
    public static RouterConfig of(List<RouterInterface> interfaces, List<StaticRoute> staticRoutes, long hashSeed) {
        return new RouterConfig(
                interfaces, staticRoutes, EcmpPolicy.RESILIENT, ForwardingSettings.of(hashSeed), Limits.STANDARD);
    }
}

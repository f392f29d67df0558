package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.fib.Fib;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All routes to a prefix.
 *
 * @param routes at most one a protocol, the preferred first
 * @param installed what the FIB has: a group, one of {@link ecmplab.router.forward.ForwardingTable}'s constants, or
 *     {@link Fib#NO_ROUTE}
 */
record PrefixRoutes(Prefix prefix, List<Route> routes, int installed) {
    PrefixRoutes(Prefix prefix) {
        this(prefix, List.of(), Fib.NO_ROUTE);
    }

    /** The route in force: the preferred of those that lead anywhere. */
    Optional<Route> selected() {
        return routes.stream().filter(Route::usable).findFirst();
    }

    Optional<Route> from(RouteProtocol protocol) {
        return routes.stream().filter(route -> route.protocol() == protocol).findFirst();
    }

    PrefixRoutes with(Route route) {
        var all = new ArrayList<>(without(route.protocol()).routes);
        all.add(route);
        all.sort(Comparator.comparingInt((Route any) -> any.protocol().distance())
                .thenComparing(Route::protocol));
        return new PrefixRoutes(prefix, List.copyOf(all), installed);
    }

    PrefixRoutes without(RouteProtocol protocol) {
        return new PrefixRoutes(
                prefix,
                routes.stream().filter(route -> route.protocol() != protocol).toList(),
                installed);
    }

    PrefixRoutes installed(int now) {
        return new PrefixRoutes(prefix, routes, now);
    }
}

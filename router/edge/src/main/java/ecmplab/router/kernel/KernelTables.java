package ecmplab.router.kernel;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.port.netlink.Message;
import ecmplab.port.netlink.NetlinkSocket;
import ecmplab.port.netlink.Request;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.SystemCallException;
import ecmplab.router.kernel.KernelObjects.Hop;
import ecmplab.router.kernel.KernelObjects.HopGroup;
import ecmplab.router.kernel.KernelObjects.KernelRoute;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the kernel is known to hold of ours, from acknowledged writes and dumps, and whose routes go before ours. Belongs to the
 * thread that keeps it.
 */
final class KernelTables {
    final Map<Integer, Hop> hops = new HashMap<>();
    final Map<Integer, HopGroup> groups = new HashMap<>();
    /** Every next-hop object of ours, also such as is neither of the above. */
    final Set<Integer> ids = new HashSet<>();

    /** The next-hop id of our route. */
    final Map<Prefix, Integer> routes = new HashMap<>();

    /** Routes of others that packets take rather than ours: to the same prefix, with a metric that is not above ours. */
    final Map<Prefix, KernelRoute> others = new HashMap<>();

    /** Interfaces that are up and have carrier. */
    final Map<String, Integer> devices = new HashMap<>();

    /** Reads all of it. */
    void read(NetlinkSocket socket) throws SystemCallException {
        socket.dump(RouteMessages.dumpLinks(), devices::clear, this::takeLink);
        socket.dump(RouteMessages.dumpHops(), this::clearHops, this::takeHop);
        var v4 = new KernelTables();
        var v6 = new KernelTables();
        dump(socket, RouteMessages.dumpRoutes(AddressFamily.IPV4_UNICAST), v4);
        dump(socket, RouteMessages.dumpRoutes(AddressFamily.IPV6_UNICAST), v6);
        clearRoutes();
        for (var family : new KernelTables[] {v4, v6}) {
            routes.putAll(family.routes);
            others.putAll(family.others);
        }
    }

    private static void dump(NetlinkSocket socket, Request request, KernelTables to) throws SystemCallException {
        Consumer<Message> take = message -> RouteMessages.route(message).ifPresent(to::takeRoute);
        try {
            socket.dump(request, to::clearRoutes, take);
        } catch (SystemCallException failed) {
            if (failed.errno() != Errno.ENOENT) { // no table yet: no route in it
                throw failed;
            }
        }
    }

    private void clearHops() {
        hops.clear();
        groups.clear();
        ids.clear();
    }

    private void clearRoutes() {
        routes.clear();
        others.clear();
    }

    void takeLink(Message message) {
        if (RouteMessages.isRunning(message)) {
            devices.put(RouteMessages.linkName(message), RouteMessages.linkIndex(message));
        } else {
            devices.remove(RouteMessages.linkName(message));
        }
    }

    private void takeHop(Message message) {
        if (RouteMessages.isOurHop(message)) {
            int id = RouteMessages.hopId(message);
            ids.add(id);
            RouteMessages.hop(message).ifPresent(hop -> hops.put(id, hop));
            RouteMessages.group(message).ifPresent(group -> groups.put(id, group));
        }
    }

    private void takeRoute(KernelRoute route) {
        if (route.ours() && route.metric() == RouteMessages.METRIC) {
            routes.put(route.prefix(), route.hop());
        } else if (goesBefore(route)) {
            others.put(route.prefix(), route);
        }
    }

    static boolean goesBefore(KernelRoute route) {
        return Integer.compareUnsigned(route.metric(), RouteMessages.METRIC) <= 0;
    }
}

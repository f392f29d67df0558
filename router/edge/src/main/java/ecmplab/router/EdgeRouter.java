package ecmplab.router;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.port.PacketProcessor;
import ecmplab.port.PortCounters;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.divergence.Divergences;
import ecmplab.router.ecmp.GroupTable;
import ecmplab.router.forward.Forwarder;
import ecmplab.router.forward.ForwardingEvents;
import ecmplab.router.forward.ForwardingTable;
import ecmplab.router.forward.RouteMirror;
import ecmplab.router.forward.RouterInterface;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The software edge router: BGP's routes, connected and static ones in; forwarded packets out.
 *
 * <p>Threads: BGP's RIB thread calls {@link #changed}, a timer about once a second {@link #upkeep}; a forwarding thread runs
 * {@link #processor}. {@link #neighbors} and {@link #explain} read what that thread owns, so it must call them
 * ({@code ForwardingThread.ask}); every other question may be asked by any thread and stalls nobody.
 */
public final class EdgeRouter implements RouteListener {
    private final RouterConfig config;
    private final RouterListener listener;
    private final LongSupplier nanoTime;
    private final InstantSource wall;
    private final Forwarder forwarder;
    private final GroupTable groups;
    private final NextHops nextHops;
    private final RouteInstaller installer;
    private final Snapshots snapshots;
    private final Divergences divergences;
    private volatile RouterCounters.Routing routing = new RouterCounters.Routing(0, 0, 0, 0, 0, 0);
    private int bgpPrefixes;
    private long refused;
    private long carrierLosses;

    /**
     * Connected and static routes are in force when this returns.
     *
     * @param nanoTime the forwarding thread's clock
     */
    public EdgeRouter(RouterConfig config, RouterListener listener, LongSupplier nanoTime, InstantSource wall) {
        this.config = config;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.wall = wall;
        forwarder = new Forwarder(config.interfaces(), config.forwarding(), new Told());
        groups = new GroupTable(
                config.ecmp(), ForwardingTable.FIRST_GROUP, config.limits().groups());
        nextHops = new NextHops(config.interfaces(), config.limits().nextHops());
        divergences = new Divergences(new Diverged(), wall);
        installer = new RouteInstaller(groups, nextHops, forwarder, nanoTime, wall, divergences);
        snapshots = new Snapshots(config, installer.routes(), forwarder);
        install(configured(wall.instant()));
    }

    /** What the forwarding thread over this router's ports runs. */
    public PacketProcessor processor() {
        return forwarder;
    }

    /** The forwarding path itself: counters, ledger. */
    public Forwarder forwarder() {
        return forwarder;
    }

    /** Has the routes in force kept there too, from now on. One mirror only: another takes its place. */
    public synchronized void mirror(RouteMirror mirror) {
        installer.mirror(mirror);
    }

    /** Applies a pass of the RIB: all of it is in force, at once, when this returns. */
    @Override
    public synchronized void changed(List<Change> changes) {
        var time = wall.instant();
        var changed = new ArrayList<PrefixRoutes>(changes.size());
        for (var change : changes) {
            var before = installer.of(change.prefix());
            var earlier = before.from(RouteProtocol.BGP);
            if (change.nextHops().isEmpty()) {
                bgpPrefixes -= earlier.isPresent() ? 1 : 0;
                changed.add(before.without(RouteProtocol.BGP));
            } else if (earlier.isEmpty() && bgpPrefixes >= config.limits().prefixes()) {
                refused++;
                divergences.raise(change.prefix(), Divergence.Kind.NOT_IN_FIB, "beyond the limit of BGP prefixes");
            } else {
                bgpPrefixes += earlier.isPresent() ? 0 : 1;
                var heard = nextHops.learnt(change.prefix().family(), change.nextHops());
                var same = earlier.filter(route -> route.nextHops().equals(heard));
                changed.add(before.with(same.orElseGet(() -> new Route(RouteProtocol.BGP, heard, time))));
            }
        }
        install(changed);
    }

    /**
     * Says whether an interface has carrier. Without it the next hops on it, and its subnets, are out of use at once; routes that have
     * others keep those. Groups change first, before the routes are looked at, so a full table delays nothing. Any thread; all of it is in force when
     * this returns.
     */
    public synchronized void carrier(String interfaceName, boolean up) {
        int link = nextHops.linkOf(interfaceName);
        if (link < 0 || !nextHops.setCarrier(link, up)) {
            return;
        }
        var time = wall.instant();
        if (!up) {
            carrierLosses++;
            installer.withdraw(nextHops.on(link));
        }
        listener.event(new RouterEvent.CarrierChanged(nanoTime.getAsLong(), time, interfaceName, up));
        Map<NextHopSet, NextHopSet> known = new HashMap<>();
        var changed = new ArrayList<PrefixRoutes>();
        for (var routes : installer.routes().values()) {
            var now = routes;
            boolean differs = false;
            for (var route : routes.routes()) {
                var again = known.computeIfAbsent(route.nextHops(), nextHops::again);
                if (!again.equals(route.nextHops())) {
                    now = now.with(new Route(route.protocol(), again, time));
                    differs = true;
                }
            }
            if (differs) {
                changed.add(now);
            }
        }
        install(changed);
    }

    /** Moves buckets that have become idle, or have waited long enough, to members that lack them. */
    public synchronized void upkeep() {
        installer.upkeep().forEach(listener::event);
    }

    private synchronized void install(List<PrefixRoutes> changed) {
        var events = installer.install(changed);
        routing = new RouterCounters.Routing(
                installer.prefixes(), groups.size(), groups.coalesced(), groups.refused(), refused, carrierLosses);
        events.forEach(listener::event);
    }

    private List<PrefixRoutes> configured(Instant time) {
        Map<Prefix, PrefixRoutes> routes = new LinkedHashMap<>();
        var interfaces = config.interfaces();
        for (int link = 0; link < interfaces.size(); link++) {
            var via = interfaces.get(link);
            int at = link;
            add(routes, Prefix.host(via.address()), new Route(RouteProtocol.LOCAL, NextHopSet.NONE, time));
            add(routes, via.prefix(), new Route(RouteProtocol.CONNECTED, nextHops.connected(link), time));
            via.ipv6().ifPresent(ipv6 -> {
                add(routes, Prefix.host(ipv6.address()), new Route(RouteProtocol.LOCAL, NextHopSet.NONE, time));
                var connected = new Route(RouteProtocol.CONNECTED, nextHops.connected(at), time);
                add(routes, ipv6.prefix(), connected);
            });
            if (via.hasBroadcast()) {
                add(routes, via.broadcast(), new Route(RouteProtocol.BROADCAST, NextHopSet.NONE, time));
            }
        }
        for (var route : config.staticRoutes()) {
            var heard = nextHops.configured(route.nextHops());
            add(routes, route.prefix(), new Route(RouteProtocol.STATIC, heard, time));
        }
        return List.copyOf(routes.values());
    }

    private static void add(Map<Prefix, PrefixRoutes> routes, Prefix prefix, Route route) {
        routes.merge(prefix, new PrefixRoutes(prefix).with(route), (before, one) -> before.with(route));
    }

    /** BGP's routes that are not in the FIB. Any thread. */
    public Divergences divergences() {
        return divergences;
    }

    /** All routes, in the order of their prefixes. */
    public List<RouteSnapshot> routes() {
        return snapshots.routes(wall.instant());
    }

    /** The routes to exactly this prefix. */
    public List<RouteSnapshot> routes(Prefix prefix) {
        return snapshots.routes(prefix, wall.instant());
    }

    /** The groups in use, without those of connected subnets. */
    public List<EcmpSnapshot> groups() {
        return snapshots.groups(nanoTime.getAsLong());
    }

    /** The group that exactly this prefix uses. */
    public Optional<EcmpSnapshot> group(Prefix prefix) {
        return snapshots.group(prefix, nanoTime.getAsLong());
    }

    /** Who is known on which interface. Forwarding thread only. */
    public List<NeighborSnapshot> neighbors() {
        return snapshots.neighbors(nanoTime.getAsLong());
    }

    /**
     * What becomes of a flow's packets now, or what would if BGP took a next hop out of every group. Forwarding thread only.
     */
    public Explanation explain(FlowKey flow, Optional<InetAddress> without) {
        return snapshots.explain(flow, without, nanoTime.getAsLong());
    }

    public RouterCounters counters() {
        Map<String, Map<String, Long>> neighborDrops = new LinkedHashMap<>();
        Map<String, PortCounters> ports = new LinkedHashMap<>();
        for (int link = 0; link < config.interfaces().size(); link++) {
            var via = config.interfaces().get(link);
            neighborDrops.put(via.name(), forwarder.neighborDrops(link).snapshot());
            ports.put(via.name(), via.port().counters());
        }
        return new RouterCounters(
                forwarder.packets().snapshot(),
                forwarder.drops().snapshot(),
                forwarder.icmp().snapshot(),
                neighborDrops,
                ports,
                routing);
    }

    private final class Diverged implements Divergences.Listener {
        @Override
        public void diverged(Divergence divergence) {
            listener.event(new RouterEvent.RouteDiverged(
                    nanoTime.getAsLong(),
                    divergence.since(),
                    divergence.prefix(),
                    divergence.kind(),
                    divergence.detail()));
        }

        @Override
        public void converged(Divergence divergence) {
            listener.event(new RouterEvent.RouteConverged(
                    nanoTime.getAsLong(), wall.instant(), divergence.prefix(), divergence.kind()));
        }
    }

    /** Makes events of what the forwarding thread notices. */
    private final class Told implements ForwardingEvents {
        @Override
        public void firstPacket(
                long high,
                long low,
                int group,
                RouterInterface via,
                ecmplab.router.forward.NextHop nextHop,
                long nowNanos) {
            listener.event(new RouterEvent.FirstPacket(
                    nowNanos, wall.instant(), Ipv6.unmapped(high, low), group, nextHop.address(), via.name()));
        }

        @Override
        public void neighborFailed(RouterInterface via, long high, long low, long nowNanos) {
            listener.event(
                    new RouterEvent.NeighborFailed(nowNanos, wall.instant(), via.name(), Ipv6.unmapped(high, low)));
        }

        @Override
        public void neighborResolved(RouterInterface via, long high, long low, long mac, long nowNanos) {
            listener.event(new RouterEvent.NeighborResolved(
                    nowNanos, wall.instant(), via.name(), Ipv6.unmapped(high, low), new MacAddress(mac)));
        }
    }
}

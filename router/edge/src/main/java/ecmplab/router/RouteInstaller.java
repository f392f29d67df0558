package ecmplab.router;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.divergence.Divergences;
import ecmplab.router.ecmp.Group;
import ecmplab.router.ecmp.GroupTable;
import ecmplab.router.ecmp.Member;
import ecmplab.router.fib.Fib;
import ecmplab.router.fib.FibEntry;
import ecmplab.router.fib.FibWriter;
import ecmplab.router.fib.Ipv6Fib;
import ecmplab.router.fib.Ipv6FibWriter;
import ecmplab.router.forward.Forwarder;
import ecmplab.router.forward.ForwardingTable;
import ecmplab.router.forward.RouteMirror;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings routes into force: selection, groups, FIB, and one store that shows the forwarding thread all of a pass. Belongs to the
 * control thread, except {@link #routes}, which any thread may read.
 */
final class RouteInstaller {
    /** Changes of prefixes told one by one in a pass. */
    private static final int MAX_TOLD = 1024;

    private final ConcurrentNavigableMap<Prefix, PrefixRoutes> routes = new ConcurrentSkipListMap<>();
    private final GroupTable groups;
    private final FibWriter fibWriter = new FibWriter();
    private final NextHops nextHops;
    private final Forwarder forwarder;
    private final LongSupplier nanoTime;
    private final InstantSource wall;
    private final Ipv6FibWriter ipv6FibWriter = new Ipv6FibWriter();
    private final Divergences divergences;
    private RouteMirror mirror = RouteMirror.NONE;
    private Fib fib = Fib.EMPTY;
    private Ipv6Fib ipv6Fib = Ipv6Fib.EMPTY;

    RouteInstaller(
            GroupTable groups,
            NextHops nextHops,
            Forwarder forwarder,
            LongSupplier nanoTime,
            InstantSource wall,
            Divergences divergences) {
        this.divergences = divergences;
        this.nanoTime = nanoTime;
        this.wall = wall;
        this.groups = groups;
        this.nextHops = nextHops;
        this.forwarder = forwarder;
    }

    /** By prefix; a reader may see a pass half done, unlike the forwarding thread. */
    ConcurrentNavigableMap<Prefix, PrefixRoutes> routes() {
        return routes;
    }

    PrefixRoutes of(Prefix prefix) {
        var known = routes.get(prefix);
        return known == null ? new PrefixRoutes(prefix) : known;
    }

    /** Puts these in place of what there was for their prefixes, each of which occurs once. Returns what to tell. */
    List<RouterEvent> install(List<PrefixRoutes> changed) {
        var requests = new ArrayList<GroupTable.Request>(changed.size());
        for (var one : changed) {
            int group = one.installed() >= ForwardingTable.FIRST_GROUP ? one.installed() : Group.NONE;
            requests.add(new GroupTable.Request(group, members(one)));
        }
        var grants = groups.apply(requests, nanoTime.getAsLong());
        var fibChanges = new ArrayList<FibEntry>();
        var ipv6FibChanges = new ArrayList<FibEntry>();
        var moves = new ArrayList<Move>();
        for (int i = 0; i < grants.size(); i++) {
            var grant = grants.get(i);
            var group = grant.after();
            var one = changed.get(i);
            var after = one.installed(group == null ? withoutGroup(one) : group.id());
            if (after.installed() != one.installed()) {
                boolean ipv4 = one.prefix().family() == AddressFamily.IPV4_UNICAST;
                (ipv4 ? fibChanges : ipv6FibChanges).add(new FibEntry(one.prefix(), after.installed()));
            }
            if (hasMoved(grant)) {
                moves.add(new Move(of(one.prefix()), after, grant));
            }
            keep(after);
            judge(after);
        }
        if (!fibChanges.isEmpty()) {
            fib = fibWriter.apply(fibChanges);
        }
        if (!ipv6FibChanges.isEmpty()) {
            ipv6Fib = ipv6FibWriter.apply(ipv6FibChanges);
        }
        long nanos = nanoTime.getAsLong();
        var time = wall.instant();
        publish();
        fibChanges.addAll(ipv6FibChanges);
        mirror.changed(fibChanges, forwarder.table());
        return events(moves, nanos, time);
    }

    /**
     * Has no packet sent to these next hops any more where a route has others, before anyone looks at the routes, which are then to be {@link #install
     * installed} without them.
     */
    void withdraw(BitSet gone) {
        if (groups.withdraw(gone, nanoTime.getAsLong())) {
            publish();
            mirror.changed(List.of(), forwarder.table());
        }
    }

    /** Has all that is in force now, and every change from now on, kept there too. */
    void mirror(RouteMirror to) {
        mirror = to;
        to.changed(
                routes.values().stream()
                        .map(one -> new FibEntry(one.prefix(), one.installed()))
                        .toList(),
                forwarder.table());
    }

    /** Moves buckets that may move by now. */
    List<RouterEvent> upkeep() {
        long nanos = nanoTime.getAsLong();
        var changes = groups.upkeep(nanos);
        if (changes.isEmpty()) {
            return List.of();
        }
        var time = wall.instant();
        publish();
        var events = new ArrayList<RouterEvent>();
        for (var change : changes) {
            var after = change.after();
            events.add(new RouterEvent.BucketsMigrated(
                    nanos,
                    time,
                    after.id(),
                    after.lastMoved(),
                    after.unbalancedSince().isEmpty()));
        }
        return events;
    }

    int prefixes() {
        return fibWriter.size() + ipv6FibWriter.size();
    }

    private void publish() {
        var inUse = new BitSet();
        var all = groups.groups();
        for (var group : all) {
            if (group != null) {
                group.members().forEach(member -> inUse.set(member.nextHop()));
            }
        }
        forwarder.publish(new ForwardingTable(
                fib, ipv6Fib, all, nextHops.array(), inUse.stream().toArray()));
    }

    private void keep(PrefixRoutes now) {
        if (now.routes().isEmpty()) {
            routes.remove(now.prefix());
        } else {
            routes.put(now.prefix(), now);
        }
    }

    /** BGP up and the route missing must never be silent. */
    private void judge(PrefixRoutes now) {
        var heard = now.from(RouteProtocol.BGP);
        if (heard.isEmpty() || now.installed() != Fib.NO_ROUTE) {
            divergences.clear(now.prefix());
        } else {
            divergences.raise(
                    now.prefix(),
                    Divergence.Kind.NOT_IN_FIB,
                    heard.get().usable()
                            ? "no room for a next-hop group"
                            : "none of its next hops is on a subnet of ours with carrier");
        }
    }

    private static List<Member> members(PrefixRoutes routes) {
        var selected = routes.selected();
        return selected.isEmpty() ? List.of() : selected.get().nextHops().members();
    }

    private static int withoutGroup(PrefixRoutes routes) {
        var selected = routes.selected();
        if (selected.isEmpty()) {
            return Fib.NO_ROUTE;
        }
        return switch (selected.get().protocol()) {
            case LOCAL -> ForwardingTable.TO_KERNEL;
            case BROADCAST -> ForwardingTable.BROADCAST;
            case STATIC -> selected.get().nextHops().vias().isEmpty() ? ForwardingTable.BLACKHOLE : Fib.NO_ROUTE;
            case CONNECTED, BGP -> Fib.NO_ROUTE;
        };
    }

    /** A prefix that has other next hops, or shares, than before. */
    private record Move(PrefixRoutes before, PrefixRoutes after, GroupTable.Grant grant) {}

    private static boolean hasMoved(GroupTable.Grant grant) {
        return !members(grant.before()).equals(members(grant.after()));
    }

    private static List<Member> members(@Nullable Group group) {
        return group == null ? List.of() : group.members();
    }

    private static List<RouterEvent> events(List<Move> moves, long nanos, Instant time) {
        var events = new ArrayList<RouterEvent>();
        for (var move : moves.subList(0, Math.min(moves.size(), MAX_TOLD))) {
            var old = move.grant.before();
            var now = move.grant.after();
            List<InetAddress> hopsBefore = old == null ? List.of() : addresses(move.before);
            List<InetAddress> hopsAfter = now == null ? List.of() : addresses(move.after);
            if (hopsBefore.isEmpty() && hopsAfter.isEmpty()) {
                continue; // a connected subnet
            }
            events.add(new RouterEvent.NextHopsChanged(
                    nanos,
                    time,
                    move.after.prefix(),
                    hopsBefore,
                    hopsAfter,
                    now == null ? Group.NONE : now.id(),
                    old == null || now == null ? 0 : now.table().movedSlots(old.table()),
                    old == null || now == null ? 0 : now.table().movedShare(old.table())));
        }
        if (moves.size() > MAX_TOLD) {
            events.add(new RouterEvent.ChangesElided(nanos, time, moves.size() - MAX_TOLD));
        }
        return events;
    }

    private static List<InetAddress> addresses(PrefixRoutes routes) {
        return routes.selected().map(route -> route.nextHops().addresses()).orElse(List.of());
    }
}

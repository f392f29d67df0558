package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.ecmp.Group;
import ecmplab.router.ecmp.GroupTable;
import ecmplab.router.ecmp.Member;
import ecmplab.router.fib.Fib;
import ecmplab.router.fib.FibEntry;
import ecmplab.router.fib.FibWriter;
import ecmplab.router.forward.Forwarder;
import ecmplab.router.forward.ForwardingTable;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
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
    private Fib fib = Fib.EMPTY;

    RouteInstaller(GroupTable groups, NextHops nextHops, Forwarder forwarder) {
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
    List<RouterEvent> install(List<PrefixRoutes> changed, long nanos, Instant time) {
        var requests = new ArrayList<GroupTable.Request>(changed.size());
        for (var routes : changed) {
            int group = routes.installed() >= ForwardingTable.FIRST_GROUP ? routes.installed() : Group.NONE;
            requests.add(new GroupTable.Request(group, members(routes)));
        }
        var grants = groups.apply(requests, nanos);
        var fibChanges = new ArrayList<FibEntry>();
        var events = new ArrayList<RouterEvent>();
        for (int i = 0; i < grants.size(); i++) {
            var after = grants.get(i).after();
            int found = after == null ? withoutGroup(changed.get(i)) : after.id();
            if (found != changed.get(i).installed()) {
                fibChanges.add(new FibEntry(changed.get(i).prefix(), found));
            }
            var before = routes.get(changed.get(i).prefix());
            keep(changed.get(i).installed(found));
            if (events.size() < MAX_TOLD) {
                tell(before, changed.get(i).installed(found), grants.get(i), nanos, time, events);
            }
        }
        if (!fibChanges.isEmpty()) {
            fib = fibWriter.apply(fibChanges);
        }
        publish();
        if (changed.size() > MAX_TOLD) {
            events.add(new RouterEvent.ChangesElided(nanos, time, changed.size() - MAX_TOLD));
        }
        return events;
    }

    /** Moves buckets that may move by now. */
    List<RouterEvent> upkeep(long nanos, Instant time) {
        var changes = groups.upkeep(nanos);
        if (changes.isEmpty()) {
            return List.of();
        }
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
        return fibWriter.size();
    }

    private void publish() {
        var inUse = new BitSet();
        var all = groups.groups();
        for (var group : all) {
            if (group != null) {
                group.members().forEach(member -> inUse.set(member.nextHop()));
            }
        }
        forwarder.publish(
                new ForwardingTable(fib, all, nextHops.array(), inUse.stream().toArray()));
    }

    private void keep(PrefixRoutes now) {
        if (now.routes().isEmpty()) {
            routes.remove(now.prefix());
        } else {
            routes.put(now.prefix(), now);
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

    private static void tell(
            @Nullable PrefixRoutes before,
            PrefixRoutes after,
            GroupTable.Grant grant,
            long nanos,
            Instant time,
            List<RouterEvent> events) {
        var old = grant.before();
        var now = grant.after();
        if (old == null ? now == null : now != null && old.members().equals(now.members())) {
            return;
        }
        var hopsBefore = before == null || old == null ? List.<InetAddress>of() : addresses(before);
        var hopsAfter = now == null ? List.<InetAddress>of() : addresses(after);
        if (hopsBefore.isEmpty() && hopsAfter.isEmpty()) {
            return;
        }
        int moved = old == null || now == null ? 0 : now.table().movedSlots(old.table());
        double share = old == null || now == null ? 0 : now.table().movedShare(old.table());
        events.add(new RouterEvent.NextHopsChanged(
                nanos, time, after.prefix(), hopsBefore, hopsAfter, now == null ? Group.NONE : now.id(), moved, share));
    }

    private static List<InetAddress> addresses(PrefixRoutes routes) {
        return routes.selected().map(route -> route.nextHops().addresses()).orElse(List.of());
    }
}

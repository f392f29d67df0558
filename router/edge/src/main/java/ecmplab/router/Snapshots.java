package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.packet.MacAddress;
import ecmplab.router.ecmp.BucketTable;
import ecmplab.router.ecmp.Group;
import ecmplab.router.ecmp.GroupUse;
import ecmplab.router.ecmp.Member;
import ecmplab.router.forward.Forwarder;
import ecmplab.router.forward.ForwardingTable;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.stream.IntStream;

/** Answers questions from what is published, without a lock. */
final class Snapshots {
    private final RouterConfig config;
    private final ConcurrentNavigableMap<Prefix, PrefixRoutes> routes;
    private final Forwarder forwarder;

    Snapshots(RouterConfig config, ConcurrentNavigableMap<Prefix, PrefixRoutes> routes, Forwarder forwarder) {
        this.config = config;
        this.routes = routes;
        this.forwarder = forwarder;
    }

    List<RouteSnapshot> routes(Instant time) {
        return routes.values().stream()
                .flatMap(all -> routes(all, time).stream())
                .toList();
    }

    List<RouteSnapshot> routes(Prefix prefix, Instant time) {
        var all = routes.get(prefix);
        return all == null ? List.of() : routes(all, time);
    }

    private static List<RouteSnapshot> routes(PrefixRoutes all, Instant time) {
        var selected = all.selected();
        var snapshots = new ArrayList<RouteSnapshot>();
        for (var route : all.routes()) {
            if (route.protocol() == RouteProtocol.BROADCAST) {
                continue;
            }
            boolean best = selected.filter(route::equals).isPresent();
            snapshots.add(new RouteSnapshot(
                    all.prefix(),
                    route.protocol(),
                    route.protocol().distance(),
                    best,
                    best && all.installed() != 0,
                    Duration.between(route.since(), time),
                    route.nextHops().vias().stream()
                            .map(via -> new RouteSnapshot.Via(
                                    via.address(), via.interfaceName(), via.active(), via.weight(), via.peer()))
                            .toList()));
        }
        return snapshots;
    }

    List<EcmpSnapshot> groups(long nanos) {
        var table = forwarder.table();
        var users = users();
        var snapshots = new ArrayList<EcmpSnapshot>();
        for (int id = ForwardingTable.FIRST_GROUP; id < table.groupLimit(); id++) {
            var group = table.group(id);
            if (group != null && !isConnected(table, group)) {
                snapshots.add(group(table, group, users.getOrDefault(id, List.of()), nanos));
            }
        }
        return snapshots;
    }

    Optional<EcmpSnapshot> group(Prefix prefix, long nanos) {
        var table = forwarder.table();
        var route = routes.get(prefix);
        var group = route == null ? null : table.group(route.installed());
        return group == null
                ? Optional.empty()
                : Optional.of(group(table, group, users().getOrDefault(group.id(), List.of()), nanos));
    }

    private Map<Integer, List<Prefix>> users() {
        Map<Integer, List<Prefix>> users = new HashMap<>();
        for (var route : routes.values()) {
            if (route.installed() >= ForwardingTable.FIRST_GROUP) {
                users.computeIfAbsent(route.installed(), any -> new ArrayList<>())
                        .add(route.prefix());
            }
        }
        return users;
    }

    private static boolean isConnected(ForwardingTable table, Group group) {
        return table.nextHop(group.members().getFirst().nextHop()).onLink();
    }

    private EcmpSnapshot group(ForwardingTable table, Group group, List<Prefix> users, long nanos) {
        var buckets = group.table();
        var places = new HashMap<Integer, Integer>();
        group.members().forEach(member -> places.put(member.nextHop(), places.size()));
        var owners = IntStream.range(0, buckets.slots())
                .mapToObj(bucket -> places.get(buckets.nextHop(bucket)))
                .toList();
        return new EcmpSnapshot(
                group.id(),
                buckets.mode(),
                users.subList(0, Math.min(users.size(), EcmpSnapshot.MAX_PREFIXES)),
                users.size(),
                buckets.slots(),
                group.members().stream()
                        .map(member -> member(table, group, member, nanos))
                        .toList(),
                owners,
                Duration.ofNanos(nanos - group.changedNanos()),
                group.lastMoved(),
                group.totalMoved(),
                group.unbalancedSince().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                Duration.ofNanos(nanos - group.unbalancedSince().getAsLong())));
    }

    private EcmpSnapshot.MemberSnapshot member(ForwardingTable table, Group group, Member member, long nanos) {
        var nextHop = table.nextHop(member.nextHop());
        long idle = config.ecmp().idle().toNanos();
        int active = 0;
        for (int bucket = 0; bucket < group.table().slots(); bucket++) {
            long used = group.use().lastUsed(bucket);
            boolean busy = used != GroupUse.NEVER && nanos - used < idle;
            active += busy && group.table().nextHop(bucket) == member.nextHop() ? 1 : 0;
        }
        return new EcmpSnapshot.MemberSnapshot(
                nextHop.onLink() ? Optional.empty() : Optional.of(nextHop.address()),
                config.interfaces().get(nextHop.link()).name(),
                member.weight(),
                group.table().slotsOf(member.nextHop()),
                active);
    }

    List<NeighborSnapshot> neighbors(long nanos) {
        var snapshots = new ArrayList<NeighborSnapshot>();
        for (int link = 0; link < config.interfaces().size(); link++) {
            var name = config.interfaces().get(link).name();
            forwarder.neighbors(link, nanos).forEach(one -> snapshots.add(new NeighborSnapshot(name, one)));
        }
        return snapshots;
    }

    /** The longest match whose group keeps a member: a prefix without would be withdrawn. */
    Explanation explain(FlowKey flow, Optional<InetAddress> without, long nanos) {
        var table = forwarder.table();
        for (int length = 8 * flow.destination().getAddress().length; length >= 0; length--) {
            var prefix = Prefix.of(flow.destination(), length);
            var route = routes.get(prefix);
            if (route == null || route.installed() == 0) {
                continue;
            }
            if (route.installed() < ForwardingTable.FIRST_GROUP) {
                var by = route.selected().map(Route::protocol).orElse(RouteProtocol.STATIC);
                return by == RouteProtocol.LOCAL
                        ? new Explanation.ToKernel(flow, prefix)
                        : new Explanation.Dropped(flow, prefix, by);
            }
            var group = table.group(route.installed());
            var buckets = group == null ? Optional.<BucketTable>empty() : buckets(table, group, without);
            if (group != null && buckets.isPresent()) {
                return forwarded(flow, prefix, table, group.id(), buckets.get(), nanos);
            }
        }
        return new Explanation.NoRoute(flow);
    }

    private Optional<BucketTable> buckets(ForwardingTable table, Group group, Optional<InetAddress> without) {
        for (var member : group.members()) {
            var nextHop = table.nextHop(member.nextHop());
            if (without.isPresent() && !nextHop.onLink() && nextHop.address().equals(without.get())) {
                return group.tableWithout(member.nextHop());
            }
        }
        return Optional.of(group.table());
    }

    private Explanation forwarded(
            FlowKey flow, Prefix prefix, ForwardingTable table, int group, BucketTable buckets, long nanos) {
        long hash = forwarder.explainHash(flow);
        int bucket = buckets.slot(hash);
        var nextHop = table.nextHop(buckets.nextHop(bucket));
        var neighbor = nextHop.onLink() ? flow.destination() : nextHop.address();
        return new Explanation.Forwarded(
                flow,
                prefix,
                group,
                buckets.mode(),
                hash,
                bucket,
                buckets.slots(),
                neighbor,
                mac(nextHop.link(), neighbor, nanos),
                config.interfaces().get(nextHop.link()).name());
    }

    private Optional<MacAddress> mac(int link, InetAddress address, long nanos) {
        return forwarder.neighbors(link, nanos).stream()
                .filter(neighbor -> neighbor.address().equals(address))
                .map(neighbor -> neighbor.mac())
                .filter(Objects::nonNull)
                .findFirst();
    }
}

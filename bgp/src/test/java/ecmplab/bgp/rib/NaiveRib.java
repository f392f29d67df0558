package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute.ClusterList;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.ExtendedCommunities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.OnlyToCustomer;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttribute.OriginatorId;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** RFC 4271 section 9 and its relatives as one would write them down with records and maps, to compare the columns with. */
final class NaiveRib {
    static final Asn LOCAL_AS = Asn.of(65000);
    static final RouterId ROUTER_ID = RouterId.parse("10.0.0.254");
    static final RouterId CLUSTER_ID = RouterId.parse("10.0.0.253");

    record Key(Prefix prefix, int pathId) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = prefix.compareTo(other.prefix);
            return order != 0 ? order : Integer.compareUnsigned(pathId, other.pathId);
        }
    }

    /** A peer with what it announced. */
    static final class Neighbor {
        final PeerIdentity identity;

        @Nullable
        PeerTerms terms;

        final Map<Key, PathAttributes> routes = new TreeMap<>();
        final Set<Key> stale = new HashSet<>();
        boolean isUp;

        Neighbor(PeerIdentity identity, @Nullable PeerTerms terms) {
            this.identity = identity;
            this.terms = terms;
        }

        boolean isEbgp() {
            return identity.kind() == PeerKind.EBGP;
        }

        PeerTerms terms() {
            return Objects.requireNonNull(terms);
        }

        @Nullable
        Role role() {
            return terms == null || !isEbgp() ? null : terms.checks().role();
        }
    }

    /** A path with its attributes after import. */
    record Path(Neighbor from, int pathId, PathAttributes attributes) {
        long localPref(boolean honoursGracefulShutdown) {
            boolean leaving = honoursGracefulShutdown && has(0xFFFF_0000);
            return attributes.find(LocalPref.class).map(LocalPref::value).orElse(leaving ? 0L : 100L);
        }

        AsPath path() {
            return attributes.find(AsPath.class).orElseThrow();
        }

        long origin() {
            return attributes.find(Origin.class).orElseThrow().ordinal();
        }

        long med() {
            return attributes
                    .find(MultiExitDisc.class)
                    .map(MultiExitDisc::value)
                    .orElse(0L);
        }

        Asn firstAs() {
            return NaiveRib.firstAs(attributes);
        }

        boolean has(int community) {
            return attributes
                    .find(Communities.class)
                    .map(all -> all.values().contains(community))
                    .orElse(false);
        }

        @Nullable
        InetAddress nextHop() {
            return attributes.find(NextHop.class).map(NextHop::address).orElse(null);
        }

        RouterId originator() {
            return attributes.find(OriginatorId.class).map(OriginatorId::id).orElse(from.identity.routerId());
        }

        int clusters() {
            return attributes
                    .find(ClusterList.class)
                    .map(list -> list.clusters().size())
                    .orElse(0);
        }

        double bandwidth() {
            return attributes
                    .find(ExtendedCommunities.class)
                    .map(ExtendedCommunities::values)
                    .orElse(List.of())
                    .stream()
                    .filter(ExtendedCommunity.LinkBandwidth.class::isInstance)
                    .mapToDouble(value -> ((ExtendedCommunity.LinkBandwidth) value).octetsPerSecond())
                    .findFirst()
                    .orElse(0);
        }
    }

    final List<Neighbor> neighbors = new ArrayList<>();
    final Neighbor local;
    final Set<InetAddress> unusable = new HashSet<>();
    /** Of which families are configured alike. */
    RibConfig config;

    NaiveRib(Neighbor local, RibConfig config) {
        this.local = local;
        this.config = config;
    }

    static Asn firstAs(PathAttributes attributes) {
        var segments = attributes.find(AsPath.class).orElseThrow().segments();
        return segments.isEmpty() ? new Asn(0) : segments.getFirst().asns().getFirst();
    }

    /** What import makes of the route; null when it does not let it in. */
    @Nullable
    PathAttributes imported(Neighbor from, Prefix prefix, PathAttributes route) {
        var terms = from.terms();
        var path = route.find(AsPath.class).orElseThrow();
        long ownAs = path.segments().stream()
                .flatMap(segment -> segment.asns().stream())
                .filter(LOCAL_AS::equals)
                .count();
        var otc = route.find(OnlyToCustomer.class).map(OnlyToCustomer::asn).orElse(null);
        var role = from.role();
        boolean wrongFirst = terms.checks().enforceFirstAs() && !firstAs(route).equals(from.identity.asn());
        boolean fromBelow = role == Role.PROVIDER || role == Role.ROUTE_SERVER;
        boolean leaked = role == Role.PEER && !from.identity.asn().equals(otc);
        boolean looped = route.find(OriginatorId.class)
                        .map(OriginatorId::id)
                        .filter(ROUTER_ID::equals)
                        .isPresent()
                || route.find(ClusterList.class)
                        .filter(list -> list.clusters().contains(config.clusterId()))
                        .isPresent();
        boolean refused = from.isEbgp() ? wrongFirst || (otc != null && (fromBelow || leaked)) : looped;
        if (refused || ownAs > terms.checks().allowOwnAs()) {
            return null;
        }
        var policy = terms.importPolicy();
        var context = new PolicyContext(LOCAL_AS, from.identity.address(), from.identity.asn());
        long matched = matched(policy, prefix, route, context);
        if (!policy.accepts(matched)) {
            return null;
        }
        var changed = policy.apply(matched, route, context);
        boolean otcDue =
                otc == null && (role == Role.CUSTOMER || role == Role.PEER || role == Role.ROUTE_SERVER_CLIENT);
        if (otcDue) {
            changed = changed.with(new OnlyToCustomer(from.identity.asn()));
        }
        boolean touched = otcDue || policy.changes(matched);
        boolean leaving = config.honourGracefulShutdown() && new Path(from, 0, changed).has(0xFFFF_0000);
        return touched && leaving && from.isEbgp() ? changed.without(AttributeType.LOCAL_PREF) : changed;
    }

    private static long matched(Policy policy, Prefix prefix, PathAttributes route, PolicyContext context) {
        long candidates = policy.attributeMatches(route, context);
        return policy.decide(candidates, prefix.family(), prefix.high(), prefix.low(), prefix.length());
    }

    /** All paths that take part. */
    private List<Path> candidates(Prefix prefix) {
        List<Path> paths = new ArrayList<>();
        for (var neighbor : neighbors) {
            neighbor.routes.forEach((key, route) -> {
                var attributes = key.prefix.equals(prefix) ? imported(neighbor, prefix, route) : null;
                if (attributes != null) {
                    var path = new Path(neighbor, key.pathId, attributes);
                    var hop = path.nextHop();
                    if (hop == null || !unusable.contains(hop)) {
                        paths.add(path);
                    }
                }
            });
        }
        return paths;
    }

    /** The used paths, best first. */
    List<Path> decide(Prefix prefix) {
        var own = local.routes.get(new Key(prefix, 0));
        return own != null ? List.of(new Path(local, 0, own)) : decide(candidates(prefix));
    }

    /** The best {@code most} paths. */
    List<Path> ranked(Prefix prefix, int most) {
        var left = candidates(prefix);
        var ranked = new ArrayList<Path>();
        var own = local.routes.get(new Key(prefix, 0));
        if (own != null) {
            ranked.add(new Path(local, 0, own));
        }
        while (ranked.size() < most && !left.isEmpty()) {
            var best = decide(left).getFirst();
            ranked.add(best);
            left.remove(best);
        }
        return ranked;
    }

    private List<Path> decide(List<Path> candidates) {
        var paths = lowest(candidates, path -> -path.localPref(config.honourGracefulShutdown()));
        paths = lowest(paths, path -> path.path().length());
        paths = lowest(paths, Path::origin);
        paths = paths.stream()
                .collect(Collectors.groupingBy(path -> config.alwaysCompareMed() ? new Asn(0) : path.firstAs()))
                .values()
                .stream()
                .flatMap(group -> lowest(group, Path::med).stream())
                .toList();
        paths = lowest(paths, path -> path.from.isEbgp() ? 0 : 1);
        paths = paths.stream()
                .sorted(Comparator.comparing(Path::originator)
                        .thenComparingInt(Path::clusters)
                        .thenComparing(path -> Prefix.host(path.from.identity.address()))
                        .thenComparing(Path::pathId, Integer::compareUnsigned))
                .toList();
        if (paths.isEmpty()) {
            return paths;
        }
        var best = paths.getFirst();
        var multipath = config.multipath(AddressFamily.IPV4_UNICAST);
        return paths.stream()
                .filter(path -> path.equals(best)
                        || multipath.asPathRelax()
                        || path.firstAs().equals(best.firstAs()))
                .limit(best.from.isEbgp() ? multipath.ebgp() : multipath.ibgp())
                .toList();
    }

    List<ecmplab.bgp.rib.NextHop> nextHops(List<Path> used) {
        var hops = new ArrayList<ecmplab.bgp.rib.NextHop>();
        var weights = weights(used);
        for (int i = 0; i < used.size(); i++) {
            var path = used.get(i);
            var hop = path.nextHop();
            if (path.from != local
                    && hop != null
                    && hops.stream().noneMatch(other -> other.address().equals(hop))) {
                hops.add(new ecmplab.bgp.rib.NextHop(hop, path.from.identity.address(), weights.get(i)));
            }
        }
        return hops;
    }

    private static List<Long> weights(List<Path> used) {
        if (used.size() < 2 || used.stream().anyMatch(path -> path.bandwidth() <= 0)) {
            return used.stream().map(path -> 1L).toList();
        }
        double most = used.stream().mapToDouble(Path::bandwidth).max().orElseThrow();
        var scaled = used.stream()
                .map(path -> Math.max(1, Math.round(path.bandwidth() / most * 65_520)))
                .toList();
        long divisor = scaled.stream()
                .map(BigInteger::valueOf)
                .reduce(BigInteger.ZERO, BigInteger::gcd)
                .longValueExact();
        return scaled.stream().map(weight -> weight / divisor).toList();
    }

    /** What the receiver should have in the end: by prefix, a path or several in any order. */
    Map<Prefix, List<PathAttributes>> announcedTo(Neighbor receiver, Set<Prefix> prefixes) {
        var told = new TreeMap<Prefix, List<PathAttributes>>();
        for (var prefix : prefixes) {
            if (receiver.terms().families().contains(prefix.family())) {
                int most = receiver.terms().addPathSend().getOrDefault(prefix.family(), 1);
                var forms = ranked(prefix, most).stream()
                        .map(path -> exported(path, receiver, prefix))
                        .filter(form -> form != null)
                        .sorted(Comparator.comparing(PathAttributes::toString))
                        .toList();
                if (!forms.isEmpty()) {
                    told.put(prefix, forms);
                }
            }
        }
        return told;
    }

    private @Nullable PathAttributes exported(Path path, Neighbor receiver, Prefix prefix) {
        if (path.from == receiver || !mayPass(path, receiver)) {
            return null;
        }
        var policy = receiver.terms().exportPolicy();
        var context = new PolicyContext(LOCAL_AS, receiver.identity.address(), receiver.identity.asn());
        long matched = matched(policy, prefix, path.attributes, context);
        if (!policy.accepts(matched)) {
            return null;
        }
        var changed = policy.apply(matched, path.attributes, context);
        boolean hopSet = policy.changes(matched, AttributeType.NEXT_HOP);
        boolean medSet = policy.changes(matched, AttributeType.MULTI_EXIT_DISC);
        boolean communitiesSet = policy.changes(matched, AttributeType.EXTENDED_COMMUNITIES);
        var self = receiver.terms().nextHops().get(prefix.family());
        if (isSelf(path, changed, hopSet, receiver, prefix.family())) {
            if (self == null) {
                return null;
            }
            changed = changed.with(new NextHop(self));
        }
        long preference = new Path(path.from, 0, changed).localPref(config.honourGracefulShutdown());
        return receiver.isEbgp()
                ? toAnotherAs(path, changed, receiver, medSet, communitiesSet)
                : withinAs(path, changed.with(new LocalPref((int) preference)));
    }

    private boolean mayPass(Path path, Neighbor receiver) {
        if (path.has(0xFFFF_FF02)) {
            return false;
        }
        if (!receiver.isEbgp()) {
            boolean bothInternal = path.from.identity.kind() == PeerKind.IBGP;
            return !bothInternal
                    || receiver.terms().reflectorClient()
                    || path.from.terms().reflectorClient();
        }
        var role = receiver.role();
        boolean up = role == Role.CUSTOMER || role == Role.PEER || role == Role.ROUTE_SERVER_CLIENT;
        boolean otc = path.attributes.find(OnlyToCustomer.class).isPresent();
        return !path.has(0xFFFF_FF01) && !path.has(0xFFFF_FF03) && !(otc && up);
    }

    private boolean isSelf(Path path, PathAttributes changed, boolean hopSet, Neighbor receiver, AddressFamily family) {
        var hop = changed.find(NextHop.class).map(NextHop::address).orElse(null);
        if (hop == null || hop.isLoopbackAddress()) {
            return true;
        }
        boolean wide = hop.getAddress().length == 16;
        boolean extended = receiver.terms().extendedNextHop().contains(family);
        if (wide != (family == AddressFamily.IPV6_UNICAST) && !(wide && extended)) {
            return true;
        }
        var terms = receiver.terms();
        if (hopSet || path.from == local) {
            return isOfGroup(hop, receiver, family);
        }
        if (receiver.isEbgp()) {
            var subnet = terms.sharedSubnet();
            boolean thirdParty = !terms.nextHopSelf() && subnet != null && subnet.contains(Prefix.host(hop));
            return !thirdParty || isOfGroup(hop, receiver, family);
        }
        return terms.nextHopSelf() && path.from.isEbgp();
    }

    /** Whether the address is that of a peer that is told the same as the receiver. */
    private boolean isOfGroup(InetAddress hop, Neighbor receiver, AddressFamily family) {
        return neighbors.stream()
                .filter(other -> other.isUp && other.identity.kind() == receiver.identity.kind())
                .filter(other -> other.terms().families().contains(family))
                .filter(other -> group(other, family).equals(group(receiver, family)))
                .anyMatch(other -> other.identity.address().equals(hop));
    }

    private static List<Object> group(Neighbor neighbor, AddressFamily family) {
        var terms = neighbor.terms();
        return List.of(
                terms.exportPolicy(),
                terms.reflectorClient(),
                terms.nextHopSelf(),
                String.valueOf(terms.sharedSubnet()),
                terms.addPathSend().getOrDefault(family, 0),
                terms.extendedNextHop().contains(family),
                terms.nextHops(),
                String.valueOf(neighbor.role()));
    }

    private PathAttributes withinAs(Path path, PathAttributes attributes) {
        if (path.from.identity.kind() != PeerKind.IBGP) {
            return attributes;
        }
        var clusters = new ArrayList<>(List.of(config.clusterId()));
        clusters.addAll(
                attributes.find(ClusterList.class).map(ClusterList::clusters).orElse(List.of()));
        return attributes.with(new OriginatorId(path.originator())).with(new ClusterList(clusters));
    }

    private PathAttributes toAnotherAs(
            Path path, PathAttributes attributes, Neighbor receiver, boolean medSet, boolean communitiesSet) {
        var changed = attributes
                .with(attributes.find(AsPath.class).orElseThrow().prepend(LOCAL_AS, 1))
                .without(AttributeType.LOCAL_PREF)
                .without(AttributeType.ORIGINATOR_ID)
                .without(AttributeType.CLUSTER_LIST);
        if (path.from != local && !medSet) {
            changed = changed.without(AttributeType.MULTI_EXIT_DISC);
        }
        if (path.from != local && !communitiesSet) {
            var kept =
                    attributes
                            .find(ExtendedCommunities.class)
                            .map(ExtendedCommunities::values)
                            .orElse(List.of())
                            .stream()
                            .filter(value -> (value.bits() >>> 56 & 0x40) == 0)
                            .toList();
            changed = kept.isEmpty()
                    ? changed.without(AttributeType.EXTENDED_COMMUNITIES)
                    : changed.with(new ExtendedCommunities(kept));
        }
        var role = receiver.role();
        boolean otcDue = role != null
                && EnumSet.of(Role.PROVIDER, Role.PEER, Role.ROUTE_SERVER).contains(role);
        return otcDue && changed.find(OnlyToCustomer.class).isEmpty()
                ? changed.with(new OnlyToCustomer(LOCAL_AS))
                : changed;
    }

    private static List<Path> lowest(List<Path> paths, ToLongFunction<Path> measure) {
        long lowest = paths.stream().mapToLong(measure).min().orElse(0);
        return paths.stream()
                .filter(path -> measure.applyAsLong(path) == lowest)
                .toList();
    }
}

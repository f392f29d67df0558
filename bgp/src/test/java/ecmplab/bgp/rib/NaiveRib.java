package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** RFC 4271 section 9 as one would write it down with records and maps, to compare the columns with. */
final class NaiveRib {
    static final Asn LOCAL_AS = Asn.of(65000);

    /** A peer with what it announced. */
    static final class Neighbor {
        final PeerIdentity identity;
        final Policy importPolicy;
        final Map<Prefix, PathAttributes> routes = new TreeMap<>();

        Neighbor(PeerIdentity identity, Policy importPolicy) {
            this.identity = identity;
            this.importPolicy = importPolicy;
        }

        boolean isEbgp() {
            return identity.kind() == PeerKind.EBGP;
        }
    }

    record Path(Neighbor from, PathAttributes attributes) {
        long localPref() {
            boolean leaving = has(0xFFFF_0000);
            return attributes.find(LocalPref.class).map(LocalPref::value).orElse(leaving ? 0L : 100L);
        }

        long length() {
            return attributes.find(AsPath.class).orElseThrow().length();
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
            var path = attributes.find(AsPath.class).orElseThrow();
            return path.segments().isEmpty()
                    ? new Asn(0)
                    : path.segments().getFirst().asns().getFirst();
        }

        boolean has(int community) {
            return attributes
                    .find(Communities.class)
                    .map(all -> all.values().contains(community))
                    .orElse(false);
        }

        InetAddress nextHop() {
            return attributes.find(NextHop.class).orElseThrow().address();
        }
    }

    final List<Neighbor> neighbors = new ArrayList<>();
    final Neighbor local;
    private final int multipath;
    private final boolean relax;

    NaiveRib(Neighbor local, int multipath, boolean relax) {
        this.local = local;
        this.multipath = multipath;
        this.relax = relax;
    }

    /** The used paths, best first. */
    List<Path> decide(Prefix prefix) {
        if (local.routes.containsKey(prefix)) {
            return List.of(new Path(local, local.routes.get(prefix)));
        }
        List<Path> paths = new ArrayList<>();
        for (var neighbor : neighbors) {
            var attributes = neighbor.routes.get(prefix);
            if (attributes != null && neighbor.importPolicy.accepts(prefix)) {
                var path = new Path(neighbor, attributes);
                boolean loop = attributes.find(AsPath.class).orElseThrow().contains(LOCAL_AS);
                if (!loop && !path.nextHop().isLoopbackAddress()) {
                    paths.add(path);
                }
            }
        }
        paths = lowest(paths, path -> -path.localPref());
        paths = lowest(paths, Path::length);
        paths = lowest(paths, Path::origin);
        paths = paths.stream().collect(Collectors.groupingBy(Path::firstAs)).values().stream()
                .flatMap(group -> lowest(group, Path::med).stream())
                .toList();
        paths = lowest(paths, path -> path.from.isEbgp() ? 0 : 1);
        paths = paths.stream()
                .sorted(Comparator.comparing((Path path) -> path.from.identity.routerId())
                        .thenComparing(path -> Prefix.host(path.from.identity.address())))
                .toList();
        if (paths.isEmpty()) {
            return paths;
        }
        var best = paths.getFirst();
        return paths.stream()
                .filter(path -> path.equals(best)
                        || (best.from.isEbgp() && (relax || path.firstAs().equals(best.firstAs()))))
                .limit(multipath)
                .toList();
    }

    List<ecmplab.bgp.rib.NextHop> nextHops(List<Path> used) {
        var hops = new ArrayList<ecmplab.bgp.rib.NextHop>();
        for (var path : used) {
            if (path.from != local
                    && hops.stream().noneMatch(hop -> hop.address().equals(path.nextHop()))) {
                hops.add(new ecmplab.bgp.rib.NextHop(path.nextHop(), path.from.identity.address(), 1));
            }
        }
        return hops;
    }

    /** What the receiver should have in the end. */
    Map<Prefix, PathAttributes> announcedTo(
            Neighbor receiver, Map<Prefix, List<Path>> decided, Policy policy, InetAddress self4, InetAddress self6) {
        var told = new TreeMap<Prefix, PathAttributes>();
        decided.forEach((prefix, used) -> {
            if (!used.isEmpty() && policy.accepts(prefix) && mayPass(used.getFirst(), receiver)) {
                var self = prefix.family().bits() == 32 ? self4 : self6;
                told.put(prefix, rewritten(used.getFirst(), receiver.isEbgp(), self, prefix));
            }
        });
        return told;
    }

    private boolean mayPass(Path best, Neighbor receiver) {
        boolean bothInternal = best.from.identity.kind() == PeerKind.IBGP && !receiver.isEbgp();
        boolean noExport = best.has(0xFFFF_FF01) || best.has(0xFFFF_FF03);
        return best.from != receiver && !bothInternal && !best.has(0xFFFF_FF02) && !(noExport && receiver.isEbgp());
    }

    private PathAttributes rewritten(Path best, boolean external, InetAddress self, Prefix prefix) {
        var attributes = best.attributes;
        if (!external) {
            attributes = attributes.with(new LocalPref((int) best.localPref()));
            boolean fits = best.from != local
                    && best.nextHop().getAddress().length * 8 == prefix.family().bits();
            return !fits ? attributes.with(new NextHop(self)) : attributes;
        }
        var path = attributes.find(AsPath.class).orElseThrow().prepend(LOCAL_AS, 1);
        attributes = attributes
                .with(path)
                .with(new NextHop(self))
                .without(AttributeType.LOCAL_PREF)
                .without(AttributeType.ORIGINATOR_ID)
                .without(AttributeType.CLUSTER_LIST);
        return best.from == local ? attributes : attributes.without(AttributeType.MULTI_EXIT_DISC);
    }

    private static List<Path> lowest(List<Path> paths, ToLongFunction<Path> measure) {
        long lowest = paths.stream().mapToLong(measure).min().orElse(0);
        return paths.stream()
                .filter(path -> measure.applyAsLong(path) == lowest)
                .toList();
    }
}

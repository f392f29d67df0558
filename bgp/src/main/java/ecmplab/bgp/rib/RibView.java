package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about a {@link Rib} with immutable records, on the RIB's thread. Tables are answered in pages, and no answer
 * takes long, however large the table is.
 */
public final class RibView {
    /** Prefix ids looked at for one page, used or not. */
    private static final int LOOKED_AT = 1 << 15;

    private final Rib rib;

    RibView(Rib rib) {
        this.rib = rib;
    }

    /** The prefix with all its paths; empty when nobody announces it. */
    public Optional<RouteView> route(Prefix prefix) {
        var table = rib.table(prefix.family());
        int id = table.prefixes.find(prefix.high(), prefix.low(), prefix.length());
        return id == PrefixTable.NONE ? Optional.empty() : Optional.ofNullable(view(table, id));
    }

    /** The longest prefix with a best path that contains the address. */
    public Optional<RouteView> longestMatch(InetAddress address) {
        var host = Prefix.host(address);
        var table = rib.table(host.family());
        int id = table.prefixes.longestMatch(host.high(), host.low(), p -> table.best(p) != LocRib.NO_BEST);
        return id == PrefixTable.NONE ? Optional.empty() : Optional.ofNullable(view(table, id));
    }

    /** Prefixes with all their paths, at most {@code limit}, from {@link RoutePage#START} or a page's {@code next} on. */
    public RoutePage<RouteView> routes(AddressFamily family, int from, int limit) {
        var table = rib.table(family);
        var routes = new ArrayList<RouteView>();
        int next = scan(from, table.prefixes.limit(), id -> {
            var view = view(table, id);
            if (view != null) {
                routes.add(view);
            }
            return routes.size() < limit;
        });
        routes.sort(Comparator.comparing(RouteView::prefix));
        return new RoutePage<>(routes, next);
    }

    /** What the peer announced, before policy. */
    public RoutePage<PeerRoute> received(Peer peer, AddressFamily family, int from, int limit) {
        var table = rib.table(family);
        var in = peer.in(family);
        var routes = new ArrayList<PeerRoute>();
        if (in == null || !peer.isUp) {
            return new RoutePage<>(routes, RoutePage.END);
        }
        int next = scan(from, table.prefixes.limit(), id -> {
            int attribute = in.received.get(id);
            if (attribute != AttributeTable.NONE) {
                routes.add(new PeerRoute(table.prefixes.prefix(id), block(attribute)));
            }
            return routes.size() < limit;
        });
        routes.sort(Comparator.comparing(PeerRoute::prefix));
        return new RoutePage<>(routes, next);
    }

    /** What the peer is told, with the attributes as it gets them. */
    public RoutePage<PeerRoute> announced(Peer peer, AddressFamily family, int from, int limit) {
        var table = rib.table(family);
        var member = peer.out.get(family);
        var routes = new ArrayList<PeerRoute>();
        if (member == null || !peer.isUp) {
            return new RoutePage<>(routes, RoutePage.END);
        }
        int next = scan(from, table.prefixes.limit(), id -> {
            int attribute = member.group.out.announcedTo(peer, id);
            if (attribute != AttributeTable.NONE) {
                var form = member.group.writer.rewrite(attribute, member.group.out.from(id));
                routes.add(new PeerRoute(table.prefixes.prefix(id), Octets.copy(form.octets(), 0, form.length())));
            }
            return routes.size() < limit;
        });
        routes.sort(Comparator.comparing(PeerRoute::prefix));
        return new RoutePage<>(routes, next);
    }

    /** By family negotiated. */
    public List<PeerCounts> counts(Peer peer) {
        var counts = new ArrayList<PeerCounts>();
        for (var in : peer.in.values()) {
            var member = peer.out.get(in.family);
            if (member != null && peer.isUp) {
                var lag = member.lag;
                counts.add(new PeerCounts(
                        in.family,
                        in.receivedCount,
                        in.acceptedCount,
                        member.group.out.announcedTo(peer),
                        lag == null ? 0 : lag.pending.size(),
                        member.group.members.size(),
                        in.endOfRib,
                        member.endOfRibSent));
            }
        }
        return List.copyOf(counts);
    }

    /** Routes received from the peer with our own AS in their path, which were not used (RFC 4271 section 9.1.2). */
    public long loops(Peer peer) {
        return peer.loops;
    }

    /** Routes of the peer not taken because the table was full. */
    public long refused(Peer peer) {
        return peer.refused;
    }

    public RibCounts counts() {
        long version = 0;
        int routes = 0;
        int prefixes = 0;
        int groups = 0;
        long tooLarge = 0;
        for (var family : AddressFamily.values()) {
            var table = rib.table(family);
            version += table.version();
            routes += table.routes();
            prefixes += table.prefixes.size();
            groups += table.groups.size();
            tooLarge += table.groups.stream().mapToLong(UpdateGroup::tooLarge).sum();
        }
        return new RibCounts(
                version,
                routes,
                prefixes,
                rib.attributes().size(),
                rib.attributes().octets(),
                rib.nextHopSets().size(),
                groups,
                tooLarge);
    }

    /** Offers ids until it is told to stop or has seen enough; returns where to go on. */
    private static int scan(int from, int limit, IntPredicate offer) {
        int end = Math.min(limit, from + LOOKED_AT);
        for (int id = from; id < end; id++) {
            if (!offer.test(id)) {
                return id + 1 < limit ? id + 1 : RoutePage.END;
            }
        }
        return end < limit ? end : RoutePage.END;
    }

    /** Null when nobody announces the prefix: its withdrawal may still be on its way out. */
    private @Nullable RouteView view(LocRib table, int id) {
        var paths = new ArrayList<PathView>();
        var reasons = table.explain(id);
        for (int i = 0; i < reasons.length; i++) {
            var in = table.ins[i];
            var reason = reasons[i];
            if (in != null && reason != null) {
                int attribute = in.received.get(id);
                long localPref = Integer.toUnsignedLong(rib.attributes().localPref(attribute));
                paths.add(new PathView(in.peer.identity, block(attribute), localPref, reason));
            }
        }
        paths.sort(Comparator.comparing(PathView::reason));
        return paths.isEmpty() ? null : new RouteView(table.prefixes.prefix(id), paths, table.nextHops(id));
    }

    private Octets block(int attribute) {
        var attributes = rib.attributes();
        return Octets.copy(attributes.octets(attribute), attributes.offset(attribute), attributes.length(attribute));
    }
}

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

    private static final Comparator<PeerRoute> BY_PREFIX =
            Comparator.comparing(PeerRoute::prefix).thenComparing(PeerRoute::pathId, Integer::compareUnsigned);

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

    /** Those of the prefixes that somebody announces, each with all its paths. */
    public List<RouteView> routes(List<Prefix> prefixes) {
        return prefixes.stream().flatMap(prefix -> route(prefix).stream()).toList();
    }

    /** What the peer announced, before policy. */
    public RoutePage<PeerRoute> received(Peer peer, AddressFamily family, int from, int limit) {
        return received(peer, family, Selection.RECEIVED, from, limit);
    }

    /** What the peer announced: all of it, or what import let in or did not. Stale routes of a peer that restarts are among it. */
    public RoutePage<PeerRoute> received(Peer peer, AddressFamily family, Selection selection, int from, int limit) {
        var table = rib.table(family);
        var in = peer.in(family);
        var routes = new ArrayList<PeerRoute>();
        if (in == null) {
            return new RoutePage<>(routes, RoutePage.END);
        }
        int next = scan(from, table.prefixes.limit(), id -> {
            addReceived(table, in, selection, id, routes);
            return routes.size() < limit;
        });
        routes.sort(BY_PREFIX);
        return new RoutePage<>(routes, next);
    }

    /** Of what the peer announced, what is for one of the prefixes; in their order. */
    public List<PeerRoute> received(Peer peer, AddressFamily family, Selection selection, List<Prefix> prefixes) {
        var in = peer.in(family);
        var routes = new ArrayList<PeerRoute>();
        if (in != null) {
            each(prefixes, (table, id) -> addReceived(table, in, selection, id, routes));
        }
        return routes;
    }

    static boolean anyReceived(AdjRibIn in, Selection selection, int id) {
        for (int i = 0; i < in.columns.size(); i++) {
            if (isAsked(in.columns.get(i).accepted.get(id), selection)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAsked(int judged, Selection selection) {
        return judged != AttributeTable.NONE
                && (selection == Selection.RECEIVED || (selection == Selection.ACCEPTED) == judged > 0);
    }

    private void addReceived(LocRib table, AdjRibIn in, Selection selection, int id, List<PeerRoute> routes) {
        for (var column : in.columns) {
            int judged = column.accepted.get(id);
            if (isAsked(judged, selection)) {
                int attribute = selection == Selection.ACCEPTED ? judged : column.received.get(id);
                routes.add(new PeerRoute(
                        table.prefixes.prefix(id),
                        column.pathId(id),
                        block(attribute),
                        judged < 0 ? Reason.ofCode(judged) : null,
                        term(in, judged),
                        column.isStale(id)));
            }
        }
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
            addAnnounced(table, member, peer, id, routes);
            return routes.size() < limit;
        });
        routes.sort(BY_PREFIX);
        return new RoutePage<>(routes, next);
    }

    /** Of what the peer is told, what is for one of the prefixes; in their order. */
    public List<PeerRoute> announced(Peer peer, AddressFamily family, List<Prefix> prefixes) {
        var member = peer.out.get(family);
        var routes = new ArrayList<PeerRoute>();
        if (member != null && peer.isUp) {
            each(prefixes, (table, id) -> addAnnounced(table, member, peer, id, routes));
        }
        return routes;
    }

    static boolean anyAnnounced(Member member, Peer peer, int id) {
        for (int place = 0; place < member.group.outs.size(); place++) {
            if (member.group.announcedTo(peer, place, id) != AttributeTable.NONE) {
                return true;
            }
        }
        return false;
    }

    private static void addAnnounced(LocRib table, Member member, Peer peer, int id, List<PeerRoute> routes) {
        var group = member.group;
        for (int place = 0; place < group.outs.size(); place++) {
            int attribute = group.announcedTo(peer, place, id);
            if (attribute != AttributeTable.NONE) {
                var form = group.writer.rewrite(attribute, group.origin(place, id));
                var block = Octets.copy(form.octets(), 0, form.length());
                routes.add(
                        new PeerRoute(table.prefixes.prefix(id), group.writer.pathId(place), block, null, null, false));
            }
        }
    }

    private interface Found {
        void at(LocRib table, int id);
    }

    private void each(List<Prefix> prefixes, Found found) {
        for (var prefix : prefixes) {
            var table = rib.table(prefix.family());
            int id = table.prefixes.find(prefix.high(), prefix.low(), prefix.length());
            if (id != PrefixTable.NONE) {
                found.at(table, id);
            }
        }
    }

    /** By family negotiated; of a peer that restarts, by family of which routes are kept. */
    public List<PeerCounts> counts(Peer peer) {
        var counts = new ArrayList<PeerCounts>();
        for (var in : peer.in.values()) {
            var member = peer.out.get(in.family);
            var lag = member == null ? null : member.lag;
            counts.add(new PeerCounts(
                    in.family,
                    in.receivedCount,
                    in.acceptedCount,
                    in.rejectedByPolicy,
                    in.staleCount,
                    member == null ? 0 : member.group.announcedTo(peer),
                    member == null ? 0 : member.group.overLimit(),
                    lag == null ? 0 : lag.pending.size(),
                    member == null ? 0 : member.group.members.size(),
                    in.endOfRib,
                    member != null && member.endOfRibSent));
        }
        return List.copyOf(counts);
    }

    /** Routes received from the peer with our own AS in their path, which were not used (RFC 4271 section 9.1.2). */
    public long loops(Peer peer) {
        return peer.loops;
    }

    /** Routes of the peer not taken: the table was full, its limit was reached, or it named too many paths to a prefix. */
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
            tooLarge += table.groups.stream()
                    .mapToLong(group -> group.rule.tooLarge())
                    .sum();
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
            var column = table.columns[i];
            var reason = reasons[i];
            if (column != null && reason != null) {
                paths.add(view(column, id, reason));
            }
        }
        paths.sort(Comparator.comparing(PathView::reason));
        return paths.isEmpty() ? null : new RouteView(table.prefixes.prefix(id), paths, table.nextHops(id));
    }

    private PathView view(PathColumn column, int id, Reason reason) {
        int attribute = column.received.get(id);
        int judged = column.accepted.get(id);
        int used = judged > 0 ? judged : attribute;
        var received = block(attribute);
        return new PathView(
                column.in.peer.identity,
                column.pathId(id),
                received,
                used == attribute ? received : block(used),
                Integer.toUnsignedLong(rib.attributes().localPref(used)),
                reason,
                term(column.in, judged),
                column.isStale(id));
    }

    /** The name of the policy's term that rejected the path. */
    private static @Nullable String term(AdjRibIn in, int judged) {
        return judged >= 0 || in.rule == null ? null : in.rule.term(judged);
    }

    private Octets block(int attribute) {
        var attributes = rib.attributes();
        return Octets.copy(attributes.octets(attribute), attributes.offset(attribute), attributes.length(attribute));
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
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
    /** Sets of attributes read for one page that is filtered by them. */
    private static final int PARSED = 2000;

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
        return routes(family, RouteFilter.ALL, from, limit);
    }

    /** Prefixes that pass the filter, with all their paths, at most {@code limit}; a page may be empty though more follow. */
    public RoutePage<RouteView> routes(AddressFamily family, RouteFilter filter, int from, int limit) {
        var table = rib.table(family);
        var routes = new ArrayList<RouteView>();
        var parsed = new Parsed(filter);
        int next = scan(from, table.prefixes.limit(), id -> {
            boolean asked = filter.contains(table.prefixes.high(id), table.prefixes.low(id), table.prefixes.length(id));
            var view = asked && parsed.passes(table, id) ? view(table, id) : null;
            if (view != null) {
                routes.add(view);
            }
            return routes.size() < limit && parsed.budget > 0;
        });
        routes.sort(Comparator.comparing(RouteView::prefix));
        return new RoutePage<>(routes, next);
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
            for (var column : in.columns) {
                int judged = column.accepted.get(id);
                boolean asked = judged != AttributeTable.NONE
                        && (selection == Selection.RECEIVED || (selection == Selection.ACCEPTED) == judged > 0);
                if (asked) {
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
            return routes.size() < limit;
        });
        routes.sort(BY_PREFIX);
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
        var group = member.group;
        int next = scan(from, table.prefixes.limit(), id -> {
            for (int place = 0; place < group.outs.size(); place++) {
                int attribute = group.announcedTo(peer, place, id);
                if (attribute != AttributeTable.NONE) {
                    var form = group.writer.rewrite(attribute, group.origin(place, id));
                    var block = Octets.copy(form.octets(), 0, form.length());
                    routes.add(new PeerRoute(
                            table.prefixes.prefix(id), group.writer.pathId(place), block, null, null, false));
                }
            }
            return routes.size() < limit;
        });
        routes.sort(BY_PREFIX);
        return new RoutePage<>(routes, next);
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

    /** Asks the filter about attributes, within a budget for one page. */
    private final class Parsed {
        private final RouteFilter filter;
        private int budget = PARSED;
        private int last = AttributeTable.NONE;
        private boolean lastPasses;

        Parsed(RouteFilter filter) {
            this.filter = filter;
        }

        boolean passes(LocRib table, int id) {
            var wanted = filter.attributes();
            if (wanted == null) {
                return true;
            }
            for (var column : table.columns) {
                int attribute = column == null ? AttributeTable.NONE : column.usable(id);
                if (attribute != AttributeTable.NONE && attribute != last) {
                    last = attribute;
                    lastPasses =
                            wanted.test(PathAttributes.parse(block(attribute).toArray()));
                    budget--;
                }
                if (attribute != AttributeTable.NONE && lastPasses) {
                    return true;
                }
            }
            return false;
        }
    }
}

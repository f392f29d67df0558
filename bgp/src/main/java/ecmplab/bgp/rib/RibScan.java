package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds, piece by piece on the RIB's thread, the lowest prefixes of what is asked for: a table is shown in order though its ids have
 * none. Between pieces sessions go on; a piece takes a moment, however large the table is.
 */
public final class RibScan {
    /** Prefixes that one scan keeps at most: a table with more is scanned again for the following ones. */
    public static final int MOST = 1 << 16;

    /** Prefix ids looked at in a piece, used or not. */
    private static final int LOOKED_AT = 1 << 15;
    /** Prefixes put in order in a piece. */
    private static final int PLACED = 1 << 12;
    /** Sets of attributes read in a piece. */
    private static final int PARSED = 2000;

    private final AddressFamily family;
    private final LowestPrefixes lowest;
    private int from;

    /**
     * @param most prefixes to be found, no more than {@link #MOST}
     * @param above those above this one; null for all
     */
    public RibScan(AddressFamily family, int most, @Nullable Prefix above) {
        this.family = family;
        lowest = new LowestPrefixes(family, Math.min(most, MOST), above);
    }

    /** Looks at a piece of the prefixes that somebody announces. @return whether that was the last */
    public boolean table(Rib rib, RouteFilter filter) {
        var table = rib.table(family);
        var wanted = new Wanted(rib.attributes(), table, filter);
        return piece(table, wanted, () -> wanted.budget > 0);
    }

    /** Looks at a piece of what the peer announced. @return whether that was the last */
    public boolean received(Rib rib, Peer peer, Selection selection) {
        var in = peer.in(family);
        return in == null || piece(rib.table(family), id -> RibView.anyReceived(in, selection, id), () -> true);
    }

    /** Looks at a piece of what the peer is told. @return whether that was the last */
    public boolean announced(Rib rib, Peer peer) {
        var member = peer.out.get(family);
        return member == null
                || !peer.isUp
                || piece(rib.table(family), id -> RibView.anyAnnounced(member, peer, id), () -> true);
    }

    /** What was found, lowest first; asked once, after the last piece. */
    public Found found() {
        lowest.order();
        return new Found(lowest);
    }

    /** Prefixes in order. */
    public static final class Found {
        private final LowestPrefixes prefixes;

        private Found(LowestPrefixes prefixes) {
            this.prefixes = prefixes;
        }

        public int size() {
            return prefixes.size();
        }

        public Prefix get(int place) {
            return prefixes.get(place);
        }

        /** Whether there are more above the last one. */
        public boolean isCut() {
            return prefixes.isCut();
        }
    }

    private interface Budget {
        boolean isLeft();
    }

    private boolean piece(LocRib table, IntPredicate wanted, Budget budget) {
        var prefixes = table.prefixes;
        int limit = prefixes.limit();
        int end = Math.min(limit, from + LOOKED_AT);
        int places = PLACED;
        for (; from < end && places > 0 && budget.isLeft(); from++) {
            if (wanted.test(from) && lowest.offer(prefixes.high(from), prefixes.low(from), prefixes.length(from))) {
                places--;
            }
        }
        return from >= limit;
    }

    /** Prefixes that pass a filter. */
    private static final class Wanted implements IntPredicate {
        private final AttributeTable attributes;
        private final LocRib table;
        private final RouteFilter filter;
        private int budget = PARSED;
        private int last = AttributeTable.NONE;
        private boolean lastPasses;

        Wanted(AttributeTable attributes, LocRib table, RouteFilter filter) {
            this.attributes = attributes;
            this.table = table;
            this.filter = filter;
        }

        @Override
        public boolean test(int id) {
            var prefixes = table.prefixes;
            if (filter.within() != null && !filter.contains(prefixes.high(id), prefixes.low(id), prefixes.length(id))) {
                return false;
            }
            for (var column : table.columns) {
                if (column != null && passes(column, id)) {
                    return true;
                }
            }
            return false;
        }

        private boolean passes(PathColumn column, int id) {
            var wanted = filter.attributes();
            if (wanted == null) {
                return column.received.get(id) != AttributeTable.NONE;
            }
            int attribute = column.usable(id);
            if (attribute != AttributeTable.NONE && attribute != last) {
                last = attribute;
                lastPasses = wanted.test(PathAttributes.parse(Octets.copy(
                                attributes.octets(attribute),
                                attributes.offset(attribute),
                                attributes.length(attribute))
                        .toArray()));
                budget--;
            }
            return attribute != AttributeTable.NONE && lastPasses;
        }
    }
}

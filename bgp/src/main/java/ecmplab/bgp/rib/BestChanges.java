package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Octets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the best paths of one table were before this pass, where they are others now; kept only while somebody follows. Of a pass that
 * changes very much, the first {@value #MOST} prefixes.
 */
final class BestChanges {
    static final int MOST = 1 << 13;

    /** A prefix whose best path changed, and the attributes, which we hold a reference to. */
    private record Noted(int prefix, @Nullable Peer peer, int attribute, List<NextHop> nextHops) {}

    private final LocRib table;
    private final AttributeTable attributes;
    private final IdSet prefixes = new IdSet();
    private final List<Noted> noted = new ArrayList<>();
    private long lost;

    /** The block copied last: neighbouring changes mostly have the same. */
    private int lastAttribute = AttributeTable.NONE;

    private Octets lastBlock = Octets.NONE;

    BestChanges(LocRib table, AttributeTable attributes) {
        this.table = table;
        this.attributes = attributes;
    }

    /**
     * The prefix's best path or set of next hops changes. The first time in a pass counts.
     *
     * @param peer of the path that was best until now; null when none was
     * @param attribute it competed with
     */
    void note(int prefix, @Nullable Peer peer, int attribute, List<NextHop> nextHops) {
        if (prefixes.contains(prefix)) {
            return;
        }
        if (noted.size() == MOST) {
            lost++;
            return;
        }
        prefixes.add(prefix);
        attributes.retain(attribute);
        noted.add(new Noted(prefix, peer, attribute, nextHops));
    }

    boolean refersTo(int prefix) {
        return prefixes.contains(prefix);
    }

    /** Changes for which there was no place, since this was asked last; a prefix may count several times. */
    long takeLost() {
        long count = lost;
        lost = 0;
        return count;
    }

    /** Moves what was noted to {@code into}, but for what is as it was; with null all is forgotten. */
    void drain(@Nullable List<BestChange> into) {
        for (var each : noted) {
            if (into != null && isOther(each)) {
                into.add(told(each));
            }
            prefixes.remove(each.prefix);
            attributes.release(each.attribute);
            table.release(each.prefix);
        }
        noted.clear();
        lastAttribute = AttributeTable.NONE;
    }

    private boolean isOther(Noted each) {
        var best = best(each.prefix);
        boolean isSame = best == null
                ? each.peer == null
                : best.in.peer.equals(each.peer) && best.usable(each.prefix) == each.attribute;
        return !isSame || !each.nextHops.equals(table.nextHops(each.prefix));
    }

    private @Nullable PathColumn best(int prefix) {
        int index = table.best(prefix);
        return index == LocRib.NO_BEST ? null : table.column(index);
    }

    private BestChange told(Noted each) {
        var reasons = table.explain(each.prefix);
        var best = best(each.prefix);
        var before = each.peer == null ? null : new BestChange.Path(each.peer.identity, block(each.attribute));
        var now = best == null ? null : new BestChange.Path(best.in.peer.identity, block(best.usable(each.prefix)));
        var of = successor(each);
        var reason = of == null ? null : reasons[of.index];
        return new BestChange(
                table.prefixes.prefix(each.prefix),
                before,
                now,
                fate(each, of, reason),
                reason == null || reason.isUsed() ? null : reason,
                best == null ? null : runnerUp(reasons),
                table.nextHops(each.prefix));
    }

    /** Where the path that was best is, or what its peer announces instead; null when there is neither. */
    private @Nullable PathColumn successor(Noted each) {
        PathColumn found = null;
        for (var column : table.columns) {
            if (column != null
                    && column.in.peer.equals(each.peer)
                    && column.received.get(each.prefix) != AttributeTable.NONE) {
                if (column.usable(each.prefix) == each.attribute) {
                    return column;
                }
                found = column;
            }
        }
        return found;
    }

    private static BestChange.Fate fate(Noted each, @Nullable PathColumn of, @Nullable Reason reason) {
        if (each.peer == null) {
            return BestChange.Fate.NONE;
        }
        if (of == null) {
            return each.peer.isUp ? BestChange.Fate.WITHDRAWN : BestChange.Fate.PEER_DOWN;
        }
        if (of.usable(each.prefix) != each.attribute) {
            return BestChange.Fate.REPLACED;
        }
        return reason == Reason.BEST ? BestChange.Fate.BEST : BestChange.Fate.LOST;
    }

    private BestChange.@Nullable RunnerUp runnerUp(@Nullable Reason[] reasons) {
        BestChange.RunnerUp found = null;
        for (int i = 0; i < reasons.length; i++) {
            var reason = reasons[i];
            if (reason != null
                    && reason.isValid()
                    && reason != Reason.BEST
                    && (found == null || reason.compareTo(found.reason()) > 0)) {
                found = new BestChange.RunnerUp(table.column(i).in.peer.identity, reason);
            }
        }
        return found;
    }

    private Octets block(int attribute) {
        if (attribute != lastAttribute) {
            lastAttribute = attribute;
            lastBlock = Octets.copy(
                    attributes.octets(attribute), attributes.offset(attribute), attributes.length(attribute));
        }
        return lastBlock;
    }
}

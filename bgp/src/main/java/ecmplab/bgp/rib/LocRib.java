package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one family: who announces what, which path is best, which next hops are used, and what of that changed since the last
 * pass. A prefix keeps its id while anything refers to it, a received route, an announced one, a pending change, and for some time after
 * that: see {@link UnusedPrefixes}.
 */
final class LocRib {
    static final int NO_BEST = -1;

    final PrefixTable prefixes;
    final List<UpdateGroup> groups = new ArrayList<>();
    /** Those of {@link #groups} that changes matter to. */
    private UpdateGroup[] told = {};
    /** By column index; column {@link Peer#LOCAL_INDEX} has our own routes. */
    @Nullable
    PathColumn[] columns = new PathColumn[0];

    /** Told when a peer announces as many routes as its limit warns of, and with {@code exceeded} when it announces too many. */
    @FunctionalInterface
    interface Limits {
        void reached(AdjRibIn in, boolean exceeded);
    }

    /** Paths of one peer to a prefix; further ones are refused and counted. */
    static final int MOST_PATHS = 64;

    private static final int UNUSED_AT_ONCE = 1 << 10;
    private static final int MOST_RIVALS = 1024;

    private final Limits limits;
    private final AttributeTable attributes;
    private final NextHopSets nextHopSets;
    private Decision decision;
    private final UnusedPrefixes unused;
    /** Column index plus one. */
    private final IntColumn best = new IntColumn();
    /** Null while nobody listens. */
    private @Nullable NextHopWatch nextHops;

    /** What the best paths were; null while nobody follows. */
    private @Nullable BestChanges bestChanges;
    /** What the path competed with that is decided about. */
    private int replaced;

    /** Some prefixes whose rows were read, then the attributes of their best paths. */
    private final int[] rival = new int[MOST_RIVALS];

    private int rivals;

    private int routes;
    private long version;
    /** Whether a group is told more paths than the best. */
    private boolean anyAddPath;

    LocRib(AddressFamily family, RibConfig config, AttributeTable attributes, NextHopSets nextHopSets, Limits limits) {
        this.limits = limits;
        prefixes = new PrefixTable(family, config.maximumPrefixes(), config.hashSeed());
        this.attributes = attributes;
        this.nextHopSets = nextHopSets;
        decision = new Decision(attributes, config.multipath(family), config.alwaysCompareMed());
        unused = new UnusedPrefixes(prefixes, this::isUsed);
    }

    /** Goes on with other settings; nothing is decided again by them yet. */
    void configure(RibConfig config) {
        prefixes.limit(config.maximumPrefixes());
        decision = new Decision(attributes, config.multipath(family()), config.alwaysCompareMed());
    }

    AddressFamily family() {
        return prefixes.family();
    }

    /** Prefixes with a best path. */
    int routes() {
        return routes;
    }

    /** Grows with every change of a best path. */
    long version() {
        return version;
    }

    /** Index of the column with the best path, or {@link #NO_BEST}. */
    int best(int prefix) {
        return best.get(prefix) - 1;
    }

    PathColumn column(int index) {
        return Objects.requireNonNull(columns[index]);
    }

    /** The lowest prefix id from {@code from} on that has a best path, or -1. */
    int nextWithBest(int from) {
        for (int p = best.skipUnwritten(from); p < best.limit(); p = best.skipUnwritten(p + 1)) {
            if (best.get(p) != 0) {
                return p;
            }
        }
        return -1;
    }

    /** The prefix's multipath set, best first; empty when it is our own or there is none. */
    List<NextHop> nextHops(int prefix) {
        if (nextHops != null) {
            return nextHops.nextHops(prefix);
        }
        int set = chosenSet(decision.select(columns, prefix, null), prefix);
        var hops = nextHopSets.get(set);
        nextHopSets.release(set);
        return hops;
    }

    /** The next hops of the columns that were chosen last, held for the caller. */
    private int chosenSet(int count, int prefix) {
        boolean forwarded = count > 0 && decision.chosen[0] != Peer.LOCAL_INDEX;
        return forwarded ? nextHopSets.intern(columns, decision.chosen, count, prefix) : NextHopSets.NONE;
    }

    /** Something no longer refers to the prefix. */
    void release(int prefix) {
        if (best.get(prefix) == 0) {
            unused.suspect(prefix);
        }
    }

    /** Forgets prefixes that nothing refers to, some at a time. Returns whether more are to be looked at. */
    boolean removeUnused() {
        return unused.remove(UNUSED_AT_ONCE);
    }

    /** Before so many prefixes are looked up. Ids of prefixes that nothing refers to may not be kept across this. */
    void makeRoom(int count) {
        unused.makeRoom(count);
    }

    private boolean isUsed(int prefix) {
        for (var column : columns) {
            if (column != null && column.received.get(prefix) != AttributeTable.NONE) {
                return true;
            }
        }
        for (var group : groups) {
            if (group.refersTo(prefix)) {
                return true;
            }
        }
        return (nextHops != null && nextHops.refersTo(prefix)) || (bestChanges != null && bestChanges.refersTo(prefix));
    }

    void add(UpdateGroup group) {
        groups.add(group);
        listGroups();
    }

    void remove(UpdateGroup group) {
        groups.remove(group);
        listGroups();
    }

    private void listGroups() {
        anyAddPath = groups.stream().anyMatch(group -> group.key.addPath() > 0);
        told = groups.stream().filter(group -> !group.tellsNothing()).toArray(UpdateGroup[]::new);
    }

    /** Another column for the peer's routes. */
    PathColumn addColumn(AdjRibIn in) {
        int index = 0;
        while (index < columns.length && columns[index] != null) {
            index++;
        }
        if (index == columns.length) {
            columns = Arrays.copyOf(columns, index + 1);
        }
        var column = new PathColumn(in, index, in.hasPathIds);
        columns[index] = column;
        in.columns.add(column);
        return column;
    }

    /** Sweeps the columns: all routes of the peer are gone. */
    void remove(AdjRibIn in) {
        for (var column : in.columns) {
            for (int p = column.next(0); p >= 0; p = column.next(p + 1)) {
                update(column, p, AttributeTable.NONE);
            }
            columns[column.index] = null;
        }
        in.columns.clear();
        in.forget();
    }

    /**
     * Reads the rows of prefixes that the peer is about to change, and decides nothing by it: see {@link PrefixTable#touch}. Ids one after
     * the other are mostly in the same lines of the cache, of which one is enough.
     */
    int touch(AdjRibIn in, int[] ids, int from, int to) {
        var column = in.columns.isEmpty() ? null : in.columns.getFirst();
        boolean isJudged = in.rule != null && in.rule.dependsOnPrefix();
        int seen = 0;
        int line = -1;
        for (int i = from; i < to; i++) {
            int prefix = ids[i];
            if (prefix != PrefixTable.NONE && IntColumn.line(prefix) != line && column != null) {
                line = IntColumn.line(prefix);
                seen += column.received.get(prefix) + column.accepted.get(prefix) + best.get(prefix);
                if (isJudged) {
                    seen += (int) (prefixes.high(prefix) >>> 32) + prefixes.length(prefix);
                }
                if (rivals < rival.length) {
                    rival[rivals++] = prefix;
                }
            }
        }
        return seen;
    }

    /** Reads the rows of prefixes that are about to be told, and the prefixes themselves. */
    long touchBest(int[] some, int count) {
        long seen = 0;
        int line = -1;
        for (int i = 0; i < count; i++) {
            if (IntColumn.line(some[i]) != line) {
                line = IntColumn.line(some[i]);
                seen += best.get(some[i]) + prefixes.high(some[i]) + prefixes.length(some[i]);
            }
        }
        return seen;
    }

    /** Reads the paths that those will compete with whose rows were read since the last call, first where they are and then how they rank. */
    long touchRivals() {
        for (int i = 0; i < rivals; i++) {
            int index = best(rival[i]);
            rival[i] = index == NO_BEST ? AttributeTable.NONE : column(index).usable(rival[i]);
        }
        long seen = 0;
        for (int i = 0; i < rivals; i++) {
            seen += attributes.touch(rival[i]);
        }
        rivals = 0;
        return seen;
    }

    /** The peer announces the prefixes with these ids, {@link PrefixTable#NONE} for one that the table had no room for. */
    void reach(AdjRibIn in, int[] ids, int from, int to, int attribute) {
        var column = in.columns.getFirst();
        if (bestChanges != null || nextHops != null || column.stale != null) {
            for (int i = from; i < to; i++) {
                reach(in, ids[i], 0, attribute);
            }
            return;
        }
        int taken = 0;
        int judged = AttributeTable.NONE;
        int alike = 0;
        long rank = AttributeTable.INELIGIBLE;
        for (int i = from; i < to; i++) {
            int prefix = ids[i];
            boolean isNew = prefix != PrefixTable.NONE && column.received.get(prefix) == AttributeTable.NONE;
            int now = isNew ? in.judge(attribute, prefixes, prefix) : judged;
            if (now != judged) {
                settle(column, judged, alike);
                judged = now;
                alike = 0;
                rank = attributes.rank(Math.max(AttributeTable.NONE, judged));
                attributes.retain(Math.max(AttributeTable.NONE, judged));
                if (judged != attribute && !column.isSplit()) {
                    column.split(attributes);
                }
            }
            if (isNew && competes(column, prefix, rank)) {
                take(column, prefix, attribute, judged);
                taken++;
                alike++;
            } else {
                // That may judge another way, and split the column.
                settle(column, judged, alike);
                judged = AttributeTable.NONE;
                alike = 0;
                reach(in, prefix, 0, attribute);
            }
        }
        settle(column, judged, alike);
        attributes.retain(attribute, taken);
        in.receivedCount += taken;
    }

    /** A new path is there; what it refers to is for the caller to count. */
    private void take(PathColumn column, int prefix, int attribute, int judged) {
        column.received.set(prefix, attribute);
        if (column.isSplit()) {
            column.accepted.set(prefix, judged);
        }
        markPaths(prefix);
    }

    /** So many new paths were judged so; gives back the reference that was held meanwhile. */
    private void settle(PathColumn column, int judged, int times) {
        column.in.count(judged, times);
        if (column.isSplit() && judged > AttributeTable.NONE) {
            attributes.retain(judged, times);
        }
        attributes.release(Math.max(AttributeTable.NONE, judged));
    }

    /**
     * A new path of that rank is best at once, or loses at once, which needs no look at the row. False when neither is clear, and nothing
     * was done.
     */
    private boolean competes(PathColumn column, int prefix, long rank) {
        int bestColumn = best(prefix);
        if (bestColumn != NO_BEST) {
            if (bestColumn == Peer.LOCAL_INDEX || column.index == Peer.LOCAL_INDEX) {
                return false;
            }
            long bestRank = attributes.rank(column(bestColumn).accepted.get(prefix));
            if (rank >= bestRank) {
                return rank > bestRank;
            }
        } else if (rank == AttributeTable.INELIGIBLE) {
            return true;
        } else {
            routes++;
        }
        best.set(prefix, column.index + 1);
        version++;
        mark(prefix);
        return true;
    }

    private void mark(int prefix) {
        for (var group : told) {
            group.mark(prefix);
        }
    }

    /** The peer announces the prefix. What is too much is refused and counted. */
    void reach(AdjRibIn in, int prefix, int pathId, int attribute) {
        if (prefix == PrefixTable.NONE) {
            in.peer.refused++;
            return;
        }
        var column = in.hasPathIds ? column(in, prefix, pathId) : in.columns.getFirst();
        boolean isNew = column == null || column.received.get(prefix) == AttributeTable.NONE;
        if (column == null || (isNew && in.limit != null && in.receivedCount >= in.limit.maximum())) {
            in.peer.refused++;
            release(prefix);
            if (column != null) {
                limits.reached(in, true);
            }
            return;
        }
        if (isNew && column.pathIds != null) {
            column.pathIds.set(prefix, pathId);
        }
        update(column, prefix, attribute);
        if (isNew && in.limit != null && in.receivedCount >= in.limit.warning()) {
            limits.reached(in, false);
        }
    }

    /** The peer withdraws the prefix; it may be {@link PrefixTable#NONE}. */
    void unreach(AdjRibIn in, int prefix, int pathId) {
        if (prefix == PrefixTable.NONE) {
            return;
        }
        var column = in.hasPathIds ? column(in, prefix, pathId) : in.columns.getFirst();
        if (column != null && column.received.get(prefix) != AttributeTable.NONE) {
            update(column, prefix, AttributeTable.NONE);
        }
    }

    /** The column with the peer's path of that id, otherwise one that is free for it; null when there are too many paths. */
    private @Nullable PathColumn column(AdjRibIn in, int prefix, int pathId) {
        PathColumn free = null;
        for (var column : in.columns) {
            if (column.received.get(prefix) == AttributeTable.NONE) {
                free = free == null ? column : free;
            } else if (column.pathId(prefix) == pathId) {
                return column;
            }
        }
        return free != null || in.columns.size() == MOST_PATHS ? free : addColumn(in);
    }

    /** From now on paths that the peer does not announce again are stale, until {@link #sweepStale}. */
    void markStale(AdjRibIn in) {
        in.staleCount = 0;
        for (var column : in.columns) {
            var stale = new IdSet();
            for (int p = column.next(0); p >= 0; p = column.next(p + 1)) {
                stale.add(p);
            }
            column.stale = stale;
            in.staleCount += stale.size();
        }
    }

    /** Paths that are stale are gone. Returns how many. */
    int sweepStale(AdjRibIn in) {
        int swept = in.staleCount;
        for (var column : in.columns) {
            var stale = column.stale;
            for (int p = stale == null ? -1 : stale.next(0); stale != null && p >= 0; p = stale.next(p + 1)) {
                update(column, p, AttributeTable.NONE);
            }
            column.stale = null;
        }
        return swept;
    }

    /** The path of a column to a prefix is another now, or with {@link AttributeTable#NONE} it is gone. */
    void update(PathColumn column, int prefix, int attribute) {
        var in = column.in;
        int before = column.received.get(prefix);
        if (column.stale != null && column.stale.remove(prefix)) {
            in.staleCount--;
        }
        if (before == attribute) {
            return;
        }
        attributes.retain(attribute);
        int judged = attribute == AttributeTable.NONE ? AttributeTable.NONE : in.judge(attribute, prefixes, prefix);
        if (judged != attribute && !column.isSplit()) {
            column.split(attributes);
        }
        int judgedBefore = column.accepted.get(prefix);
        if (before == AttributeTable.NONE) {
            in.receivedCount++;
        }
        column.received.set(prefix, attribute);
        accept(column, prefix, judgedBefore, judged);
        attributes.release(before);
        if (attribute == AttributeTable.NONE) {
            in.receivedCount--;
            release(prefix);
        }
    }

    /** Judges the peer's routes again by its rule, which is another now. */
    void judgeAgain(AdjRibIn in) {
        for (var column : in.columns) {
            for (int p = column.next(0); p >= 0; p = column.next(p + 1)) {
                int judged = in.judge(column.received.get(p), prefixes, p);
                if (judged != column.accepted.get(p)) {
                    if (!column.isSplit()) {
                        column.split(attributes);
                    }
                    accept(column, p, column.accepted.get(p), judged);
                }
            }
        }
    }

    /** Decides again about all prefixes with a path that has one of the attribute sets. */
    void decideAgain(IdSet attributeSets) {
        for (var column : columns) {
            for (int p = next(column, 0); column != null && p >= 0; p = next(column, p + 1)) {
                if (attributeSets.contains(column.usable(p))) {
                    replaced = column.usable(p);
                    choose(column, p, decision.select(columns, p, null), true);
                    markPaths(p);
                }
            }
        }
    }

    /** Decides again about all prefixes. */
    void decideAgain() {
        var any = column(Peer.LOCAL_INDEX);
        for (int p = 0; p < prefixes.limit(); p++) {
            choose(any, p, decision.select(columns, p, null), false);
            markPaths(p);
        }
    }

    private static int next(@Nullable PathColumn column, int from) {
        return column == null ? -1 : column.next(from);
    }

    /** Import judged a path another way: it competes with other attributes, or no longer. */
    private void accept(PathColumn column, int prefix, int before, int judged) {
        if (column.isSplit()) {
            if (judged > 0) {
                attributes.retain(judged);
            }
            column.accepted.set(prefix, judged);
        }
        column.in.count(before, -1);
        column.in.count(judged, 1);
        int usedBefore = Math.max(AttributeTable.NONE, before);
        int used = Math.max(AttributeTable.NONE, judged);
        if (used != usedBefore) {
            replaced = usedBefore;
            decide(column, prefix, rank(column, usedBefore), rank(column, used));
            markPaths(prefix);
        }
        if (column.isSplit()) {
            attributes.release(usedBefore);
        }
    }

    /** Fills in why each column's path to the prefix is used or not, by column index. */
    @Nullable
    Reason[] explain(int prefix) {
        var reasons = new Reason[columns.length];
        decision.select(columns, prefix, reasons);
        return reasons;
    }

    /** Ranks the paths to the prefix into the {@link Decision#ranked} of what it gives; see {@link Decision#rank}. */
    int rank(int prefix, int most) {
        return decision.rank(columns, prefix, most);
    }

    /** Column index of the path that {@link #rank} put there. */
    int ranked(int place) {
        return decision.ranked[place];
    }

    /** From now on {@link #drainBestChanges} says what the best paths were, or no longer. */
    void follow(boolean isFollowed) {
        if (isFollowed && bestChanges == null) {
            bestChanges = new BestChanges(this, attributes);
        } else if (!isFollowed && bestChanges != null) {
            bestChanges.drain(null);
            bestChanges = null;
        }
    }

    /** Moves what changed since the last call to {@code into}. @return changes that are not among it, as they were too many */
    long drainBestChanges(List<BestChange> into) {
        if (bestChanges == null) {
            return 0;
        }
        bestChanges.drain(into);
        return bestChanges.takeLost();
    }

    /** From now on {@link #drainChanges} says which next hops changed, or no longer. */
    void listen(boolean isListening) {
        if (isListening && nextHops == null) {
            var watch = new NextHopWatch(this, nextHopSets);
            for (int p = nextWithBest(0); p >= 0; p = nextWithBest(p + 1)) {
                watch.begin(p, chosenSet(decision.select(columns, p, null), p));
            }
            nextHops = watch;
        } else if (!isListening && nextHops != null) {
            nextHops.end();
            nextHops = null;
        }
    }

    /** Moves what changed since the last call to {@code into}, or with null forgets it. */
    void drainChanges(@Nullable List<NextHopChange> into) {
        if (nextHops != null) {
            nextHops.drain(into);
        }
    }

    /**
     * The column's path changed from one rank to another. A path that ranks below the best before and after changes nothing, one
     * above it is best alone; only otherwise the row is looked at.
     */
    private void decide(PathColumn column, int prefix, long rankBefore, long rank) {
        int bestColumn = best(prefix);
        boolean isLocal = column.index == Peer.LOCAL_INDEX;
        if (bestColumn == NO_BEST) {
            if (rank != AttributeTable.INELIGIBLE) {
                choose(column, prefix, only(column), true);
            }
        } else if (bestColumn == column.index || isLocal) {
            boolean stillAlone = rank < rankBefore && !isLocal;
            choose(column, prefix, stillAlone ? only(column) : decision.select(columns, prefix, null), true);
        } else if (bestColumn != Peer.LOCAL_INDEX) {
            long bestRank = attributes.rank(column(bestColumn).accepted.get(prefix));
            if (rank < bestRank) {
                choose(column, prefix, only(column), true);
            } else if (rank == bestRank || rankBefore == bestRank) {
                choose(column, prefix, decision.select(columns, prefix, null), false);
            }
        }
    }

    /** Our own routes are eligible whatever next hop they name. */
    private long rank(PathColumn column, int attribute) {
        boolean isOwn = column.index == Peer.LOCAL_INDEX && attribute != AttributeTable.NONE;
        return isOwn ? 0 : attributes.rank(attribute);
    }

    private int only(PathColumn column) {
        decision.chosen[0] = column.index;
        return 1;
    }

    /** Makes the first {@code count} of the decision's columns the prefix's paths. */
    private void choose(PathColumn column, int prefix, int count, boolean mayChangeBest) {
        int bestBefore = best.get(prefix);
        int bestNow = count == 0 ? 0 : decision.chosen[0] + 1;
        if (bestNow != bestBefore) {
            best.set(prefix, bestNow);
            routes += (bestNow == 0 ? 0 : 1) - (bestBefore == 0 ? 0 : 1);
        }
        if (bestNow != bestBefore || (mayChangeBest && bestNow == column.index + 1)) {
            version++;
            mark(prefix);
        }
        if (nextHops != null) {
            var hopsBefore = nextHops.nextHops(prefix);
            boolean others = nextHops.set(prefix, chosenSet(count, prefix));
            if (bestChanges != null && (others || bestNow != bestBefore || bestNow == column.index + 1)) {
                var was = bestBefore == 0 ? null : column(bestBefore - 1);
                bestChanges.note(
                        prefix,
                        was == null ? null : was.in.peer,
                        was == null ? AttributeTable.NONE : was == column ? replaced : was.usable(prefix),
                        hopsBefore);
            }
        }
    }

    /** Any path to the prefix changed: groups that are told several want to know. */
    private void markPaths(int prefix) {
        if (anyAddPath) {
            for (var group : told) {
                if (group.key.addPath() > 0) {
                    group.mark(prefix);
                }
            }
        }
    }
}

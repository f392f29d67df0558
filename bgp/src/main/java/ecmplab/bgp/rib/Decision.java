package ecmplab.bgp.rib;

import org.jspecify.annotations.Nullable;

/**
 * The decision process for one prefix (RFC 4271 section 9.1.2, RFC 4456 section 9), over one row of the columns. The same walk that
 * chooses gives the reasons, so that they cannot disagree. Steps that compare only paths of the same neighbouring AS (MED) are not an
 * order, so the walk looks at all paths at once; the IGP metric step does not apply, as next hops are not looked up in an IGP.
 */
final class Decision {
    private final AttributeTable attributes;
    private final Multipath multipath;
    private final boolean alwaysCompareMed;

    /** Indexes of the columns whose paths are used, best first; {@link #select} says how many. */
    int[] chosen = new int[8];

    /** Indexes of columns in the order of {@link #rank}. */
    int[] ranked = new int[8];

    private int[] attribute = new int[8];
    private boolean[] beaten = new boolean[8];

    Decision(AttributeTable attributes, Multipath multipath, boolean alwaysCompareMed) {
        this.attributes = attributes;
        this.multipath = multipath;
        this.alwaysCompareMed = alwaysCompareMed;
    }

    /**
     * Chooses among the paths to the prefix.
     *
     * @param columns by column index; null where there is none
     * @param reasons by column index, to be filled for columns that have a path; null when nobody asks
     * @return how many of {@link #chosen} are used: 0 when there is no path
     */
    int select(@Nullable PathColumn[] columns, int prefix, @Nullable Reason @Nullable [] reasons) {
        load(columns, prefix);
        return choose(columns, prefix, reasons);
    }

    /**
     * Ranks the paths to the prefix that take part: {@link #ranked}, best first.
     *
     * @return how many there are, {@code most} at most
     */
    int rank(@Nullable PathColumn[] columns, int prefix, int most) {
        load(columns, prefix);
        int count = 0;
        while (count < most && choose(columns, prefix, null) > 0) {
            ranked[count++] = chosen[0];
            attribute[chosen[0]] = AttributeTable.NONE;
        }
        return count;
    }

    private void load(@Nullable PathColumn[] columns, int prefix) {
        if (chosen.length < columns.length) {
            chosen = new int[columns.length];
            attribute = new int[columns.length];
            beaten = new boolean[columns.length];
            ranked = new int[columns.length];
        }
        for (int i = 0; i < columns.length; i++) {
            var column = columns[i];
            attribute[i] = column == null ? AttributeTable.NONE : column.usable(prefix);
        }
    }

    private int choose(@Nullable PathColumn[] columns, int prefix, @Nullable Reason @Nullable [] reasons) {
        long best = AttributeTable.INELIGIBLE;
        for (int i = 0; i < columns.length; i++) {
            best = Math.min(best, attributes.rank(attribute[i]));
        }
        if (attribute[Peer.LOCAL_INDEX] != AttributeTable.NONE) {
            chosen[0] = Peer.LOCAL_INDEX;
            if (reasons != null) {
                explainRanks(columns, prefix, -1, reasons);
                reasons[Peer.LOCAL_INDEX] = Reason.BEST;
            }
            return 1;
        }
        if (reasons != null) {
            explainRanks(columns, prefix, best, reasons);
        }
        if (best == AttributeTable.INELIGIBLE) {
            return 0;
        }
        int count = 0;
        for (int i = 0; i < columns.length; i++) {
            if (attributes.rank(attribute[i]) == best) {
                chosen[count++] = i;
            }
        }
        if (count > 1) {
            count = keepLowestMeds(count, reasons);
            count = preferEbgp(columns, count, reasons);
        }
        return order(columns, prefix, count, reasons);
    }

    /** Of the paths of one neighbouring AS, those with the lowest MED stay (section 9.1.2.2 c); a missing MED counts as 0. */
    private int keepLowestMeds(int count, @Nullable Reason @Nullable [] reasons) {
        for (int i = 0; i < count; i++) {
            beaten[i] = beatenByMed(chosen[i], count);
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int column = chosen[i];
            if (beaten[i]) {
                note(reasons, column, Reason.MED);
            } else {
                chosen[kept++] = column;
            }
        }
        return kept;
    }

    private boolean beatenByMed(int column, int count) {
        int med = attributes.med(attribute[column]);
        int firstAs = attributes.firstAs(attribute[column]);
        for (int i = 0; i < count; i++) {
            int other = attribute[chosen[i]];
            boolean compared = alwaysCompareMed || attributes.firstAs(other) == firstAs;
            if (compared && Integer.compareUnsigned(attributes.med(other), med) < 0) {
                return true;
            }
        }
        return false;
    }

    private int preferEbgp(@Nullable PathColumn[] columns, int count, @Nullable Reason @Nullable [] reasons) {
        boolean external = false;
        for (int i = 0; i < count; i++) {
            external |= kind(columns, chosen[i]) == PeerKind.EBGP;
        }
        if (!external) {
            return count;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int column = chosen[i];
            if (kind(columns, column) == PeerKind.EBGP) {
                chosen[kept++] = column;
            } else {
                note(reasons, column, Reason.EBGP_OVER_IBGP);
            }
        }
        return kept;
    }

    /** Sorts by the last tie-breakers, and keeps the best and what may be used beside it. */
    private int order(@Nullable PathColumn[] columns, int prefix, int count, @Nullable Reason @Nullable [] reasons) {
        for (int i = 1; i < count; i++) {
            int column = chosen[i];
            int at = i;
            while (at > 0 && compare(columns, prefix, column, chosen[at - 1]) < 0) {
                chosen[at] = chosen[at - 1];
                at--;
            }
            chosen[at] = column;
        }
        int best = chosen[0];
        note(reasons, best, Reason.BEST);
        int most = kind(columns, best) == PeerKind.EBGP ? multipath.ebgp() : multipath.ibgp();
        int kept = 1;
        for (int i = 1; i < count; i++) {
            int column = chosen[i];
            boolean sameAs = attributes.firstAs(attribute[column]) == attributes.firstAs(attribute[best]);
            if (kept < most && (multipath.asPathRelax() || sameAs)) {
                chosen[kept++] = column;
                note(reasons, column, Reason.MULTIPATH);
            } else if (reasons != null) {
                reasons[column] = lostBy(columns, column, best);
            }
        }
        return kept;
    }

    /** Router id or originator, clusters, peer address (section 9.1.2.2 f, g; RFC 4456 section 9), path id. */
    private int compare(@Nullable PathColumn[] columns, int prefix, int one, int other) {
        int order = Integer.compareUnsigned(originator(columns, one), originator(columns, other));
        order = order != 0 ? order : attributes.clusters(attribute[one]) - attributes.clusters(attribute[other]);
        order = order != 0 ? order : peer(columns, one).compareAddress(peer(columns, other));
        return order != 0
                ? order
                : Integer.compareUnsigned(
                        column(columns, one).pathId(prefix),
                        column(columns, other).pathId(prefix));
    }

    private Reason lostBy(@Nullable PathColumn[] columns, int column, int best) {
        if (originator(columns, column) != originator(columns, best)) {
            return Reason.ROUTER_ID;
        }
        if (attributes.clusters(attribute[column]) != attributes.clusters(attribute[best])) {
            return Reason.CLUSTER_LIST_LENGTH;
        }
        boolean samePeer = peer(columns, column).compareAddress(peer(columns, best)) == 0;
        return samePeer ? Reason.PATH_ID : Reason.PEER_ADDRESS;
    }

    /** Reasons of all paths whose rank is not {@code best}; with -1, those of all that lost against a local route. */
    private void explainRanks(@Nullable PathColumn[] columns, int prefix, long best, @Nullable Reason[] reasons) {
        for (int i = 0; i < columns.length; i++) {
            var column = columns[i];
            int judged = column == null ? AttributeTable.NONE : column.accepted.get(prefix);
            long rank = attributes.rank(attribute[i]);
            if (judged == AttributeTable.NONE) {
                reasons[i] = null;
            } else if (judged < 0) {
                reasons[i] = Reason.ofCode(judged);
            } else if (rank == AttributeTable.INELIGIBLE) {
                reasons[i] = Reason.NEXT_HOP_UNUSABLE;
            } else if (best == -1) {
                reasons[i] = Reason.LOCAL_ROUTE;
            } else if (BlockFacts.localPref(rank) != BlockFacts.localPref(best)) {
                reasons[i] = Reason.LOCAL_PREF;
            } else if (BlockFacts.pathLength(rank) != BlockFacts.pathLength(best)) {
                reasons[i] = Reason.AS_PATH_LENGTH;
            } else if (rank != best) {
                reasons[i] = Reason.ORIGIN;
            }
        }
    }

    private int originator(@Nullable PathColumn[] columns, int index) {
        return attributes.originator(
                attribute[index], peer(columns, index).identity.routerId().bits());
    }

    private static void note(@Nullable Reason @Nullable [] reasons, int column, Reason reason) {
        if (reasons != null) {
            reasons[column] = reason;
        }
    }

    private static PeerKind kind(@Nullable PathColumn[] columns, int index) {
        return peer(columns, index).identity.kind();
    }

    private static Peer peer(@Nullable PathColumn[] columns, int index) {
        return column(columns, index).in.peer;
    }

    private static PathColumn column(@Nullable PathColumn[] columns, int index) {
        var column = columns[index];
        if (column == null) {
            throw new IllegalStateException("no column " + index);
        }
        return column;
    }
}

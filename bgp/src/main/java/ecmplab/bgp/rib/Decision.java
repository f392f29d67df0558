package ecmplab.bgp.rib;

import org.jspecify.annotations.Nullable;

/**
 * The decision process for one prefix (RFC 4271 section 9.1.2), over one row of the columns. The same walk that chooses gives the
 * reasons, so that they cannot disagree. Steps that compare only paths of the same neighbouring AS (MED) are not an order, so
 * the walk looks at all paths at once; the IGP metric step does not apply, as next hops are not looked up in an IGP.
 */
final class Decision {
    private final AttributeTable attributes;
    private final int multipathMaximum;
    private final boolean asPathRelax;

    /** Peer indexes of the paths to use, best first; {@link #select} says how many. */
    int[] chosen = new int[8];

    private int[] attribute = new int[8];
    private boolean[] beaten = new boolean[8];

    /**
     * @param multipathMaximum paths used at most for a prefix; 1 is no multipath
     * @param asPathRelax whether paths of different neighbouring ASes may be used together
     */
    Decision(AttributeTable attributes, int multipathMaximum, boolean asPathRelax) {
        if (multipathMaximum < 1) {
            throw new IllegalArgumentException("multipath maximum " + multipathMaximum + ": must be at least 1");
        }
        this.attributes = attributes;
        this.multipathMaximum = multipathMaximum;
        this.asPathRelax = asPathRelax;
    }

    /**
     * Chooses among the paths to the prefix.
     *
     * @param ins by peer index; null where a peer does not have the family
     * @param reasons by peer index, to be filled for peers that have a path; null when nobody asks
     * @return how many of {@link #chosen} are used: 0 when there is no path
     */
    int select(@Nullable AdjRibIn[] ins, int prefix, @Nullable Reason @Nullable [] reasons) {
        if (chosen.length < ins.length) {
            chosen = new int[ins.length];
            attribute = new int[ins.length];
            beaten = new boolean[ins.length];
        }
        long best = AttributeTable.INELIGIBLE;
        for (int i = 0; i < ins.length; i++) {
            var in = ins[i];
            attribute[i] = in == null ? AttributeTable.NONE : in.accepted.get(prefix);
            best = Math.min(best, attributes.rank(attribute[i]));
        }
        var local = ins[Peer.LOCAL_INDEX];
        if (local != null && attribute[Peer.LOCAL_INDEX] != AttributeTable.NONE) {
            chosen[0] = Peer.LOCAL_INDEX;
            if (reasons != null) {
                explainRanks(ins, prefix, -1, reasons);
                reasons[Peer.LOCAL_INDEX] = Reason.BEST;
            }
            return 1;
        }
        if (reasons != null) {
            explainRanks(ins, prefix, best, reasons);
        }
        if (best == AttributeTable.INELIGIBLE) {
            return 0;
        }
        int count = 0;
        for (int i = 0; i < ins.length; i++) {
            if (attributes.rank(attribute[i]) == best) {
                chosen[count++] = i;
            }
        }
        count = keepLowestMeds(count, reasons);
        count = preferEbgp(ins, count, reasons);
        return order(ins, count, reasons);
    }

    /** Of the paths of one neighbouring AS, those with the lowest MED stay (section 9.1.2.2 c); a missing MED counts as 0. */
    private int keepLowestMeds(int count, @Nullable Reason @Nullable [] reasons) {
        for (int i = 0; i < count; i++) {
            beaten[i] = beatenByMed(chosen[i], count);
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int peer = chosen[i];
            if (beaten[i]) {
                note(reasons, peer, Reason.MED);
            } else {
                chosen[kept++] = peer;
            }
        }
        return kept;
    }

    private boolean beatenByMed(int peer, int count) {
        int med = attributes.med(attribute[peer]);
        int firstAs = attributes.firstAs(attribute[peer]);
        for (int i = 0; i < count; i++) {
            int other = attribute[chosen[i]];
            if (attributes.firstAs(other) == firstAs && Integer.compareUnsigned(attributes.med(other), med) < 0) {
                return true;
            }
        }
        return false;
    }

    private int preferEbgp(@Nullable AdjRibIn[] ins, int count, @Nullable Reason @Nullable [] reasons) {
        boolean external = false;
        for (int i = 0; i < count; i++) {
            external |= kind(ins, chosen[i]) == PeerKind.EBGP;
        }
        if (!external) {
            return count;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int peer = chosen[i];
            if (kind(ins, peer) == PeerKind.EBGP) {
                chosen[kept++] = peer;
            } else {
                note(reasons, peer, Reason.EBGP_OVER_IBGP);
            }
        }
        return kept;
    }

    /** Sorts by router id and peer address (section 9.1.2.2 f, g), and keeps the best and what may be used beside it. */
    private int order(@Nullable AdjRibIn[] ins, int count, @Nullable Reason @Nullable [] reasons) {
        for (int i = 1; i < count; i++) {
            int peer = chosen[i];
            int at = i;
            while (at > 0 && peer(ins, peer).compareTo(peer(ins, chosen[at - 1])) < 0) {
                chosen[at] = chosen[at - 1];
                at--;
            }
            chosen[at] = peer;
        }
        int best = chosen[0];
        note(reasons, best, Reason.BEST);
        boolean several = kind(ins, best) == PeerKind.EBGP;
        int kept = 1;
        for (int i = 1; i < count; i++) {
            int peer = chosen[i];
            boolean sameAs = attributes.firstAs(attribute[peer]) == attributes.firstAs(attribute[best]);
            if (several && kept < multipathMaximum && (asPathRelax || sameAs)) {
                chosen[kept++] = peer;
                note(reasons, peer, Reason.MULTIPATH);
            } else {
                boolean sameId = peer(ins, peer)
                        .identity
                        .routerId()
                        .equals(peer(ins, best).identity.routerId());
                note(reasons, peer, sameId ? Reason.PEER_ADDRESS : Reason.ROUTER_ID);
            }
        }
        return kept;
    }

    /** Reasons of all paths whose rank is not {@code best}; with -1, those of all that lost against a local route. */
    private void explainRanks(@Nullable AdjRibIn[] ins, int prefix, long best, @Nullable Reason[] reasons) {
        for (int i = 0; i < ins.length; i++) {
            var in = ins[i];
            long rank = attributes.rank(attribute[i]);
            if (in == null || in.received.get(prefix) == AttributeTable.NONE) {
                reasons[i] = null;
            } else if (attribute[i] == AttributeTable.NONE) {
                reasons[i] = Reason.REJECTED_BY_POLICY;
            } else if (rank == AttributeTable.INELIGIBLE) {
                reasons[i] = attributes.any(attribute[i], BlockFacts.LOOP) ? Reason.AS_LOOP : Reason.NEXT_HOP_UNUSABLE;
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

    private static void note(@Nullable Reason @Nullable [] reasons, int peer, Reason reason) {
        if (reasons != null) {
            reasons[peer] = reason;
        }
    }

    private static PeerKind kind(@Nullable AdjRibIn[] ins, int index) {
        return peer(ins, index).identity.kind();
    }

    private static Peer peer(@Nullable AdjRibIn[] ins, int index) {
        var in = ins[index];
        if (in == null) {
            throw new IllegalStateException("peer " + index + " has no routes of the family");
        }
        return in.peer;
    }
}

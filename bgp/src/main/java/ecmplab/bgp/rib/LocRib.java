package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one family: who announces what (a column a peer), which path is best, which next hops are used, and what of that
 * changed since the last pass. A prefix id lives while anything refers to it: a received route, an announced one, a pending change.
 */
final class LocRib {
    static final int NO_BEST = -1;

    final PrefixTable prefixes;
    final List<UpdateGroup> groups = new ArrayList<>();
    /** By peer index. */
    @Nullable
    AdjRibIn[] ins = new AdjRibIn[0];

    private final AttributeTable attributes;
    private final NextHopSets nextHopSets;
    private final Decision decision;
    private final IntColumn references = new IntColumn();
    /** Peer index plus one. */
    private final IntColumn best = new IntColumn();

    private final IntColumn nextHops = new IntColumn();
    private final IdSet changed = new IdSet();
    /** Prefix id, then the id of the set of next hops it had before this pass, for each prefix in {@link #changed}. */
    private final IntQueue changes = new IntQueue();

    private int routes;
    private long version;

    LocRib(AddressFamily family, RibConfig config, AttributeTable attributes, NextHopSets nextHopSets) {
        prefixes = new PrefixTable(family, config.maximumPrefixes(), config.hashSeed());
        this.attributes = attributes;
        this.nextHopSets = nextHopSets;
        decision = new Decision(
                attributes,
                config.multipath(family).ebgp(),
                config.multipath(family).asPathRelax());
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

    /** Peer index of the best path, or {@link #NO_BEST}. */
    int best(int prefix) {
        return best.get(prefix) - 1;
    }

    /** Attribute id of the best path of a prefix that has one. */
    int bestAttribute(int prefix) {
        return in(best(prefix)).accepted.get(prefix);
    }

    PeerKind kind(int peer) {
        return in(peer).peer.identity.kind();
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

    List<NextHop> nextHops(int prefix) {
        return nextHopSets.get(nextHops.get(prefix));
    }

    boolean accepted(Policy policy, int prefix) {
        return policy.isTransparent()
                || policy.accepts(family(), prefixes.high(prefix), prefixes.low(prefix), prefixes.length(prefix));
    }

    void retain(int prefix) {
        references.add(prefix, 1);
    }

    void release(int prefix) {
        if (references.add(prefix, -1) == 0) {
            prefixes.remove(prefix);
        }
    }

    void add(AdjRibIn in) {
        if (in.peer.index >= ins.length) {
            ins = Arrays.copyOf(ins, in.peer.index + 1);
        }
        ins[in.peer.index] = in;
    }

    /** Sweeps the column: all routes of the peer are gone. */
    void remove(AdjRibIn in) {
        for (int p = in.received.skipUnwritten(0); p < in.received.limit(); p = in.received.skipUnwritten(p + 1)) {
            if (in.received.get(p) != AttributeTable.NONE) {
                update(in, p, AttributeTable.NONE);
            }
        }
        ins[in.peer.index] = null;
    }

    void reach(AdjRibIn in, long high, long low, int length, int attribute) {
        int prefix = prefixes.add(high, low, length);
        if (prefix == PrefixTable.NONE) {
            in.peer.refused++;
        } else {
            update(in, prefix, attribute);
        }
    }

    void unreach(AdjRibIn in, long high, long low, int length) {
        int prefix = prefixes.find(high, low, length);
        if (prefix != PrefixTable.NONE) {
            update(in, prefix, AttributeTable.NONE);
        }
    }

    /** Fills in why each peer's path to the prefix is used or not, by peer index. */
    @Nullable
    Reason[] explain(int prefix) {
        var reasons = new Reason[ins.length];
        decision.select(ins, prefix, reasons);
        return reasons;
    }

    /** Moves what changed since the last call to {@code into}. */
    void drainChanges(List<NextHopChange> into) {
        while (!changes.isEmpty()) {
            int prefix = changes.remove();
            int before = changes.remove();
            changed.remove(prefix);
            // Different sets may have equal next hops: those of a peer that went and came back, or of two peers with
            // one next hop.
            if (nextHops.get(prefix) != before && !nextHops(prefix).equals(nextHopSets.get(before))) {
                into.add(new NextHopChange(prefixes.prefix(prefix), nextHops(prefix)));
            }
            nextHopSets.release(before);
            release(prefix);
        }
    }

    private void update(AdjRibIn in, int prefix, int attribute) {
        int before = in.received.get(prefix);
        if (before == attribute) {
            return;
        }
        int usedBefore = in.accepted.get(prefix);
        attributes.retain(attribute);
        if (before == AttributeTable.NONE) {
            retain(prefix);
            in.receivedCount++;
        }
        in.received.set(prefix, attribute);
        if (in.accepted != in.received) {
            boolean accepted = attribute != AttributeTable.NONE && accepted(in.policy, prefix);
            in.accepted.set(prefix, accepted ? attribute : AttributeTable.NONE);
        }
        int used = in.accepted.get(prefix);
        in.acceptedCount += (used == AttributeTable.NONE ? 0 : 1) - (usedBefore == AttributeTable.NONE ? 0 : 1);
        if (used != usedBefore) {
            decide(in, prefix, attributes.rank(usedBefore), attributes.rank(used));
        }
        attributes.release(before);
        if (attribute == AttributeTable.NONE) {
            in.receivedCount--;
            release(prefix);
        }
    }

    /**
     * The peer's path changed from one rank to another. A path that ranks below the best before and after changes nothing, one
     * above it is best alone; only otherwise the row is looked at.
     */
    private void decide(AdjRibIn in, int prefix, long rankBefore, long rank) {
        int bestPeer = best(prefix);
        boolean isLocal = in.peer.isLocal();
        if (bestPeer == NO_BEST) {
            if (rank != AttributeTable.INELIGIBLE) {
                choose(in, prefix, only(in), true);
            }
        } else if (bestPeer == in.peer.index || isLocal) {
            boolean stillAlone = rank < rankBefore && !isLocal;
            choose(in, prefix, stillAlone ? only(in) : decision.select(ins, prefix, null), true);
        } else if (bestPeer != Peer.LOCAL_INDEX) {
            long bestRank = attributes.rank(bestAttribute(prefix));
            if (rank < bestRank) {
                choose(in, prefix, only(in), true);
            } else if (rank == bestRank || rankBefore == bestRank) {
                choose(in, prefix, decision.select(ins, prefix, null), false);
            }
        }
    }

    private int only(AdjRibIn in) {
        decision.chosen[0] = in.peer.index;
        return 1;
    }

    /** Makes the first {@code count} of the decision's peers the prefix's paths. */
    private void choose(AdjRibIn in, int prefix, int count, boolean mayChangeBest) {
        int bestBefore = best.get(prefix);
        int bestNow = count == 0 ? 0 : decision.chosen[0] + 1;
        if (bestNow != bestBefore) {
            best.set(prefix, bestNow);
            routes += (bestNow == 0 ? 0 : 1) - (bestBefore == 0 ? 0 : 1);
        }
        if (bestNow != bestBefore || (mayChangeBest && bestNow == in.peer.index + 1)) {
            version++;
            for (int i = 0; i < groups.size(); i++) {
                groups.get(i).mark(prefix);
            }
        }
        boolean forwarded = count > 0 && decision.chosen[0] != Peer.LOCAL_INDEX;
        int set = forwarded ? nextHopSets.intern(ins, decision.chosen, count, prefix, attributes) : NextHopSets.NONE;
        int before = nextHops.get(prefix);
        nextHops.set(prefix, set);
        if (set != before && changed.add(prefix)) {
            retain(prefix);
            changes.add(prefix);
            changes.add(before);
        } else {
            nextHopSets.release(before);
        }
    }

    private AdjRibIn in(int peer) {
        return Objects.requireNonNull(ins[peer]);
    }
}

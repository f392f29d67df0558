package ecmplab.bgp.rib;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which next hops each prefix of a table has, and which had others before this pass. Kept only while somebody listens. */
final class NextHopWatch {
    private final LocRib table;
    private final NextHopSets sets;
    private final IntColumn current = new IntColumn();
    private final IdSet changed = new IdSet();
    /** Prefix id, then the id of the set of next hops it had before this pass, for each prefix in {@link #changed}. */
    private final IntQueue changes = new IntQueue();

    NextHopWatch(LocRib table, NextHopSets sets) {
        this.table = table;
        this.sets = sets;
    }

    List<NextHop> nextHops(int prefix) {
        return sets.get(current.get(prefix));
    }

    /** Begins with what is so; that is no change. */
    void begin(int prefix, int set) {
        current.set(prefix, set);
    }

    /** The prefix has these next hops from now on, a set held for us. Returns whether they are others than before. */
    boolean set(int prefix, int set) {
        int before = current.get(prefix);
        current.set(prefix, set);
        if (set != before && changed.add(prefix)) {
            changes.add(prefix);
            changes.add(before);
        } else {
            sets.release(before);
        }
        return set != before;
    }

    /** Whether a change is still to be told. */
    boolean refersTo(int prefix) {
        return changed.contains(prefix);
    }

    /** Moves what changed since the last call to {@code into}, or with null forgets it. */
    void drain(@Nullable List<NextHopChange> into) {
        while (!changes.isEmpty()) {
            int prefix = changes.remove();
            int before = changes.remove();
            changed.remove(prefix);
            // Different sets may have equal next hops: those of a peer that went and came back, or of two peers with
            // one next hop.
            if (into != null
                    && current.get(prefix) != before
                    && !nextHops(prefix).equals(sets.get(before))) {
                into.add(new NextHopChange(table.prefixes.prefix(prefix), nextHops(prefix)));
            }
            sets.release(before);
            table.release(prefix);
        }
    }

    /** Nobody listens any longer. */
    void end() {
        drain(null);
        for (int p = current.skipUnwritten(0); p < current.limit(); p = current.skipUnwritten(p + 1)) {
            sets.release(current.get(p));
        }
    }
}

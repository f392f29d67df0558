package ecmplab.router.ecmp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What the forwarding thread knows about a group, over all its versions: when each bucket was last used, and which members have
 * not had a packet since they gained buckets. The forwarding thread writes the times, the control thread reads them and marks
 * moved buckets unused; both without order or locks, since a time that is a packet late harms nothing.
 */
public final class GroupUse {
    /** Time of a bucket that no packet has used since it moved. */
    public static final long NEVER = Long.MIN_VALUE;

    private static final VarHandle TIMES = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] lastUsed;
    private final FirstUse firstUse = new FirstUse();

    GroupUse(int slots) {
        lastUsed = new long[slots];
        Arrays.fill(lastUsed, NEVER);
    }

    /** Marks the bucket used. A table of another shape than the group's first (not resilient) keeps no times. */
    public void touch(int slot, long nanoTime) {
        if (slot < lastUsed.length) {
            TIMES.setOpaque(lastUsed, slot, nanoTime);
        }
    }

    /**
     * Whether this is the first packet of its next hop since that gained buckets of the group, and not one that it would have
     * had without the gain. True once a change and next hop. Forwarding thread only.
     */
    public boolean isFirst(BucketTable table, long hash, int nextHop) {
        return firstUse.isFirst(table, hash, nextHop);
    }

    /** {@link System#nanoTime} of the bucket's last packet, or {@link #NEVER}. */
    public long lastUsed(int slot) {
        return slot < lastUsed.length ? (long) TIMES.getOpaque(lastUsed, slot) : NEVER;
    }

    void forget(int slot) {
        TIMES.setOpaque(lastUsed, slot, NEVER);
    }

    GroupUse copy() {
        var copy = new GroupUse(lastUsed.length);
        copy.add(this);
        return copy;
    }

    /** Takes over the later time of each bucket: another group's routes come to this one. */
    void add(GroupUse other) {
        for (int slot = 0; slot < lastUsed.length; slot++) {
            long theirs = other.lastUsed(slot);
            long mine = lastUsed(slot);
            if (theirs != NEVER && (mine == NEVER || theirs - mine > 0)) {
                touch(slot, theirs);
            }
        }
    }
}

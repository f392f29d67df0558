package ecmplab.port.neighbor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a cache by address: a fixed number of them, made once; open addressing, linear probing, over the places of
 * the entries in a dense array.
 */
final class NeighborTable {
    private static final int EMPTY = -1;

    /** The first {@code size} are in use, the rest are spare. */
    private final Entry[] entries;

    private final int[] slots;
    private final int shift;
    private int size;

    NeighborTable(int capacity, int waitingPerNeighbor) {
        entries = new Entry[capacity];
        Arrays.setAll(entries, i -> new Entry(waitingPerNeighbor));
        int log = 32 - Integer.numberOfLeadingZeros(2 * capacity - 1);
        slots = new int[1 << log];
        Arrays.fill(slots, EMPTY);
        shift = 32 - log;
    }

    int size() {
        return size;
    }

    /** Entry {@code index} of those in use; places change when one is removed. */
    Entry at(int index) {
        return entries[index];
    }

    @Nullable
    Entry find(long high, long low) {
        int at = slots[slotOf(high, low)];
        return at == EMPTY ? null : entries[at];
    }

    /** Begins an entry; a full table gives up the longest unused one for which no packet waits. Null when there is none. */
    @Nullable
    Entry add(long high, long low, long now) {
        if (size == entries.length && !evict(now)) {
            return null;
        }
        slots[slotOf(high, low)] = size;
        var entry = entries[size++];
        entry.begin(high, low, now);
        return entry;
    }

    private boolean evict(long now) {
        Entry victim = null;
        for (var entry : entries) {
            if (entry.state != NeighborState.INCOMPLETE
                    && entry.waiting == 0
                    && (victim == null || now - entry.usedAt > now - victim.usedAt)) {
                victim = entry;
            }
        }
        if (victim != null) {
            remove(victim);
        }
        return victim != null;
    }

    /** Its place goes to the last entry. */
    void remove(Entry entry) {
        int slot = slotOf(entry.high, entry.low);
        int place = slots[slot];
        free(slot);
        int last = --size;
        if (place != last) {
            slots[slotOf(entries[last].high, entries[last].low)] = place;
            entries[place] = entries[last];
            entries[last] = entry;
        }
    }

    /** Empties a slot and moves those back that were pushed beyond it, so that probing needs no tombstones. */
    private void free(int slot) {
        int mask = slots.length - 1;
        int hole = slot;
        for (int at = (hole + 1) & mask; slots[at] != EMPTY; at = (at + 1) & mask) {
            var entry = entries[slots[at]];
            int wanted = home(entry.high, entry.low);
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                slots[hole] = slots[at];
                hole = at;
            }
        }
        slots[hole] = EMPTY;
    }

    /** Where the address is, or the empty slot where it would go. */
    private int slotOf(long high, long low) {
        int at = home(high, low);
        while (slots[at] != EMPTY && !isAt(entries[slots[at]], high, low)) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    private static boolean isAt(Entry entry, long high, long low) {
        return entry.low == low && entry.high == high;
    }

    private int home(long high, long low) {
        long mixed = (low ^ high * 31) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32) >>> shift;
    }
}

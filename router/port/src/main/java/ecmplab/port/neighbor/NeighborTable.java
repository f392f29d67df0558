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
    Entry find(int address) {
        int at = slots[slotOf(address)];
        return at == EMPTY ? null : entries[at];
    }

    /** Begins an entry; a full table gives up the longest unused one for which no packet waits. Null when there is none. */
    @Nullable
    Entry add(int address, long now) {
        if (size == entries.length && !evict(now)) {
            return null;
        }
        slots[slotOf(address)] = size;
        var entry = entries[size++];
        entry.begin(address, now);
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
        int slot = slotOf(entry.address);
        int place = slots[slot];
        free(slot);
        int last = --size;
        if (place != last) {
            slots[slotOf(entries[last].address)] = place;
            entries[place] = entries[last];
            entries[last] = entry;
        }
    }

    /** Empties a slot and moves those back that were pushed beyond it, so that probing needs no tombstones. */
    private void free(int slot) {
        int mask = slots.length - 1;
        int hole = slot;
        for (int at = (hole + 1) & mask; slots[at] != EMPTY; at = (at + 1) & mask) {
            int wanted = home(entries[slots[at]].address);
            if (((at - wanted) & mask) >= ((at - hole) & mask)) {
                slots[hole] = slots[at];
                hole = at;
            }
        }
        slots[hole] = EMPTY;
    }

    /** Where the address is, or the empty slot where it would go. */
    private int slotOf(int address) {
        int at = home(address);
        while (slots[at] != EMPTY && entries[slots[at]].address != address) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    private int home(int address) {
        return (address * 0x9E37_79B9) >>> shift;
    }
}

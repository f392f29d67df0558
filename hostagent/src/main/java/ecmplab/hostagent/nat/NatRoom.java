package ecmplab.hostagent.nat;

/** Which entries of a {@link NatTable} are free: those given back, last first, then those never used. Belongs to the forwarding thread. */
final class NatRoom {
    private final int capacity;
    private final NatChains chains;
    private volatile int watermark;
    private int free = NatTable.NONE;

    /** @param chains whose links entries that are in no chain are kept by */
    NatRoom(int capacity, NatChains chains) {
        this.capacity = capacity;
        this.chains = chains;
    }

    /** Any thread. Entries below were in use at some time; the others never. */
    int end() {
        return watermark;
    }

    boolean isFull() {
        return free == NatTable.NONE && watermark == capacity;
    }

    /** @return an entry, or {@link NatTable#NONE} */
    int take() {
        if (free != NatTable.NONE) {
            int entry = free;
            free = chains.next(entry);
            return entry;
        }
        if (watermark == capacity) {
            return NatTable.NONE;
        }
        int entry = watermark;
        watermark = entry + 1;
        return entry;
    }

    void giveBack(int entry) {
        chains.push(entry, free);
        free = entry;
    }
}

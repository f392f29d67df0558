package ecmplab.port.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.sys.SharedMemory;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * One of an AF_XDP socket's rings: one side writes entries and moves the producer index, the other reads them and moves the
 * consumer index; the process is one side and the kernel the other. Indices count up for ever, modulo 2^32. Entries are
 * frame addresses, or descriptors of address and length. Belongs to one thread.
 */
public final class KernelRing {
    /** Octets of an entry that is an address. */
    static final int ADDRESS = 8;
    /** Octets of {@code struct xdp_desc}: address u64, length u32, options u32. */
    static final int DESCRIPTOR = 16;

    private static final int LENGTH_AT = 8;
    private static final int NEED_WAKEUP = 1;
    private static final VarHandle INDEX = JAVA_INT.varHandle();

    /** Where in the mapping the ring's parts are ({@code struct xdp_ring_offset}). */
    record Offsets(long producer, long consumer, long entries, long flags) {}

    private final SharedMemory mapping;
    private final MemorySegment memory;
    private final Offsets at;
    private final int entrySize;
    private final int size;
    private final int mask;

    /** Our index, ahead of the shared one until it is published. */
    private int own;
    /** The other side's index as last seen. */
    private int seen;

    /** @param size entries; a power of two */
    KernelRing(SharedMemory mapping, Offsets at, int entrySize, int size) {
        this.mapping = mapping;
        this.memory = mapping.memory();
        this.at = at;
        this.entrySize = entrySize;
        this.size = size;
        mask = size - 1;
    }

    private long entry(int index) {
        return at.entries + (long) (index & mask) * entrySize;
    }

    /** As producer: how many entries may be written, at most {@code wanted}; asks the kernel's index only if it must. */
    public int room(int wanted) {
        int room = size - (own - seen);
        if (room < wanted) {
            seen = (int) INDEX.getAcquire(memory, at.consumer);
            room = size - (own - seen);
        }
        return Math.min(room, wanted);
    }

    /** As producer: writes the next entry, which the kernel sees with {@link #publish}. */
    public void append(long address) {
        memory.set(JAVA_LONG, entry(own++), address);
    }

    /** As producer: writes the next descriptor. */
    public void append(long address, int length) {
        long entry = entry(own++);
        memory.set(JAVA_LONG, entry, address);
        memory.set(JAVA_LONG, entry + LENGTH_AT, length); // options 0
    }

    /** As producer: overwrites a published entry that the kernel has not taken, while it is sure not to look. */
    public void overwrite(int index, long address, int length) {
        memory.set(JAVA_LONG, entry(index), address);
        memory.set(JAVA_LONG, entry(index) + LENGTH_AT, length);
    }

    /** As producer: lets the kernel see what was appended. */
    public void publish() {
        INDEX.setRelease(memory, at.producer, own);
    }

    /** As producer: the index that the next entry will have. */
    public int producer() {
        return own;
    }

    /** As producer: the index of the entry that the kernel takes next, as far as it has told. */
    public int taken() {
        seen = (int) INDEX.getAcquire(memory, at.consumer);
        return seen;
    }

    /** As consumer: how many entries are there, at most {@code wanted}. */
    public int available(int wanted) {
        int available = seen - own;
        if (available < wanted) {
            seen = (int) INDEX.getAcquire(memory, at.producer);
            available = seen - own;
        }
        return Math.min(available, wanted);
    }

    /** As consumer: index of the first entry that was not released. */
    public int consumer() {
        return own;
    }

    /** As consumer: gives {@code entries} back to be overwritten. */
    public void release(int entries) {
        own += entries;
        INDEX.setRelease(memory, at.consumer, own);
    }

    public long address(int index) {
        return memory.get(JAVA_LONG, entry(index));
    }

    public int length(int index) {
        return memory.get(JAVA_INT, entry(index) + LENGTH_AT);
    }

    /** Whether the kernel asks to be called for what is in the ring. */
    public boolean needsWakeUp() {
        return ((int) INDEX.getAcquire(memory, at.flags) & NEED_WAKEUP) != 0;
    }

    void close() {
        mapping.close();
    }
}

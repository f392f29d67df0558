package ecmplab.mux.flow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The memory of a {@link FlowTable}: open addressing with linear probing, deletion by shifting back, so there are no tombstones and
 * no object a flow. An entry is 32 octets, two to a cache line (IPv6 flows will have a table of their own, with wider entries):
 *
 * <pre>
 *    0  source address     4  destination address    8  source port, destination port
 *   12  protocol          13  class, 0 for free     14  generation
 *   16  member            20  hash                  24  last seen, ms    28  begun, ms
 * </pre>
 *
 * One thread writes. Others may read beside it if they check with {@link #stamp} and {@link #isUnchanged} that no entry
 * moved meanwhile.
 */
final class FlowEntries {
    static final int ABSENT = -1;

    private static final int SOURCE = 0, DESTINATION = 4, PORTS = 8, PROTOCOL = 12, CLASS = 13, GENERATION = 14;
    private static final int MEMBER = 16, HASH = 20, SEEN = 24, BEGUN = 28;
    private static final int SHIFT = 5, OCTETS = 1 << SHIFT;
    private static final byte FREE = 0;

    private static final VarHandle CHANGES;

    static {
        try {
            CHANGES = MethodHandles.lookup().findVarHandle(FlowEntries.class, "changes", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final MemorySegment memory;
    private final int mask;

    /** Odd while an entry is written, moved or removed. */
    private long changes;

    @SuppressWarnings("UnusedVariable") // written so that the read of touch() is not optimised away
    private long touched;

    /** Room for {@code flows} at a load of two thirds or less. */
    FlowEntries(int flows, Arena arena) {
        mask = (Integer.highestOneBit(Math.max(16, flows + flows / 2) - 1) << 1) - 1;
        memory = arena.allocate((mask + 1L) * OCTETS, 64);
    }

    /** Entries, used or free. */
    int count() {
        return mask + 1;
    }

    long octets() {
        return memory.byteSize();
    }

    /** Brings the place where a flow is looked for into the cache. */
    void touch(long hash) {
        touched ^= memory.get(JAVA_LONG, at((int) hash & mask));
    }

    int find(long hash, int source, int destination, int ports, int protocol) {
        // The bound is for readers beside the writer: without one there is always a free entry.
        for (int i = 0, entry = (int) hash & mask; i <= mask && isUsed(entry); i++, entry = entry + 1 & mask) {
            long at = at(entry);
            if (memory.get(JAVA_INT, at + PORTS) == ports
                    && memory.get(JAVA_INT, at + SOURCE) == source
                    && memory.get(JAVA_INT, at + DESTINATION) == destination
                    && (memory.get(JAVA_BYTE, at + PROTOCOL) & 0xFF) == protocol) {
                return entry;
            }
        }
        return ABSENT;
    }

    /** Takes a free entry for a flow that is not there yet; the caller keeps the load below one. */
    void insert(
            long hash,
            int source,
            int destination,
            int ports,
            int protocol,
            byte flowClass,
            int member,
            int generation,
            int now) {
        int entry = (int) hash & mask;
        while (isUsed(entry)) {
            entry = entry + 1 & mask;
        }
        long at = at(entry);
        beginChange();
        memory.set(JAVA_INT, at + SOURCE, source);
        memory.set(JAVA_INT, at + DESTINATION, destination);
        memory.set(JAVA_INT, at + PORTS, ports);
        memory.set(JAVA_BYTE, at + PROTOCOL, (byte) protocol);
        memory.set(JAVA_INT, at + HASH, (int) hash);
        writeChoice(at, flowClass, member, generation, now);
        endChange();
    }

    /** Gives the flow of an entry another member. */
    void choose(int entry, byte flowClass, int member, int generation, int now) {
        beginChange();
        writeChoice(at(entry), flowClass, member, generation, now);
        endChange();
    }

    private void writeChoice(long at, byte flowClass, int member, int generation, int now) {
        memory.set(JAVA_BYTE, at + CLASS, flowClass);
        memory.set(JAVA_SHORT, at + GENERATION, (short) generation);
        memory.set(JAVA_INT, at + MEMBER, member);
        memory.set(JAVA_INT, at + SEEN, now);
        memory.set(JAVA_INT, at + BEGUN, now);
    }

    /**
     * Frees an entry and shifts back those behind it that it kept from their place.
     *
     * @param cursor an entry up to which someone has looked at all
     * @return the entry up to which they now have: lower when one they have not seen moved to below the cursor
     */
    int remove(int entry, int cursor) {
        beginChange();
        int hole = entry;
        for (int next = entry + 1 & mask; isUsed(next); next = next + 1 & mask) {
            int home = memory.get(JAVA_INT, at(next) + HASH) & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                copy(at(next), at(hole));
                if (hole < cursor && cursor <= next) {
                    cursor = hole;
                }
                hole = next;
            }
        }
        memory.set(JAVA_BYTE, at(hole) + CLASS, FREE);
        endChange();
        return cursor;
    }

    private void copy(long from, long to) {
        for (int offset = 0; offset < OCTETS; offset += Long.BYTES) {
            memory.set(JAVA_LONG, to + offset, memory.get(JAVA_LONG, from + offset));
        }
    }

    boolean isUsed(int entry) {
        return memory.get(JAVA_BYTE, at(entry) + CLASS) != FREE;
    }

    byte flowClass(int entry) {
        return memory.get(JAVA_BYTE, at(entry) + CLASS);
    }

    void setFlowClass(int entry, byte flowClass) {
        memory.set(JAVA_BYTE, at(entry) + CLASS, flowClass);
    }

    int source(int entry) {
        return memory.get(JAVA_INT, at(entry) + SOURCE);
    }

    int destination(int entry) {
        return memory.get(JAVA_INT, at(entry) + DESTINATION);
    }

    int ports(int entry) {
        return memory.get(JAVA_INT, at(entry) + PORTS);
    }

    int protocol(int entry) {
        return memory.get(JAVA_BYTE, at(entry) + PROTOCOL) & 0xFF;
    }

    int member(int entry) {
        return memory.get(JAVA_INT, at(entry) + MEMBER);
    }

    int generation(int entry) {
        return memory.get(JAVA_SHORT, at(entry) + GENERATION) & 0xFFFF;
    }

    int seen(int entry) {
        return memory.get(JAVA_INT, at(entry) + SEEN);
    }

    void setSeen(int entry, int now) {
        memory.set(JAVA_INT, at(entry) + SEEN, now);
    }

    int begun(int entry) {
        return memory.get(JAVA_INT, at(entry) + BEGUN);
    }

    /** For a reader beside the writer: what to ask {@link #isUnchanged} about after reading. */
    long stamp() {
        return (long) CHANGES.getAcquire(this);
    }

    /** Whether what was read since the stamp belongs together. */
    boolean isUnchanged(long stamp) {
        VarHandle.acquireFence();
        return (stamp & 1) == 0 && (long) CHANGES.getOpaque(this) == stamp;
    }

    private void beginChange() {
        CHANGES.setOpaque(this, changes + 1);
        VarHandle.storeStoreFence();
    }

    private void endChange() {
        CHANGES.setRelease(this, changes + 1);
    }

    private static long at(int entry) {
        return (long) entry << SHIFT;
    }
}

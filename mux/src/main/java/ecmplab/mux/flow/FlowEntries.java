package ecmplab.mux.flow;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.port.sys.TableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;

/**
 * The memory of a {@link FlowTable}: open addressing with linear probing, deletion by shifting back, so there are no tombstones and
 * no object a flow. An entry of an IPv4 flow is 32 octets, two to a cache line; one of an IPv6 flow, in a table of its own, is 64:
 *
 * <pre>
 *    0  source address     4  destination address    8  source port, destination port
 *   12  protocol          13  class, 0 for free     14  generation
 *   16  member            20  hash                  24  last seen, ms    28  begun, ms
 *   32  source address of IPv6                      48  destination address of IPv6
 * </pre>
 *
 * One thread writes. Others may read beside it if they check with {@link #stamp} and {@link #isUnchanged} that no entry
 * moved meanwhile.
 */
final class FlowEntries {
    static final int ABSENT = -1;

    private static final int SOURCE = 0, DESTINATION = 4, PORTS = 8, PROTOCOL = 12, CLASS = 13, GENERATION = 14;
    private static final int MEMBER = 16, HASH = 20, SEEN = 24, BEGUN = 28;
    private static final int SOURCE_HIGH = 32, SOURCE_LOW = 40, DESTINATION_HIGH = 48, DESTINATION_LOW = 56;
    private static final int IPV4_SHIFT = 5, IPV6_SHIFT = 6;
    private static final byte FREE = 0;
    /** In the word that starts with the ports. */
    private static final long PORTS_AND_PROTOCOL = (1L << 40) - 1, CLASS_BITS = 0xFFL << 40;

    private static final VarHandle CHANGES;

    static {
        try {
            CHANGES = MethodHandles.lookup().findVarHandle(FlowEntries.class, "changes", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /**
     * All memory, a constant: the JIT then makes one instruction of an access, where the segment of an object costs it checks of
     * liveness and bounds. Every offset below is that of an entry, masked, so it is in bounds.
     */
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** What the addresses below are in; held so that it stays alive. */
    private final MemorySegment memory;

    private final long base;
    private final int mask;
    /** Of an entry's number, to the octets before it. */
    private final int shift;

    /** Odd while an entry is written, moved or removed. */
    private long changes;

    @SuppressWarnings("UnusedVariable") // written so that the read of touch() is not optimised away
    private long touched;

    /** Room for {@code flows} at a load of two thirds or less. */
    FlowEntries(int flows, boolean ipv6, Arena arena) {
        shift = ipv6 ? IPV6_SHIFT : IPV4_SHIFT;
        mask = (Integer.highestOneBit(Math.max(16, flows + flows / 2) - 1) << 1) - 1;
        memory = TableMemory.allocate((mask + 1L) << shift, arena);
        base = memory.address();
    }

    /** Entries, used or free. */
    int count() {
        return mask + 1;
    }

    long octets() {
        return memory.byteSize();
    }

    /**
     * Brings the places where {@code count} flows are looked for into the cache. Nothing else may stand in this loop: the processor
     * waits for as many of them at once as it can see.
     */
    void touch(long[] hashes, int count) {
        long all = 0;
        for (int i = 0; i < count; i++) {
            all ^= ALL.get(LONG, at((int) hashes[i] & mask));
        }
        touched = all;
    }

    int find(long hash, int source, int destination, int ports, int protocol) {
        long addresses = (source & 0xFFFF_FFFFL) | (long) destination << 32;
        long rest = (ports & 0xFFFF_FFFFL) | (long) protocol << 32;
        // The bound is for readers beside the writer: without one there is always a free entry.
        for (int i = 0, entry = (int) hash & mask; i <= mask; i++, entry = entry + 1 & mask) {
            long at = at(entry);
            long word = ALL.get(LONG, at + PORTS);
            if ((word & CLASS_BITS) == FREE) {
                break;
            }
            if ((word & PORTS_AND_PROTOCOL) == rest && ALL.get(LONG, at + SOURCE) == addresses) {
                return entry;
            }
        }
        return ABSENT;
    }

    /** As {@link #find(long, int, int, int, int)}, in a table of IPv6 flows. */
    int find(
            long hash,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int ports,
            int protocol) {
        for (int i = 0, entry = (int) hash & mask; i <= mask && isUsed(entry); i++, entry = entry + 1 & mask) {
            long at = at(entry);
            if (ALL.get(INT, at + PORTS) == ports
                    && ALL.get(LONG, at + SOURCE_LOW) == sourceLow
                    && ALL.get(LONG, at + SOURCE_HIGH) == sourceHigh
                    && ALL.get(LONG, at + DESTINATION_LOW) == destinationLow
                    && ALL.get(LONG, at + DESTINATION_HIGH) == destinationHigh
                    && (ALL.get(BYTE, at + PROTOCOL) & 0xFF) == protocol) {
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
        long at = free(hash);
        beginChange();
        ALL.set(INT, at + SOURCE, source);
        ALL.set(INT, at + DESTINATION, destination);
        writeRest(at, hash, ports, protocol);
        writeChoice(at, flowClass, member, generation, now);
        endChange();
    }

    /** As {@link #insert(long, int, int, int, int, byte, int, int, int)}, into a table of IPv6 flows. */
    void insert(
            long hash,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int ports,
            int protocol,
            byte flowClass,
            int member,
            int generation,
            int now) {
        long at = free(hash);
        beginChange();
        ALL.set(LONG, at + SOURCE_HIGH, sourceHigh);
        ALL.set(LONG, at + SOURCE_LOW, sourceLow);
        ALL.set(LONG, at + DESTINATION_HIGH, destinationHigh);
        ALL.set(LONG, at + DESTINATION_LOW, destinationLow);
        writeRest(at, hash, ports, protocol);
        writeChoice(at, flowClass, member, generation, now);
        endChange();
    }

    private long free(long hash) {
        int entry = (int) hash & mask;
        while (isUsed(entry)) {
            entry = entry + 1 & mask;
        }
        return at(entry);
    }

    private static void writeRest(long at, long hash, int ports, int protocol) {
        ALL.set(INT, at + PORTS, ports);
        ALL.set(BYTE, at + PROTOCOL, (byte) protocol);
        ALL.set(INT, at + HASH, (int) hash);
    }

    /** Gives the flow of an entry another member. */
    void choose(int entry, byte flowClass, int member, int generation, int now) {
        beginChange();
        writeChoice(at(entry), flowClass, member, generation, now);
        endChange();
    }

    private void writeChoice(long at, byte flowClass, int member, int generation, int now) {
        ALL.set(BYTE, at + CLASS, flowClass);
        ALL.set(SHORT, at + GENERATION, (short) generation);
        ALL.set(INT, at + MEMBER, member);
        ALL.set(INT, at + SEEN, now);
        ALL.set(INT, at + BEGUN, now);
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
            int home = ALL.get(INT, at(next) + HASH) & mask;
            if ((next - home & mask) >= (next - hole & mask)) {
                copy(at(next), at(hole));
                if (hole < cursor && cursor <= next) {
                    cursor = hole;
                }
                hole = next;
            }
        }
        ALL.set(BYTE, at(hole) + CLASS, FREE);
        endChange();
        return cursor;
    }

    private void copy(long from, long to) {
        for (int offset = 0; offset < 1 << shift; offset += Long.BYTES) {
            ALL.set(LONG, to + offset, ALL.get(LONG, from + offset));
        }
    }

    boolean isUsed(int entry) {
        return ALL.get(BYTE, at(entry) + CLASS) != FREE;
    }

    byte flowClass(int entry) {
        return ALL.get(BYTE, at(entry) + CLASS);
    }

    void setFlowClass(int entry, byte flowClass) {
        ALL.set(BYTE, at(entry) + CLASS, flowClass);
    }

    InetAddress source(int entry) {
        long at = at(entry);
        return shift == IPV6_SHIFT
                ? Ipv6.address(ALL.get(LONG, at + SOURCE_HIGH), ALL.get(LONG, at + SOURCE_LOW))
                : Ipv4.address(ALL.get(INT, at + SOURCE));
    }

    InetAddress destination(int entry) {
        long at = at(entry);
        return shift == IPV6_SHIFT
                ? Ipv6.address(ALL.get(LONG, at + DESTINATION_HIGH), ALL.get(LONG, at + DESTINATION_LOW))
                : Ipv4.address(ALL.get(INT, at + DESTINATION));
    }

    int ports(int entry) {
        return ALL.get(INT, at(entry) + PORTS);
    }

    int protocol(int entry) {
        return ALL.get(BYTE, at(entry) + PROTOCOL) & 0xFF;
    }

    int member(int entry) {
        return ALL.get(INT, at(entry) + MEMBER);
    }

    int generation(int entry) {
        return ALL.get(SHORT, at(entry) + GENERATION) & 0xFFFF;
    }

    int seen(int entry) {
        return ALL.get(INT, at(entry) + SEEN);
    }

    void setSeen(int entry, int now) {
        ALL.set(INT, at(entry) + SEEN, now);
    }

    int begun(int entry) {
        return ALL.get(INT, at(entry) + BEGUN);
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

    private long at(int entry) {
        return base + ((long) entry << shift);
    }
}

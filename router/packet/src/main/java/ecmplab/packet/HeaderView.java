package ecmplab.packet;

import static java.nio.ByteOrder.BIG_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where a header stands: a memory and the offset of its first octet. Views wrap, never copy, and are reused packet after
 * packet by one thread. None checks lengths by itself: {@link PacketParser}, or the {@code check} of the view, says first
 * whether the header is there; a view of memory that is too short throws {@link IndexOutOfBoundsException}, it never reads
 * beyond the segment.
 */
abstract sealed class HeaderView permits Ethernet, Arp, Ipv4, Ipv6, Icmp, Icmpv6, NeighborDiscovery, Udp, Tcp, Vxlan {
    static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    MemorySegment memory = MemorySegment.NULL;
    long offset;

    /** Where the header starts in the memory it was wrapped with. */
    public final long offset() {
        return offset;
    }

    final void position(MemorySegment newMemory, long newOffset) {
        memory = newMemory;
        offset = newOffset;
    }

    final int u8(int at) {
        return u8(memory, offset + at);
    }

    final void u8(int at, int value) {
        memory.set(U8, offset + at, (byte) value);
    }

    final int u16(int at) {
        return u16(memory, offset + at);
    }

    final void u16(int at, int value) {
        memory.set(U16, offset + at, (short) value);
    }

    final int u32(int at) {
        return memory.get(U32, offset + at);
    }

    final void u32(int at, int value) {
        memory.set(U32, offset + at, value);
    }

    final long u64(int at) {
        return memory.get(U64, offset + at);
    }

    final void u64(int at, long value) {
        memory.set(U64, offset + at, value);
    }

    final long u48(int at) {
        return ((long) u16(at) << 32) | (u32(at + 2) & 0xFFFF_FFFFL);
    }

    final void u48(int at, long bits) {
        u16(at, (int) (bits >>> 32));
        u32(at + 2, (int) bits);
    }

    static int u8(MemorySegment memory, long at) {
        return memory.get(U8, at) & 0xFF;
    }

    static int u16(MemorySegment memory, long at) {
        return memory.get(U16, at) & 0xFFFF;
    }
}

package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** Ethernet II header view (IEEE 802.3 section 3, without FCS). Addresses are the 48 low bits of a long. */
public final class Ethernet extends HeaderView {
    /** Octets. */
    public static final int LENGTH = 14;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_VLAN = 0x8100;
    public static final int TYPE_IPV6 = 0x86DD;

    private static final int DESTINATION = 0;
    private static final int SOURCE = 6;
    private static final int TYPE = 12;
    /** The lowest bit of the first octet: a group address, broadcast included. */
    private static final long GROUP = 1L << 40;

    public Ethernet wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    public long destination() {
        return u48(DESTINATION);
    }

    public void setDestination(long mac) {
        u48(DESTINATION, mac);
    }

    public long source() {
        return u48(SOURCE);
    }

    public void setSource(long mac) {
        u48(SOURCE, mac);
    }

    /** EtherType, or a length when below 0x600. */
    public int type() {
        return u16(TYPE);
    }

    /** Writes both addresses. */
    public void setAddresses(long destination, long source) {
        setAddresses(memory, offset, destination, source);
    }

    /** Writes both addresses of the header at {@code offset}. */
    public static void setAddresses(MemorySegment memory, long offset, long destination, long source) {
        memory.set(U64, offset + DESTINATION, destination << 16 | (source >>> 32 & 0xFFFF));
        memory.set(U32, offset + SOURCE + 2, (int) source);
    }

    /** Writes the whole header. */
    public void set(long destination, long source, int type) {
        setAddresses(destination, source);
        u16(TYPE, type);
    }

    /** Whether the destination is a multicast or the broadcast address. */
    public boolean toGroup() {
        return isGroup(destination());
    }

    public static boolean isGroup(long mac) {
        return (mac & GROUP) != 0;
    }
}

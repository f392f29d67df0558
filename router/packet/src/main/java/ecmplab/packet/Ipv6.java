package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** IPv6 fixed header view (RFC 8200 section 3). Addresses are two longs, high half first. */
public final class Ipv6 extends HeaderView {
    /** Octets. */
    public static final int LENGTH = 40;

    private static final int VERSION_CLASS_LABEL = 0;
    private static final int PAYLOAD_LENGTH = 4;
    private static final int NEXT_HEADER = 6;
    private static final int HOP_LIMIT = 7;
    private static final int SOURCE = 8;
    private static final int DESTINATION = 24;

    public Ipv6 wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets at {@code offset} start with a whole and consistent IPv6 packet. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        if (available < LENGTH) {
            return PacketFault.IP_TOO_SHORT;
        }
        if (u8(memory, offset) >>> 4 != 6) {
            return PacketFault.BAD_IP_VERSION;
        }
        if (LENGTH + u16(memory, offset + PAYLOAD_LENGTH) > available) {
            return PacketFault.BAD_IP_TOTAL_LENGTH;
        }
        return u8(memory, offset + HOP_LIMIT) == 0 ? PacketFault.TTL_ZERO : PacketFault.NONE;
    }

    /** Octets after this header, extension headers included. */
    public int payloadLength() {
        return u16(PAYLOAD_LENGTH);
    }

    public int flowLabel() {
        return u32(VERSION_CLASS_LABEL) & 0xF_FFFF;
    }

    /** Protocol or first extension header. */
    public int nextHeader() {
        return u8(NEXT_HEADER);
    }

    public int hopLimit() {
        return u8(HOP_LIMIT);
    }

    /** The caller has seen to it that the hop limit is above 1. */
    public void decrementHopLimit() {
        u8(HOP_LIMIT, hopLimit() - 1);
    }

    public long sourceHigh() {
        return u64(SOURCE);
    }

    public long sourceLow() {
        return u64(SOURCE + 8);
    }

    public long destinationHigh() {
        return u64(DESTINATION);
    }

    public long destinationLow() {
        return u64(DESTINATION + 8);
    }

    public void setSource(long high, long low) {
        u64(SOURCE, high);
        u64(SOURCE + 8, low);
    }

    public void setDestination(long high, long low) {
        u64(DESTINATION, high);
        u64(DESTINATION + 8, low);
    }

    /** Writes the header but for the addresses; traffic class and flow label 0. */
    public void set(int payloadLength, int nextHeader, int hopLimit) {
        u32(VERSION_CLASS_LABEL, 6 << 28);
        u16(PAYLOAD_LENGTH, payloadLength);
        u8(NEXT_HEADER, nextHeader);
        u8(HOP_LIMIT, hopLimit);
    }

    /** Sum of the pseudo header (RFC 8200 section 8.1) for an upper-layer packet of {@code length} octets. */
    public long pseudoHeader(int protocol, int length) {
        return Checksum.sum(memory, offset + SOURCE, 32) + length + protocol;
    }
}

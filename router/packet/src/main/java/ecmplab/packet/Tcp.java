package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** TCP header view (RFC 9293 section 3.1). */
public final class Tcp extends HeaderView {
    /** Octets of a header without options. */
    public static final int MIN_LENGTH = 20;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int SEQUENCE = 4;
    private static final int ACKNOWLEDGEMENT = 8;
    private static final int DATA_OFFSET = 12;
    private static final int FLAGS = 13;
    private static final int WINDOW = 14;
    private static final int CHECKSUM = 16;
    private static final int URGENT = 18;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_MSS = 2;

    public Tcp wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets of IP payload at {@code offset} start with a whole TCP header, options included. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        if (available < MIN_LENGTH) {
            return PacketFault.BAD_TRANSPORT_LENGTH;
        }
        int headerLength = u8(memory, offset + DATA_OFFSET) >>> 4 << 2;
        return headerLength < MIN_LENGTH || headerLength > available
                ? PacketFault.BAD_TRANSPORT_LENGTH
                : PacketFault.NONE;
    }

    public int sourcePort() {
        return u16(SOURCE_PORT);
    }

    public int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    public int sequence() {
        return u32(SEQUENCE);
    }

    public int acknowledgement() {
        return u32(ACKNOWLEDGEMENT);
    }

    /** Octets, options included. */
    public int headerLength() {
        return u8(DATA_OFFSET) >>> 4 << 2;
    }

    /** {@link #SYN}, {@link #ACK}, ... */
    public int flags() {
        return u8(FLAGS);
    }

    public boolean has(int flag) {
        return (u8(FLAGS) & flag) != 0;
    }

    /** A SYN without ACK: the first segment of a connection. */
    public boolean opens() {
        return (u8(FLAGS) & (SYN | ACK | RST)) == SYN;
    }

    public int window() {
        return u16(WINDOW);
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    /** Sets the port and patches the checksum. */
    public void setSourcePort(int port) {
        setPort(SOURCE_PORT, port);
    }

    /** Sets the port and patches the checksum. */
    public void setDestinationPort(int port) {
        setPort(DESTINATION_PORT, port);
    }

    private void setPort(int at, int port) {
        u16(CHECKSUM, Checksum.update16(checksum(), u16(at), port));
        u16(at, port);
    }

    /** Writes a header without options and with checksum 0; {@link #updateChecksum} when the payload stands. */
    public void set(int sourcePort, int destinationPort, int sequence, int acknowledgement, int flags, int window) {
        u16(SOURCE_PORT, sourcePort);
        u16(DESTINATION_PORT, destinationPort);
        u32(SEQUENCE, sequence);
        u32(ACKNOWLEDGEMENT, acknowledgement);
        u8(DATA_OFFSET, MIN_LENGTH >> 2 << 4);
        u8(FLAGS, flags);
        u16(WINDOW, window);
        u16(CHECKSUM, 0);
        u16(URGENT, 0);
    }

    /** Computes the checksum of the segment in {@code ip} and writes it. */
    public void updateChecksum(Ipv4 ip) {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.finish(ip.pseudoHeader() + Checksum.sum(memory, offset, ip.payloadLength())));
    }

    public boolean checksumValid(Ipv4 ip) {
        return Checksum.fold(ip.pseudoHeader() + Checksum.sum(memory, offset, ip.payloadLength())) == 0xFFFF;
    }

    /** Computes the checksum of the segment of {@code length} octets, header included, in {@code ip} and writes it. */
    public void updateChecksum(Ipv6 ip, int length) {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.finish(ip.pseudoHeader(IpProtocol.TCP, length) + Checksum.sum(memory, offset, length)));
    }

    /** @param length octets of the segment, header included */
    public boolean checksumValid(Ipv6 ip, int length) {
        return Checksum.fold(ip.pseudoHeader(IpProtocol.TCP, length) + Checksum.sum(memory, offset, length)) == 0xFFFF;
    }

    /**
     * Maximum segment size that this segment announces, or -1 when it has no well-formed MSS option. The header is whole
     * (see {@link #check}); options that run beyond it end the search.
     */
    public int mss() {
        int at = mssAt();
        return at < 0 ? -1 : u16(at);
    }

    /**
     * Lowers an announced maximum segment size to {@code max} and patches the checksum; does nothing to a segment without
     * SYN, without the option, or with a smaller one.
     *
     * @return whether it was lowered
     */
    public boolean clampMss(int max) {
        if (!has(SYN)) {
            return false;
        }
        int at = mssAt();
        if (at < 0 || u16(at) <= max) {
            return false;
        }
        int before = u16(at);
        u16(at, max);
        int checksum = checksum();
        u16(
                CHECKSUM,
                (at & 1) == 0 ? Checksum.update16(checksum, before, max) : Checksum.updateOdd16(checksum, before, max));
        return true;
    }

    /** Offset within the header of the MSS option's value, or -1. */
    private int mssAt() {
        int end = headerLength();
        int at = MIN_LENGTH;
        while (at < end) {
            int kind = u8(at);
            if (kind == OPTION_END) {
                return -1;
            }
            if (kind == OPTION_NOP) {
                at++;
                continue;
            }
            int length = at + 1 < end ? u8(at + 1) : 0;
            if (length < 2 || at + length > end) {
                return -1;
            }
            if (kind == OPTION_MSS) {
                return length == 4 ? at + 2 : -1;
            }
            at += length;
        }
        return -1;
    }

    /** Patches the checksum after an address of the pseudo header went from {@code before} to {@code after}. */
    static void addressChanged(MemorySegment memory, long offset, int before, int after) {
        int checksum = u16(memory, offset + CHECKSUM);
        memory.set(U16, offset + CHECKSUM, (short) Checksum.update32(checksum, before, after));
    }

    /** As the other one, for an IPv6 address. */
    static void addressChanged(
            MemorySegment memory, long offset, long beforeHigh, long beforeLow, long afterHigh, long afterLow) {
        int checksum = u16(memory, offset + CHECKSUM);
        memory.set(U16, offset + CHECKSUM, (short)
                Checksum.update128(checksum, beforeHigh, beforeLow, afterHigh, afterLow));
    }
}

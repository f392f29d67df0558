package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** UDP header view (RFC 768). */
public final class Udp extends HeaderView {
    /** Octets. */
    public static final int LENGTH = 8;

    private static final int SOURCE_PORT = 0;
    private static final int DESTINATION_PORT = 2;
    private static final int DATAGRAM_LENGTH = 4;
    private static final int CHECKSUM = 6;

    public Udp wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets of IP payload at {@code offset} start with a whole datagram. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        if (available < LENGTH) {
            return PacketFault.BAD_TRANSPORT_LENGTH;
        }
        int length = u16(memory, offset + DATAGRAM_LENGTH);
        return length < LENGTH || length > available ? PacketFault.BAD_TRANSPORT_LENGTH : PacketFault.NONE;
    }

    public int sourcePort() {
        return u16(SOURCE_PORT);
    }

    public int destinationPort() {
        return u16(DESTINATION_PORT);
    }

    /** Octets, header included. */
    public int datagramLength() {
        return u16(DATAGRAM_LENGTH);
    }

    /** 0 when the sender computed none. */
    public int checksum() {
        return u16(CHECKSUM);
    }

    /** Where the payload starts. */
    public long payload() {
        return offset + LENGTH;
    }

    /** Sets the port and patches the checksum, if there is one. */
    public void setSourcePort(int port) {
        setPort(SOURCE_PORT, port);
    }

    /** Sets the port and patches the checksum, if there is one. */
    public void setDestinationPort(int port) {
        setPort(DESTINATION_PORT, port);
    }

    private void setPort(int at, int port) {
        if (checksum() != 0) {
            u16(CHECKSUM, neverZero(Checksum.update16(checksum(), u16(at), port)));
        }
        u16(at, port);
    }

    /** Writes the header without a checksum (0). */
    public void set(int sourcePort, int destinationPort, int datagramLength) {
        u16(SOURCE_PORT, sourcePort);
        u16(DESTINATION_PORT, destinationPort);
        u16(DATAGRAM_LENGTH, datagramLength);
        u16(CHECKSUM, 0);
    }

    /** Computes the checksum of the datagram in {@code ip} and writes it. */
    public void updateChecksum(Ipv4 ip) {
        u16(CHECKSUM, 0);
        long pseudo = Checksum.pseudoHeader(ip.source(), ip.destination(), IpProtocol.UDP, datagramLength());
        u16(CHECKSUM, neverZero(Checksum.finish(pseudo + Checksum.sum(memory, offset, datagramLength()))));
    }

    /** Whether the checksum is right, or not there. */
    public boolean checksumValid(Ipv4 ip) {
        long pseudo = Checksum.pseudoHeader(ip.source(), ip.destination(), IpProtocol.UDP, datagramLength());
        return checksum() == 0 || Checksum.fold(pseudo + Checksum.sum(memory, offset, datagramLength())) == 0xFFFF;
    }

    /** Computes the checksum of the datagram in {@code ip} and writes it. */
    public void updateChecksum(Ipv6 ip) {
        u16(CHECKSUM, 0);
        long pseudo = ip.pseudoHeader(IpProtocol.UDP, datagramLength());
        u16(CHECKSUM, neverZero(Checksum.finish(pseudo + Checksum.sum(memory, offset, datagramLength()))));
    }

    /** Whether the checksum is right. None at all is wrong over IPv6, but for tunnels (RFC 6935): the caller asks for 0 first. */
    public boolean checksumValid(Ipv6 ip) {
        long pseudo = ip.pseudoHeader(IpProtocol.UDP, datagramLength());
        return checksum() != 0 && Checksum.fold(pseudo + Checksum.sum(memory, offset, datagramLength())) == 0xFFFF;
    }

    /** Patches the checksum after an address of the pseudo header went from {@code before} to {@code after}. */
    static void addressChanged(MemorySegment memory, long offset, int before, int after) {
        int checksum = u16(memory, offset + CHECKSUM);
        if (checksum != 0) {
            memory.set(U16, offset + CHECKSUM, (short) neverZero(Checksum.update32(checksum, before, after)));
        }
    }

    /** As the other one, for an IPv6 address. */
    static void addressChanged(
            MemorySegment memory, long offset, long beforeHigh, long beforeLow, long afterHigh, long afterLow) {
        int checksum = u16(memory, offset + CHECKSUM);
        if (checksum != 0) {
            int patched = Checksum.update128(checksum, beforeHigh, beforeLow, afterHigh, afterLow);
            memory.set(U16, offset + CHECKSUM, (short) neverZero(patched));
        }
    }

    /** 0 on the wire means no checksum: a computed 0 is sent as its other ones' complement form (RFC 768). */
    static int neverZero(int checksum) {
        return checksum == 0 ? 0xFFFF : checksum;
    }
}

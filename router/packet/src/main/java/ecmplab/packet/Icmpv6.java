package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** ICMPv6 header view (RFC 4443 section 2.1), and the messages that a router sends. */
public final class Icmpv6 extends HeaderView {
    /** Octets before the data or the quoted packet. */
    public static final int LENGTH = 8;

    public static final int UNREACHABLE = 1;
    public static final int PACKET_TOO_BIG = 2;
    public static final int TIME_EXCEEDED = 3;
    public static final int PARAMETER_PROBLEM = 4;
    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int NEIGHBOR_SOLICITATION = 135;
    public static final int NEIGHBOR_ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;

    /** Codes of {@link #UNREACHABLE}. */
    public static final int NO_ROUTE = 0;

    public static final int ADMINISTRATIVELY_PROHIBITED = 1;
    public static final int BEYOND_SCOPE = 2;
    public static final int ADDRESS_UNREACHABLE = 3;
    public static final int PORT_UNREACHABLE = 4;

    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int CHECKSUM = 2;
    private static final int IDENTIFIER = 4;
    private static final int SEQUENCE = 6;

    private static final int HOP_LIMIT = 64;

    public Icmpv6 wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /**
     * Whether {@code available} octets at {@code transport} are an ICMPv6 message with a right checksum, in the valid packet
     * at {@code ip}.
     */
    public static PacketFault check(MemorySegment memory, long ip, long transport, int available) {
        if (available < LENGTH) {
            return PacketFault.BAD_TRANSPORT_LENGTH;
        }
        long sum = Checksum.sum(memory, ip + 8, 32) + available + IpProtocol.ICMPV6;
        return Checksum.fold(sum + Checksum.sum(memory, transport, available)) == 0xFFFF
                ? PacketFault.NONE
                : PacketFault.BAD_TRANSPORT_CHECKSUM;
    }

    public int type() {
        return u8(TYPE);
    }

    public int code() {
        return u8(CODE);
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    /** Identifier of an echo. */
    public int identifier() {
        return u16(IDENTIFIER);
    }

    /** Sequence number of an echo. */
    public int sequence() {
        return u16(SEQUENCE);
    }

    /** MTU of the next hop in {@link #PACKET_TOO_BIG} (RFC 4443 section 3.2), as unsigned 32 bits. */
    public int mtu() {
        return u32(IDENTIFIER);
    }

    /** Sets the MTU of the next hop; the checksum is the caller's to {@link #updateChecksum update}. */
    public void setMtu(int mtu) {
        u32(IDENTIFIER, mtu);
    }

    /** Where the packet that an error quotes starts. */
    public long quoted() {
        return offset + LENGTH;
    }

    /** Types below 128 are errors (RFC 4443 section 2.1). */
    public boolean isError() {
        return type() < 128;
    }

    /** Sets type and code; the checksum is the caller's to {@link #updateChecksum update}. */
    public void set(int type, int code) {
        u8(TYPE, type);
        u8(CODE, code);
    }

    /** Computes the checksum over {@code length} octets of message in {@code ip} and writes it. */
    public void updateChecksum(Ipv6 ip, int length) {
        u16(CHECKSUM, 0);
        u16(
                CHECKSUM,
                Checksum.finish(ip.pseudoHeader(IpProtocol.ICMPV6, length) + Checksum.sum(memory, offset, length)));
    }

    public boolean checksumValid(Ipv6 ip, int length) {
        return Checksum.fold(ip.pseudoHeader(IpProtocol.ICMPV6, length) + Checksum.sum(memory, offset, length))
                == 0xFFFF;
    }

    /** Patches the checksum after an address of the pseudo header changed. */
    static void addressChanged(
            MemorySegment memory, long offset, long beforeHigh, long beforeLow, long afterHigh, long afterLow) {
        int checksum = u16(memory, offset + CHECKSUM);
        memory.set(U16, offset + CHECKSUM, (short)
                Checksum.update128(checksum, beforeHigh, beforeLow, afterHigh, afterLow));
    }

    /**
     * Turns the echo request at {@code transport} in the packet at {@code ip} into its reply, in place: type, addresses, hop
     * limit and checksum (RFC 4443 section 4.2). The Ethernet header is the caller's.
     */
    public static void replyToEcho(MemorySegment memory, long ip, long transport) {
        var header = new Ipv6().wrap(memory, ip);
        long high = header.sourceHigh();
        long low = header.sourceLow();
        header.setSource(header.destinationHigh(), header.destinationLow());
        header.setDestination(high, low);
        header.setHopLimit(HOP_LIMIT);
        var icmp = new Icmpv6().wrap(memory, transport);
        int before = icmp.u16(TYPE);
        icmp.u8(TYPE, ECHO_REPLY);
        icmp.u16(CHECKSUM, Checksum.update16(icmp.checksum(), before, icmp.u16(TYPE)));
    }

    /**
     * Whether an error of {@code type} about the valid IPv6 packet at {@code ip} may be sent at all (RFC 4443 section 2.4 (e)):
     * not about an ICMPv6 error or a redirect, nor to a source that is no single host; about one to a multicast address only
     * that it is too big. Whether it came as a link-layer multicast or broadcast, the caller knows.
     */
    public static boolean mayReport(MemorySegment memory, long ip, int type) {
        long high = memory.get(U64, ip + 8);
        long low = memory.get(U64, ip + 16);
        if (Ipv6.isUnspecified(high, low) || Ipv6.isMartianSource(high, low)) {
            return false;
        }
        if (Ipv6.isMulticast(memory.get(U64, ip + 24)) && type != PACKET_TOO_BIG) {
            return false;
        }
        int length = Ipv6.LENGTH + u16(memory, ip + 4);
        long found = ExtensionHeaders.find(memory, ip, length);
        if (ExtensionHeaders.faultOf(found) != PacketFault.NONE) {
            return false;
        }
        if (ExtensionHeaders.protocol(found) != IpProtocol.ICMPV6 || ExtensionHeaders.fragmentOffset(found) != 0) {
            return true;
        }
        int at = ExtensionHeaders.at(found);
        int about = at < length ? u8(memory, ip + at) : 0;
        return about >= 128 && about != REDIRECT;
    }

    /** Writes a time exceeded in transit; see {@link #writeError}. */
    public static int writeTimeExceeded(MemorySegment memory, long target, long fromHigh, long fromLow, long about) {
        return writeError(memory, target, fromHigh, fromLow, TIME_EXCEEDED, 0, 0, about);
    }

    /** Writes a destination unreachable with {@code code}; see {@link #writeError}. */
    public static int writeUnreachable(
            MemorySegment memory, long target, long fromHigh, long fromLow, int code, long about) {
        return writeError(memory, target, fromHigh, fromLow, UNREACHABLE, code, 0, about);
    }

    /** Writes a packet too big that names {@code mtu} (RFC 4443 section 3.2); see {@link #writeError}. */
    public static int writePacketTooBig(
            MemorySegment memory, long target, long fromHigh, long fromLow, int mtu, long about) {
        return writeError(memory, target, fromHigh, fromLow, PACKET_TOO_BIG, 0, mtu, about);
    }

    /**
     * Writes an IPv6 packet with an ICMPv6 error at {@code target}, to the source of the packet at {@code about}, which it
     * quotes as far as {@value Ipv6#MIN_MTU} octets allow. Where {@link #mayReport} says no, none may be sent.
     *
     * @param fromHigh half of the sender's own address
     * @return octets written: the length of the packet
     */
    private static int writeError(
            MemorySegment memory, long target, long fromHigh, long fromLow, int type, int code, int rest, long about) {
        var quoted = new Ipv6().wrap(memory, about);
        int quote = Math.min(Ipv6.LENGTH + quoted.payloadLength(), Ipv6.MIN_MTU - Ipv6.LENGTH - LENGTH);
        MemorySegment.copy(memory, about, memory, target + Ipv6.LENGTH + LENGTH, quote);
        var ip = new Ipv6().wrap(memory, target);
        ip.set(LENGTH + quote, IpProtocol.ICMPV6, HOP_LIMIT);
        ip.setSource(fromHigh, fromLow);
        ip.setDestination(quoted.sourceHigh(), quoted.sourceLow());
        var icmp = new Icmpv6().wrap(memory, target + Ipv6.LENGTH);
        icmp.set(type, code);
        icmp.u32(IDENTIFIER, rest);
        icmp.updateChecksum(ip, LENGTH + quote);
        return Ipv6.LENGTH + LENGTH + quote;
    }
}

package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** ICMP header view (RFC 792), and the messages a router sends (RFC 1812 section 4.3). */
public final class Icmp extends HeaderView {
    /** Octets before the data or the quoted packet. */
    public static final int LENGTH = 8;

    public static final int ECHO_REPLY = 0;
    public static final int UNREACHABLE = 3;
    public static final int SOURCE_QUENCH = 4;
    public static final int REDIRECT = 5;
    public static final int ECHO_REQUEST = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;

    /** Codes of {@link #UNREACHABLE}. */
    public static final int NET_UNREACHABLE = 0;

    public static final int HOST_UNREACHABLE = 1;
    public static final int PORT_UNREACHABLE = 3;
    public static final int FRAGMENTATION_NEEDED = 4;
    public static final int ADMINISTRATIVELY_PROHIBITED = 13;

    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int CHECKSUM = 2;
    private static final int IDENTIFIER = 4;
    private static final int SEQUENCE = 6;

    /** An error message quotes as much as fits into this, IP header included (RFC 1812 section 4.3.2.3). */
    private static final int MAX_ERROR = 576;
    /** Internetwork control precedence (RFC 1812 section 4.3.2.5). */
    private static final int ERROR_TOS = 0xC0;

    private static final int TTL = 64;

    public Icmp wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets of IP payload are an ICMP message with a right checksum. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        if (available < LENGTH) {
            return PacketFault.BAD_TRANSPORT_LENGTH;
        }
        return Checksum.fold(Checksum.sum(memory, offset, available)) == 0xFFFF
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

    /** MTU of the next hop in {@link #FRAGMENTATION_NEEDED} (RFC 1191 section 4). */
    public int nextHopMtu() {
        return u16(SEQUENCE);
    }

    /** Where the packet that an error quotes starts. */
    public long quoted() {
        return offset + LENGTH;
    }

    /** Whether the type is an error, which quotes a packet and is never answered by another. */
    public boolean isError() {
        return isError(type());
    }

    private static boolean isError(int type) {
        return switch (type) {
            case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    /** Computes the checksum over {@code length} octets of message and writes it. */
    public void updateChecksum(int length) {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.of(memory, offset, length));
    }

    /**
     * Turns the echo request in the IPv4 packet at {@code ip} into its reply, in place: type, addresses, TTL and checksums
     * (RFC 1122 section 3.2.2.6). The Ethernet header is the caller's.
     */
    public static void replyToEcho(MemorySegment memory, long ip) {
        var header = new Ipv4().wrap(memory, ip);
        int source = header.source();
        header.setSource(header.destination());
        header.setDestination(source);
        header.setTtl(TTL);
        var icmp = new Icmp().wrap(memory, header.payload());
        int before = icmp.u16(TYPE);
        icmp.u8(TYPE, ECHO_REPLY);
        icmp.u16(CHECKSUM, Checksum.update16(icmp.checksum(), before, icmp.u16(TYPE)));
    }

    /**
     * Whether an error about the valid IPv4 packet at {@code ip} may be sent at all (RFC 1122 section 3.2.2): not about an
     * ICMP error, a later fragment, a multicast or broadcast destination, or a source that is no single host.
     */
    public static boolean mayReport(MemorySegment memory, long ip) {
        var header = new Ipv4().wrap(memory, ip);
        int destination = header.destination();
        if (header.fragmentOffset() != 0
                || Ipv4.isMulticast(destination)
                || destination == -1
                || Ipv4.isMartianSource(header.source())) {
            return false;
        }
        return header.protocol() != IpProtocol.ICMP
                || (header.payloadLength() >= 1 && !isError(u8(memory, header.payload())));
    }

    /** Writes a time exceeded in transit; see {@link #writeError}. */
    public static int writeTimeExceeded(MemorySegment memory, long target, int from, long about) {
        return writeError(memory, target, from, TIME_EXCEEDED, 0, 0, about);
    }

    /** Writes a destination unreachable with {@code code}; see {@link #writeError}. */
    public static int writeUnreachable(MemorySegment memory, long target, int from, int code, long about) {
        return writeError(memory, target, from, UNREACHABLE, code, 0, about);
    }

    /** Writes a fragmentation needed that names {@code nextHopMtu} (RFC 1191 section 4); see {@link #writeError}. */
    public static int writeFragmentationNeeded(
            MemorySegment memory, long target, int from, int nextHopMtu, long about) {
        return writeError(memory, target, from, UNREACHABLE, FRAGMENTATION_NEEDED, nextHopMtu, about);
    }

    /**
     * Writes an IPv4 packet with an ICMP error at {@code target}, to the source of the packet at {@code about}, which it
     * quotes as far as {@value #MAX_ERROR} octets allow. Where {@link #mayReport} says no, none may be sent.
     *
     * @param from the sender's own address
     * @return octets written: the total length of the packet
     */
    private static int writeError(
            MemorySegment memory, long target, int from, int type, int code, int rest, long about) {
        var quoted = new Ipv4().wrap(memory, about);
        int quote = Math.min(quoted.totalLength(), MAX_ERROR - Ipv4.MIN_LENGTH - LENGTH);
        int total = Ipv4.MIN_LENGTH + LENGTH + quote;
        long message = target + Ipv4.MIN_LENGTH;
        MemorySegment.copy(memory, about, memory, message + LENGTH, quote);
        int to = quoted.source();
        new Ipv4().wrap(memory, target).set(ERROR_TOS, total, TTL, IpProtocol.ICMP, from, to);
        var icmp = new Icmp().wrap(memory, message);
        icmp.u8(TYPE, type);
        icmp.u8(CODE, code);
        icmp.u32(IDENTIFIER, rest);
        icmp.updateChecksum(LENGTH + quote);
        return total;
    }
}

package ecmplab.packet;

import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** IPv4 header view (RFC 791). Addresses are 32 bits in network order: 10.0.0.1 is 0x0A000001. */
public final class Ipv4 extends HeaderView {
    /** Octets of a header without options. */
    public static final int MIN_LENGTH = 20;

    private static final int VERSION_IHL = 0;
    private static final int TOS = 1;
    private static final int TOTAL_LENGTH = 2;
    private static final int IDENTIFICATION = 4;
    private static final int FRAGMENT = 6;
    private static final int TTL = 8;
    private static final int PROTOCOL = 9;
    private static final int CHECKSUM = 10;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;

    private static final int DONT_FRAGMENT = 0x4000;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_OFFSET = 0x1FFF;

    public Ipv4 wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /**
     * Whether {@code available} octets at {@code offset} start with a whole and consistent IPv4 packet (RFC 1812 section
     * 5.2.2). Octets beyond the total length are padding and no fault.
     */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        return available < MIN_LENGTH
                ? PacketFault.IP_TOO_SHORT
                : check(
                        memory.get(U64, offset),
                        memory.get(U64, offset + 8),
                        memory.get(U32, offset + 16),
                        memory,
                        offset,
                        available);
    }

    /**
     * The same of a header whose {@value #MIN_LENGTH} octets the caller has read, as three words: on a forwarding path each access to
     * memory counts.
     */
    static PacketFault check(long first, long second, int third, MemorySegment memory, long offset, int available) {
        if (first >>> 60 != 4) {
            return PacketFault.BAD_IP_VERSION;
        }
        int headerLength = headerLength(first);
        if (headerLength < MIN_LENGTH) {
            return PacketFault.BAD_IP_HEADER_LENGTH;
        }
        if (headerLength > available) {
            return PacketFault.IP_TOO_SHORT;
        }
        int totalLength = totalLength(first);
        if (totalLength < headerLength || totalLength > available) {
            return PacketFault.BAD_IP_TOTAL_LENGTH;
        }
        long sum = (first >>> 32)
                + (first & 0xFFFF_FFFFL)
                + (second >>> 32)
                + (second & 0xFFFF_FFFFL)
                + (third & 0xFFFF_FFFFL);
        if (headerLength > MIN_LENGTH) {
            sum += Checksum.sum(memory, offset + MIN_LENGTH, headerLength - MIN_LENGTH);
        }
        if (Checksum.fold(sum) != 0xFFFF) {
            return PacketFault.BAD_IP_CHECKSUM;
        }
        return second >>> 56 == 0 ? PacketFault.TTL_ZERO : PacketFault.NONE;
    }

    /** Octets, from the header's first word. */
    static int headerLength(long first) {
        return (int) (first >>> 56 & 0xF) << 2;
    }

    /** Octets, from the header's first word. */
    static int totalLength(long first) {
        return (int) (first >>> 32) & 0xFFFF;
    }

    /** Octets, options included. */
    public int headerLength() {
        return (u8(VERSION_IHL) & 0xF) << 2;
    }

    /** DSCP and ECN octet. */
    public int tos() {
        return u8(TOS);
    }

    /** Octets, header included. */
    public int totalLength() {
        return u16(TOTAL_LENGTH);
    }

    public int identification() {
        return u16(IDENTIFICATION);
    }

    public boolean dontFragment() {
        return (u16(FRAGMENT) & DONT_FRAGMENT) != 0;
    }

    public boolean moreFragments() {
        return (u16(FRAGMENT) & MORE_FRAGMENTS) != 0;
    }

    /** Octets of the datagram before this fragment. */
    public int fragmentOffset() {
        return (u16(FRAGMENT) & FRAGMENT_OFFSET) << 3;
    }

    /** Whether the packet is a part of a datagram, the first included. */
    public boolean isFragment() {
        return (u16(FRAGMENT) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
    }

    public int ttl() {
        return u8(TTL);
    }

    /** See {@link IpProtocol}. */
    public int protocol() {
        return u8(PROTOCOL);
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    public int source() {
        return u32(SOURCE);
    }

    public int destination() {
        return u32(DESTINATION);
    }

    /** Where the payload starts. */
    public long payload() {
        return offset + headerLength();
    }

    /** Octets of the payload. */
    public int payloadLength() {
        return totalLength() - headerLength();
    }

    /** Decrements the TTL and patches the checksum (RFC 1624, equation 3). The caller has seen to it that the TTL is above 1. */
    public void decrementTtl() {
        decrementTtl(memory, offset);
    }

    /** The same, of the header at {@code offset}. */
    public static void decrementTtl(MemorySegment memory, long offset) {
        int ttlProtocolChecksum = memory.get(U32, offset + TTL);
        // RFC 1624 for a word that falls by 0x100; a sum of 0xFFFF is 0, as when it is taken anew.
        int sum = (ttlProtocolChecksum & 0xFFFF) + 0x100;
        int carried = sum >= 0xFFFF ? sum + 1 : sum;
        memory.set(U32, offset + TTL, (ttlProtocolChecksum & 0xFFFF_0000) - 0x0100_0000 | (carried & 0xFFFF));
    }

    /** Sets the TTL and patches the checksum. */
    public void setTtl(int ttl) {
        int before = u16(TTL);
        int after = ttl << 8 | (before & 0xFF);
        u16(TTL, after);
        u16(CHECKSUM, Checksum.update16(checksum(), before, after));
    }

    /** Sets the source and patches the header's checksum; that of TCP or UDP is not touched: see {@link #rewriteSource}. */
    public void setSource(int address) {
        setAddress(SOURCE, address);
    }

    /** Sets the destination and patches the header's checksum only; see {@link #rewriteDestination}. */
    public void setDestination(int address) {
        setAddress(DESTINATION, address);
    }

    /** Sets the source as NAT does: patches the header's checksum and, where the transport header is here, its too. */
    public void rewriteSource(int address) {
        patchTransport(source(), address);
        setAddress(SOURCE, address);
    }

    /** Sets the destination as NAT does: patches the header's checksum and, where the transport header is here, its too. */
    public void rewriteDestination(int address) {
        patchTransport(destination(), address);
        setAddress(DESTINATION, address);
    }

    private void setAddress(int at, int address) {
        u16(CHECKSUM, Checksum.update32(checksum(), u32(at), address));
        u32(at, address);
    }

    private void patchTransport(int before, int after) {
        if (fragmentOffset() != 0) {
            return;
        }
        switch (protocol()) {
            case IpProtocol.TCP -> Tcp.addressChanged(memory, payload(), before, after);
            case IpProtocol.UDP -> Udp.addressChanged(memory, payload(), before, after);
            default -> {} // ICMP has no pseudo header
        }
    }

    /** Writes a header without options: do-not-fragment, identification 0 (RFC 6864 section 4.1), and its checksum. */
    public void set(int tos, int totalLength, int ttl, int protocol, int source, int destination) {
        u8(VERSION_IHL, 0x45);
        u8(TOS, tos);
        u16(TOTAL_LENGTH, totalLength);
        u16(IDENTIFICATION, 0);
        u16(FRAGMENT, DONT_FRAGMENT);
        u8(TTL, ttl);
        u8(PROTOCOL, protocol);
        u32(SOURCE, source);
        u32(DESTINATION, destination);
        updateChecksum();
    }

    /** Computes the header checksum anew and writes it. */
    public void updateChecksum() {
        u16(CHECKSUM, 0);
        u16(CHECKSUM, Checksum.of(memory, offset, headerLength()));
    }

    public boolean checksumValid() {
        return Checksum.fold(Checksum.sum(memory, offset, headerLength())) == 0xFFFF;
    }

    /** Sum of the pseudo header for this packet's TCP or UDP checksum. */
    public long pseudoHeader() {
        return Checksum.pseudoHeader(source(), destination(), protocol(), payloadLength());
    }

    /** Whether a source may never stand in a packet on a wire: this-network, loopback, multicast, class E (RFC 1812 5.3.7). */
    public static boolean isMartianSource(int address) {
        int top = address >>> 24;
        return top == 0 || top == 127 || top >= 224;
    }

    public static boolean isMulticast(int address) {
        return address >>> 28 == 0xE;
    }

    /** The 32 bits of an address, which is an {@link Inet4Address}. */
    public static int bits(InetAddress address) {
        var octets = address.getAddress();
        if (octets.length != 4) {
            throw new IllegalArgumentException(address.getHostAddress() + ": must be an IPv4 address");
        }
        return (octets[0] & 0xFF) << 24 | (octets[1] & 0xFF) << 16 | (octets[2] & 0xFF) << 8 | (octets[3] & 0xFF);
    }

    /** The address of 32 bits. */
    public static Inet4Address address(int bits) {
        byte[] octets = {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
        try {
            return (Inet4Address) InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Dotted decimal. */
    public static String text(int bits) {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xFF) + "." + (bits >>> 8 & 0xFF) + "." + (bits & 0xFF);
    }
}

package ecmplab.packet;

import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** IPv6 fixed header view (RFC 8200 section 3). Addresses are two longs, high half first: 2001:db8::1 is 0x20010DB8_00000000, 1. */
public final class Ipv6 extends HeaderView {
    /** Octets. */
    public static final int LENGTH = 40;
    /** Octets that every link carries in one packet (RFC 8200 section 5). */
    public static final int MIN_MTU = 1280;

    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

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

    /**
     * Whether {@code available} octets at {@code offset} start with a whole and consistent IPv6 packet; extension headers are
     * not looked at. Octets beyond its length are padding and no fault. There are no jumbograms (RFC 2675) here.
     */
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

    public void setPayloadLength(int octets) {
        u16(PAYLOAD_LENGTH, octets);
    }

    /** DSCP and ECN octet. */
    public int trafficClass() {
        return u32(VERSION_CLASS_LABEL) >>> 20 & 0xFF;
    }

    /** 20 bits (RFC 6437); 0 when the sender set none. */
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

    public void setHopLimit(int hops) {
        u8(HOP_LIMIT, hops);
    }

    /** The caller has seen to it that the hop limit is above 1. */
    public void decrementHopLimit() {
        decrementHopLimit(memory, offset);
    }

    /** The same, of the header at {@code offset}. */
    public static void decrementHopLimit(MemorySegment memory, long offset) {
        memory.set(U8, offset + HOP_LIMIT, (byte) (memory.get(U8, offset + HOP_LIMIT) - 1));
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

    /** Sets the source; checksums of the upper layer are not touched: see {@link #rewriteSource}. */
    public void setSource(long high, long low) {
        u64(SOURCE, high);
        u64(SOURCE + 8, low);
    }

    /** Sets the destination only; see {@link #rewriteDestination}. */
    public void setDestination(long high, long low) {
        u64(DESTINATION, high);
        u64(DESTINATION + 8, low);
    }

    /**
     * Sets the source as NAT does: patches the checksum of TCP, UDP or ICMPv6 too. Not for later fragments, which have no
     * such header: {@link #setSource}.
     *
     * @param protocol of the header at {@code transport}: see {@link PacketParser#protocol} and {@link PacketParser#transport}
     */
    public void rewriteSource(long high, long low, int protocol, long transport) {
        patchTransport(protocol, transport, sourceHigh(), sourceLow(), high, low);
        setSource(high, low);
    }

    /** Sets the destination as NAT does; see {@link #rewriteSource}. */
    public void rewriteDestination(long high, long low, int protocol, long transport) {
        patchTransport(protocol, transport, destinationHigh(), destinationLow(), high, low);
        setDestination(high, low);
    }

    private void patchTransport(int protocol, long transport, long high, long low, long newHigh, long newLow) {
        switch (protocol) {
            case IpProtocol.TCP -> Tcp.addressChanged(memory, transport, high, low, newHigh, newLow);
            case IpProtocol.UDP -> Udp.addressChanged(memory, transport, high, low, newHigh, newLow);
            case IpProtocol.ICMPV6 -> Icmpv6.addressChanged(memory, transport, high, low, newHigh, newLow);
            default -> {} // no checksum, or one without a pseudo header
        }
    }

    /** Writes the header but for the addresses; traffic class and flow label 0. */
    public void set(int payloadLength, int nextHeader, int hopLimit) {
        set(0, 0, payloadLength, nextHeader, hopLimit);
    }

    /** Writes the header but for the addresses. */
    public void set(int trafficClass, int flowLabel, int payloadLength, int nextHeader, int hopLimit) {
        u32(VERSION_CLASS_LABEL, 6 << 28 | trafficClass << 20 | flowLabel);
        u16(PAYLOAD_LENGTH, payloadLength);
        u8(NEXT_HEADER, nextHeader);
        u8(HOP_LIMIT, hopLimit);
    }

    /** Sum of the pseudo header (RFC 8200 section 8.1) for an upper-layer packet of {@code length} octets. */
    public long pseudoHeader(int protocol, int length) {
        return Checksum.sum(memory, offset + SOURCE, 32) + length + protocol;
    }

    public static boolean isMulticast(long high) {
        return high >>> 56 == 0xFF;
    }

    /** fe80::/10 (RFC 4291 section 2.5.6): never forwarded. */
    public static boolean isLinkLocal(long high) {
        return high >>> 54 == 0xFE80 >>> 6;
    }

    /** Whether a source may never stand in a packet from another node: multicast, loopback (RFC 4291 section 2.5.3). */
    public static boolean isMartianSource(long high, long low) {
        return isMulticast(high) || (high == 0 && low == 1);
    }

    public static boolean isUnspecified(long high, long low) {
        return (high | low) == 0;
    }

    /** The high half of an address. */
    public static long high(Inet6Address address) {
        return ByteBuffer.wrap(address.getAddress()).getLong();
    }

    /** The low half of an address. */
    public static long low(Inet6Address address) {
        return ByteBuffer.wrap(address.getAddress()).getLong(8);
    }

    /** The address of two halves; an IPv4-mapped one too is an IPv6 address here. */
    public static Inet6Address address(long high, long low) {
        var octets = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The low half of the IPv4-mapped address (RFC 4291 section 2.5.5.2) of an IPv4 address; the high half is 0. */
    public static long mapped(int ipv4) {
        return IPV4_MAPPED | (ipv4 & 0xFFFF_FFFFL);
    }

    /** Whether two halves are an IPv4 address, whose bits are the last 32. */
    public static boolean isMapped(long high, long low) {
        return high == 0 && low >>> 32 == IPV4_MAPPED >>> 32;
    }

    /** The address of two halves; an {@link java.net.Inet4Address} for an IPv4-mapped one. */
    public static InetAddress unmapped(long high, long low) {
        return isMapped(high, low) ? Ipv4.address((int) low) : address(high, low);
    }

    /** The canonical text (RFC 5952), such as {@code 2001:db8::1}. */
    public static String text(long high, long low) {
        int longest = 1;
        int longestAt = -1;
        for (int at = 0, run = 0; at < 8; at++) {
            run = group(high, low, at) == 0 ? run + 1 : 0;
            if (run > longest) {
                longest = run;
                longestAt = at - run + 1;
            }
        }
        var text = new StringBuilder(39);
        int at = 0;
        while (at < 8) {
            if (at == longestAt) {
                text.append("::");
                at += longest;
            } else {
                boolean first = at == 0 || (longestAt >= 0 && at == longestAt + longest);
                text.append(first ? "" : ":").append(Integer.toHexString(group(high, low, at)));
                at++;
            }
        }
        return text.toString();
    }

    private static int group(long high, long low, int at) {
        return (int) ((at < 4 ? high : low) >>> (48 - 16 * (at & 3))) & 0xFFFF;
    }
}

package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** VXLAN header view (RFC 7348 section 5), and the outer headers before it. */
public final class Vxlan extends HeaderView {
    /** Octets of the VXLAN header. */
    public static final int LENGTH = 8;
    /** Octets before the inner frame over IPv4: Ethernet 14, IPv4 20, UDP 8, VXLAN 8. */
    public static final int ENCAPSULATION = Ethernet.LENGTH + Ipv4.MIN_LENGTH + Udp.LENGTH + LENGTH;

    /** Octets before the inner frame over IPv6: Ethernet 14, IPv6 40, UDP 8, VXLAN 8. */
    public static final int ENCAPSULATION_IPV6 = Ethernet.LENGTH + Ipv6.LENGTH + Udp.LENGTH + LENGTH;

    public static final int UDP_PORT = 4789;

    /** Source ports are of the dynamic range, so that the underlay's ECMP has entropy (RFC 7348 section 5). */
    private static final int FIRST_SOURCE_PORT = 49_152;

    private static final int FLAGS = 0;
    private static final int VNI = 4;
    private static final int FLAG_I = 0x08;
    private static final int TTL = 64;

    public Vxlan wrap(MemorySegment newMemory, long newOffset) {
        position(newMemory, newOffset);
        return this;
    }

    /** Whether {@code available} octets of UDP payload are VXLAN with a VNI and a whole inner Ethernet header. */
    public static PacketFault check(MemorySegment memory, long offset, int available) {
        return available < LENGTH + Ethernet.LENGTH || (u8(memory, offset + FLAGS) & FLAG_I) == 0
                ? PacketFault.BAD_VXLAN
                : PacketFault.NONE;
    }

    /** 24 bits; see {@link ecmplab.packet.Vni}. */
    public int vni() {
        return u32(VNI) >>> 8;
    }

    /** Where the inner frame starts. */
    public long inner() {
        return offset + LENGTH;
    }

    /** Writes the header; reserved bits 0. */
    public void set(int vni) {
        u32(FLAGS, FLAG_I << 24);
        u32(VNI, vni << 8);
    }

    /** The outer UDP source port for a flow: the same for all its packets. */
    public static int sourcePort(long flowHash) {
        return FIRST_SOURCE_PORT + ((int) (flowHash ^ flowHash >>> 32) & 0x3FFF);
    }

    /**
     * Writes the {@value #ENCAPSULATION} octets of outer Ethernet, IPv4 (do-not-fragment, TTL 64, DSCP and ECN 0: RFC 6040
     * compatibility mode), UDP (checksum 0) and VXLAN in front of the frame at {@code inner}, in place.
     *
     * @param innerLength octets of the inner frame, from its Ethernet header on
     * @return where the encapsulated frame starts; its length is {@code innerLength} + {@value #ENCAPSULATION}
     */
    public static long encapsulate(
            MemorySegment memory,
            long inner,
            int innerLength,
            long destinationMac,
            long sourceMac,
            int source,
            int destination,
            int sourcePort,
            int vni) {
        long outer = inner - ENCAPSULATION;
        int totalLength = innerLength + ENCAPSULATION - Ethernet.LENGTH;
        long sum = 0x4500L
                + totalLength
                + 0x4000L
                + (TTL << 8 | IpProtocol.UDP)
                + (source & 0xFFFF_FFFFL)
                + (destination & 0xFFFF_FFFFL);
        // Whole words: each access to memory counts.
        memory.set(U64, outer, destinationMac << 16 | (sourceMac >>> 32 & 0xFFFF));
        memory.set(U64, outer + 8, sourceMac << 32 | (long) Ethernet.TYPE_IPV4 << 16 | 0x4500);
        memory.set(U16, outer + 16, (short) totalLength);
        memory.set(U64, outer + 18, 0x4000L << 32 | (long) (TTL << 8 | IpProtocol.UDP) << 16 | Checksum.finish(sum));
        memory.set(U64, outer + 26, (long) source << 32 | (destination & 0xFFFF_FFFFL));
        int udpLength = innerLength + Udp.LENGTH + LENGTH;
        memory.set(U64, outer + 34, (long) (sourcePort << 16 | UDP_PORT) << 32 | (long) udpLength << 16);
        memory.set(U64, outer + 42, (long) FLAG_I << 56 | (long) vni << 8);
        return outer;
    }

    /**
     * As {@link #encapsulate}, over IPv6: {@value #ENCAPSULATION_IPV6} octets (hop limit 64, traffic class and flow label 0).
     * The UDP checksum is computed over the whole inner frame: a VXLAN device of Linux drops those without one unless told
     * otherwise ({@code udp6zerocsumrx}), and RFC 6936 wants it that way.
     *
     * @return where the encapsulated frame starts; its length is {@code innerLength} + {@value #ENCAPSULATION_IPV6}
     */
    public static long encapsulateIpv6(
            MemorySegment memory,
            long inner,
            int innerLength,
            long destinationMac,
            long sourceMac,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int sourcePort,
            int vni) {
        long outer = inner - ENCAPSULATION_IPV6;
        memory.set(U64, outer, destinationMac << 16 | sourceMac >>> 32);
        memory.set(U32, outer + 8, (int) sourceMac);
        memory.set(U16, outer + 12, (short) Ethernet.TYPE_IPV6);
        int length = innerLength + Udp.LENGTH + LENGTH;
        long ip = outer + Ethernet.LENGTH;
        memory.set(U32, ip, 6 << 28);
        memory.set(U32, ip + 4, length << 16 | IpProtocol.UDP << 8 | TTL);
        memory.set(U64, ip + 8, sourceHigh);
        memory.set(U64, ip + 16, sourceLow);
        memory.set(U64, ip + 24, destinationHigh);
        memory.set(U64, ip + 32, destinationLow);
        long udp = ip + Ipv6.LENGTH;
        memory.set(U32, udp, sourcePort << 16 | UDP_PORT);
        memory.set(U32, udp + 8, FLAG_I << 24);
        memory.set(U32, udp + 12, vni << 8);
        long sum = Checksum.words(sourceHigh)
                + Checksum.words(sourceLow)
                + Checksum.words(destinationHigh)
                + Checksum.words(destinationLow)
                + 2L * length
                + IpProtocol.UDP
                + sourcePort
                + UDP_PORT
                + (FLAG_I << 8)
                + Checksum.words(vni << 8 & 0xFFFF_FFFFL)
                + Checksum.sum(memory, inner, innerLength);
        memory.set(U32, udp + 4, length << 16 | Udp.neverZero(Checksum.finish(sum)));
        return outer;
    }
}

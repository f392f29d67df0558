package ecmplab.packet;

import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;

/**
 * Seeded hash of a flow, 64 bits, all of them good: two rounds of the MurmurHash3 finalizer over addresses, then protocol
 * and ports, for IPv4; for IPv6 two rounds over each address and one over both with the rest. Every packet of a flow hashes the same on every node with the same seed, and hashes of different seeds are
 * independent, which is what keeps a MUX's choice from following the router's. The function is part of the contract between
 * nodes: its values do not change between versions.
 */
public final class FlowHash {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    /** No protocol is as large: hashes of labels and of 5-tuples have nothing in common. */
    private static final long LABEL = 1L << 40;

    private final long first;
    private final long second;
    private final long third;
    private final long fourth;
    private final long fifth;

    public FlowHash(long seed) {
        first = mix(seed + GOLDEN);
        second = mix(first + GOLDEN);
        third = mix(second + GOLDEN);
        fourth = mix(third + GOLDEN);
        fifth = mix(fourth + GOLDEN);
    }

    /** Hash of the 5-tuple. */
    public long of(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        long addresses = (long) source << 32 | (destination & 0xFFFF_FFFFL);
        long rest = (long) protocol << 32 | (long) sourcePort << 16 | destinationPort;
        return mix(mix(addresses ^ first) + (rest ^ second));
    }

    /** Hash of addresses and protocol: for later fragments, protocols without ports, and affinity by both. */
    public long of(int source, int destination, int protocol) {
        return of(source, destination, protocol, 0, 0);
    }

    /** Hash of the addresses: client affinity. */
    public long of(int source, int destination) {
        return of(source, destination, 0, 0, 0);
    }

    /** Hash of an IPv6 5-tuple; with ports 0 of addresses and protocol, with protocol 0 too of the addresses. */
    public long of(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort) {
        long rest = (long) protocol << 32 | (long) sourcePort << 16 | destinationPort;
        return ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow, rest);
    }

    /** Hash of IPv6 addresses and flow label (RFC 6438 section 3), for packets whose ports are not to be seen. */
    public long ofLabel(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int flowLabel) {
        return ipv6(sourceHigh, sourceLow, destinationHigh, destinationLow, LABEL | flowLabel);
    }

    private long ipv6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, long rest) {
        long source = mix(mix(sourceHigh ^ first) + (sourceLow ^ second));
        long destination = mix(mix(destinationHigh ^ third) + (destinationLow ^ fourth));
        return mix(source + destination + (rest ^ fifth));
    }

    /** The same as for a packet of the flow. */
    public long of(FlowKey key) {
        return switch (key.source()) {
            case Inet6Address source
            when key.destination() instanceof Inet6Address destination ->
                of(
                        Ipv6.high(source),
                        Ipv6.low(source),
                        Ipv6.high(destination),
                        Ipv6.low(destination),
                        key.protocol(),
                        key.sourcePort(),
                        key.destinationPort());
            default ->
                of(
                        Ipv4.bits(key.source()),
                        Ipv4.bits(key.destination()),
                        key.protocol(),
                        key.sourcePort(),
                        key.destinationPort());
        };
    }

    /**
     * Hash of the valid IPv4 packet at {@code ip}: of its 5-tuple when it is TCP or UDP and no fragment; of addresses and
     * protocol otherwise, so that all fragments of a datagram go one way.
     */
    public long of(MemorySegment memory, long ip) {
        int source = memory.get(HeaderView.U32, ip + 12);
        int destination = memory.get(HeaderView.U32, ip + 16);
        int protocol = HeaderView.u8(memory, ip + 9);
        int headerLength = (HeaderView.u8(memory, ip) & 0xF) << 2;
        boolean fragment = (HeaderView.u16(memory, ip + 6) & 0x3FFF) != 0;
        boolean ports = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
        if (fragment || !ports || HeaderView.u16(memory, ip + 2) < headerLength + 4) {
            return of(source, destination, protocol);
        }
        int both = memory.get(HeaderView.U32, ip + headerLength);
        return of(source, destination, protocol, both >>> 16, both & 0xFFFF);
    }

    /** As the other one, for the valid IPv6 packet at {@code ip}; extension headers that are bad end the search for ports. */
    public long ofIpv6(MemorySegment memory, long ip) {
        int protocol = HeaderView.u8(memory, ip + 6);
        int length = Ipv6.LENGTH + HeaderView.u16(memory, ip + 4);
        int at = Ipv6.LENGTH;
        boolean fragment = false;
        if (ExtensionHeaders.isExtension(protocol)) {
            long found = ExtensionHeaders.find(memory, ip, length);
            if (ExtensionHeaders.faultOf(found) == PacketFault.NONE) {
                protocol = ExtensionHeaders.protocol(found);
                at = ExtensionHeaders.at(found);
                fragment = ExtensionHeaders.isFragment(found);
            }
        }
        boolean ports = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
        int both = ports && !fragment && length >= at + 4 ? memory.get(HeaderView.U32, ip + at) : 0;
        return of(
                memory.get(HeaderView.U64, ip + 8),
                memory.get(HeaderView.U64, ip + 16),
                memory.get(HeaderView.U64, ip + 24),
                memory.get(HeaderView.U64, ip + 32),
                protocol,
                both >>> 16,
                both & 0xFFFF);
    }

    /** Spreads a hash over {@code slots} without a division and without bias from its low bits. */
    public static int slot(long hash, int slots) {
        return (int) (((hash >>> 32) * slots) >>> 32);
    }

    private static long mix(long value) {
        long bits = value;
        bits = (bits ^ bits >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        bits = (bits ^ bits >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return bits ^ bits >>> 33;
    }
}

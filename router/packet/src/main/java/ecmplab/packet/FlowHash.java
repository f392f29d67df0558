package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/**
 * Seeded hash of a flow, 64 bits, all of them good: two rounds of the MurmurHash3 finalizer over addresses, then protocol
 * and ports. Every packet of a flow hashes the same on every node with the same seed, and hashes of different seeds are
 * independent, which is what keeps a MUX's choice from following the router's. The function is part of the contract between
 * nodes: its values do not change between versions.
 */
public final class FlowHash {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long first;
    private final long second;

    public FlowHash(long seed) {
        first = mix(seed + GOLDEN);
        second = mix(first + GOLDEN);
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

    public long of(FlowKey key) {
        return of(
                Ipv4.bits(key.source()),
                Ipv4.bits(key.destination()),
                key.protocol(),
                key.sourcePort(),
                key.destinationPort());
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

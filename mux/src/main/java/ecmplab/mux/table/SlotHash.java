package ecmplab.mux.table;

import ecmplab.mux.table.EndpointPolicy.Affinity;

/**
 * How a flow finds its slot: the one definition that MUXes and host agents share, so a host can say who owned a flow in each
 * generation it remembers. Part of what nodes agree on, as a wire format is: the numbers are fixed by a test.
 *
 * <p>Deliberately another function than the flow hash of a router: were they the same, the flows that ECMP sends to one MUX
 * would all fall into a part of its table (polarisation). The key is mixed with the table's seed 64 bits at a time by the
 * finaliser of MurmurHash3, a bijection in which every input bit reaches every output bit.
 *
 * <p><b>Fragments.</b> Only the first fragment of a datagram has ports, so every fragment, the first included, is hashed with
 * ports 0 and by {@link #affinityOfFragments}: all of them meet at one member.
 */
public final class SlotHash {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private SlotHash() {}

    /**
     * Hash of an IPv4 flow. Addresses in network order as in {@code Ipv4Header}, ports 0 to 65535; what the affinity leaves out is
     * ignored.
     *
     * @param seed of the {@link MaglevTable#seed table} that the hash is looked up in
     */
    public static long ipv4(
            long seed,
            Affinity affinity,
            int source,
            int destination,
            int protocol,
            int sourcePort,
            int destinationPort) {
        long hash = mix(seed ^ ((long) source << 32 | (destination & 0xFFFF_FFFFL)));
        return mix(hash ^ mix(key(affinity, protocol, sourcePort, destinationPort) + GOLDEN));
    }

    /** As {@link #ipv4}, of an IPv6 flow; addresses as in {@code Ipv6}, high half first. */
    public static long ipv6(
            long seed,
            Affinity affinity,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort) {
        long source = mix(mix(seed ^ sourceHigh) ^ sourceLow);
        long destination = mix(mix(seed + GOLDEN ^ destinationHigh) ^ destinationLow);
        return mix(mix(source + destination) ^ mix(key(affinity, protocol, sourcePort, destinationPort) + GOLDEN));
    }

    private static long key(Affinity affinity, int protocol, int sourcePort, int destinationPort) {
        return switch (affinity) {
            case FIVE_TUPLE -> (long) protocol << 32 | (long) sourcePort << 16 | destinationPort;
            case SOURCE_IP_PROTOCOL -> (long) protocol << 32;
            case SOURCE_IP -> 0;
        };
    }

    /** What chooses the slot of a fragment: what the endpoint says, but never ports. */
    public static Affinity affinityOfFragments(Affinity affinity) {
        return affinity == Affinity.FIVE_TUPLE ? Affinity.SOURCE_IP_PROTOCOL : affinity;
    }

    private static long mix(long bits) {
        bits = (bits ^ bits >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        bits = (bits ^ bits >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return bits ^ bits >>> 33;
    }
}

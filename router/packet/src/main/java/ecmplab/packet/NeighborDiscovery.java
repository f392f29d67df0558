package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/** View of a neighbour solicitation or advertisement with its options (RFC 4861 sections 4.3, 4.4, 4.6.1). */
public final class NeighborDiscovery extends HeaderView {
    /** Octets of a message with one link-layer address option. */
    public static final int LENGTH = 32;
    /** Octets of a frame with such a message. */
    public static final int FRAME_LENGTH = Ethernet.LENGTH + Ipv6.LENGTH + LENGTH;

    /** The sender forwards. */
    public static final int ROUTER = 1 << 31;
    /** The answer to a solicitation from where it goes. */
    public static final int SOLICITED = 1 << 30;
    /** The link-layer address replaces a known one. */
    public static final int OVERRIDE = 1 << 29;

    /** ff02::1 (RFC 4291 section 2.7.1), high and low half. */
    public static final long ALL_NODES_HIGH = 0xFF02L << 48;

    public static final long ALL_NODES_LOW = 1;

    /** No link-layer address in the message. */
    public static final long ABSENT = -1;

    private static final int SOURCE_LINK_ADDRESS = 1;
    private static final int TARGET_LINK_ADDRESS = 2;

    private static final int HEADER_LENGTH = 24;
    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int FLAGS = 4;
    private static final int TARGET = 8;

    /** ff02::1:ff00:0/104 (RFC 4291 section 2.7.1): below the high half of {@link #ALL_NODES_HIGH}. */
    private static final long SOLICITED_NODE_LOW = 0x1_FF00_0000L;

    /** What no router has forwarded (RFC 4861 section 7.1). */
    private static final int HOP_LIMIT = 255;

    private int length;

    /** @param newLength octets of the message */
    public NeighborDiscovery wrap(MemorySegment newMemory, long newOffset, int newLength) {
        position(newMemory, newOffset);
        length = newLength;
        return this;
    }

    /**
     * Whether a solicitation or advertisement in the valid packet at {@code ip} is to be believed (RFC 4861 sections 7.1.1 and
     * 7.1.2): hop limit, checksum, code, lengths, addresses that fit each other.
     *
     * @param transport where the message starts
     * @param available its octets
     */
    public static PacketFault check(MemorySegment memory, long ip, long transport, int available) {
        if (available < HEADER_LENGTH || u8(memory, ip + 7) != HOP_LIMIT || u8(memory, transport + CODE) != 0) {
            return PacketFault.BAD_NEIGHBOR_DISCOVERY;
        }
        var fault = Icmpv6.check(memory, ip, transport, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        boolean sound = optionsWhole(memory, transport, available)
                && !Ipv6.isMulticast(memory.get(U64, transport + TARGET))
                && (u8(memory, transport) == Icmpv6.NEIGHBOR_SOLICITATION
                        ? solicitationFits(memory, ip, transport, available)
                        : advertisementFits(memory, ip, transport));
        return sound ? PacketFault.NONE : PacketFault.BAD_NEIGHBOR_DISCOVERY;
    }

    private static boolean optionsWhole(MemorySegment memory, long transport, int available) {
        int at = HEADER_LENGTH;
        while (at + 2 <= available) {
            int octets = u8(memory, transport + at + 1) << 3;
            if (octets == 0) {
                return false;
            }
            at += octets;
        }
        return at == available;
    }

    /** A source that looks for another with its address asks the group, and does not say where it is itself. */
    private static boolean solicitationFits(MemorySegment memory, long ip, long transport, int available) {
        boolean probing = Ipv6.isUnspecified(memory.get(U64, ip + 8), memory.get(U64, ip + 16));
        return !probing
                || (isSolicitedNode(memory.get(U64, ip + 24), memory.get(U64, ip + 32))
                        && option(memory, transport, available, SOURCE_LINK_ADDRESS) == ABSENT);
    }

    private static boolean advertisementFits(MemorySegment memory, long ip, long transport) {
        boolean toGroup = Ipv6.isMulticast(memory.get(U64, ip + 24));
        return !toGroup || (memory.get(U32, transport + FLAGS) & SOLICITED) == 0;
    }

    private static long option(MemorySegment memory, long transport, int available, int kind) {
        int at = HEADER_LENGTH;
        while (at + 8 <= available) {
            if (u8(memory, transport + at) == kind) {
                return memory.get(U64, transport + at) & 0xFFFF_FFFF_FFFFL;
            }
            at += Math.max(u8(memory, transport + at + 1), 1) << 3;
        }
        return ABSENT;
    }

    public boolean isSolicitation() {
        return u8(TYPE) == Icmpv6.NEIGHBOR_SOLICITATION;
    }

    /** {@link #ROUTER}, {@link #SOLICITED}, {@link #OVERRIDE} of an advertisement. */
    public boolean has(int flag) {
        return (u32(FLAGS) & flag) != 0;
    }

    public long targetHigh() {
        return u64(TARGET);
    }

    public long targetLow() {
        return u64(TARGET + 8);
    }

    /** The sender's link-layer address in a solicitation, the target's in an advertisement; or {@link #ABSENT}. */
    public long linkAddress() {
        return option(memory, offset, length, isSolicitation() ? SOURCE_LINK_ADDRESS : TARGET_LINK_ADDRESS);
    }

    public static boolean isSolicitedNode(long high, long low) {
        return high == ALL_NODES_HIGH && low >>> 24 == SOLICITED_NODE_LOW >>> 24;
    }

    /** The low half of the solicited-node address of an address; the high half is {@link #ALL_NODES_HIGH}. */
    public static long solicitedNodeLow(long low) {
        return SOLICITED_NODE_LOW | (low & 0xFF_FFFF);
    }

    /** The Ethernet address of an IPv6 group (RFC 2464 section 7). */
    public static long groupMac(long low) {
        return 0x3333_0000_0000L | (low & 0xFFFF_FFFFL);
    }

    /**
     * Writes a frame with a solicitation for a target at {@code frame}.
     *
     * @param toMac 0: to the target's solicited-node group; else to the target itself, to confirm that it is there
     * @return octets written
     */
    public static int writeSolicitation(
            MemorySegment memory,
            long frame,
            long toMac,
            long fromMac,
            long fromHigh,
            long fromLow,
            long targetHigh,
            long targetLow) {
        boolean toGroup = toMac == 0;
        long high = toGroup ? ALL_NODES_HIGH : targetHigh;
        long low = toGroup ? solicitedNodeLow(targetLow) : targetLow;
        var ip = packet(memory, frame, toGroup ? groupMac(low) : toMac, fromMac);
        ip.setSource(fromHigh, fromLow);
        ip.setDestination(high, low);
        return message(ip, Icmpv6.NEIGHBOR_SOLICITATION, 0, targetHigh, targetLow, SOURCE_LINK_ADDRESS, fromMac);
    }

    /**
     * Writes a frame at {@code frame} with an advertisement that the target is at {@code fromMac}.
     *
     * @param flags {@link #ROUTER}, {@link #SOLICITED}, {@link #OVERRIDE}
     * @param toHigh half of the address it goes to: who solicited, or ff02::1
     * @return octets written
     */
    public static int writeAdvertisement(
            MemorySegment memory,
            long frame,
            long toMac,
            long fromMac,
            long toHigh,
            long toLow,
            long targetHigh,
            long targetLow,
            int flags) {
        var ip = packet(memory, frame, toMac, fromMac);
        ip.setSource(targetHigh, targetLow);
        ip.setDestination(toHigh, toLow);
        return message(ip, Icmpv6.NEIGHBOR_ADVERTISEMENT, flags, targetHigh, targetLow, TARGET_LINK_ADDRESS, fromMac);
    }

    private static Ipv6 packet(MemorySegment memory, long frame, long toMac, long fromMac) {
        new Ethernet().wrap(memory, frame).set(toMac, fromMac, Ethernet.TYPE_IPV6);
        var ip = new Ipv6().wrap(memory, frame + Ethernet.LENGTH);
        ip.set(LENGTH, IpProtocol.ICMPV6, HOP_LIMIT);
        return ip;
    }

    private static int message(Ipv6 ip, int type, int flags, long targetHigh, long targetLow, int option, long mac) {
        var memory = ip.memory;
        long at = ip.offset + Ipv6.LENGTH;
        memory.set(U32, at, type << 24);
        memory.set(U32, at + FLAGS, flags);
        memory.set(U64, at + TARGET, targetHigh);
        memory.set(U64, at + TARGET + 8, targetLow);
        memory.set(U64, at + HEADER_LENGTH, (long) option << 56 | 1L << 48 | mac);
        new Icmpv6().wrap(memory, at).updateChecksum(ip, LENGTH);
        return FRAME_LENGTH;
    }
}

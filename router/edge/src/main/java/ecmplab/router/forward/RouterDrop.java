package ecmplab.router.forward;

import ecmplab.packet.PacketFault;

/** Why the router did not forward a frame. Each such frame counts once, for the first reason found. */
public enum RouterDrop {
    /** Shorter than an Ethernet header. */
    FRAME_TOO_SHORT,
    /** To the MAC address of someone else. */
    OTHER_HOST,
    /** IP in a broadcast or multicast frame: the kernel's business at most. */
    LINK_BROADCAST,
    /** Neither IP nor ARP. */
    UNKNOWN_ETHERTYPE,
    BAD_ARP,
    BAD_NEIGHBOR_DISCOVERY,
    IP_TOO_SHORT,
    BAD_IP_VERSION,
    BAD_IP_HEADER_LENGTH,
    BAD_IP_TOTAL_LENGTH,
    BAD_IP_CHECKSUM,
    /** Arrived with TTL 0. */
    TTL_ZERO,
    /** A source that is no single host's: 0/8, 127/8, multicast, class E (RFC 1812 section 5.3.7); ::, ::1, ff00::/8. */
    MARTIAN_SOURCE,
    /** To 0/8, 127/8 or class E (RFC 1812 section 5.3.7); to :: or ::1. */
    MARTIAN_DESTINATION,
    MULTICAST,
    /** To 255.255.255.255, or to the broadcast address of an own subnet (RFC 2644). */
    BROADCAST,
    /** From or to 169.254/16 (RFC 3927 section 7); from fe80::/10 to beyond the link (RFC 4291 section 2.5.6). */
    LINK_LOCAL,
    /** The TTL or hop limit ran out here. */
    TTL_EXCEEDED,
    NO_ROUTE,
    /** A static route says so. */
    BLACKHOLE,
    /** Longer than the MTU of the way out, and not to be fragmented: any IPv6 packet, IPv4 ones that say so. */
    FRAGMENTATION_NEEDED,
    /** Longer than the MTU of the way out; this router does not fragment. */
    TOO_BIG;

    /** The drop that a fault in an IP header or a neighbour's message comes to. */
    static RouterDrop of(PacketFault fault) {
        return switch (fault) {
            case FRAME_TOO_SHORT -> FRAME_TOO_SHORT;
            case IP_TOO_SHORT -> IP_TOO_SHORT;
            case BAD_IP_VERSION -> BAD_IP_VERSION;
            case BAD_IP_HEADER_LENGTH -> BAD_IP_HEADER_LENGTH;
            case BAD_IP_TOTAL_LENGTH -> BAD_IP_TOTAL_LENGTH;
            case BAD_IP_CHECKSUM -> BAD_IP_CHECKSUM;
            case TTL_ZERO -> TTL_ZERO;
            case BAD_ARP -> BAD_ARP;
            case BAD_NEIGHBOR_DISCOVERY, BAD_TRANSPORT_LENGTH, BAD_TRANSPORT_CHECKSUM -> BAD_NEIGHBOR_DISCOVERY;
            case NONE, BAD_EXTENSION_HEADER, BAD_FRAGMENT, BAD_VXLAN, TOO_MANY_EXTENSION_HEADERS ->
                throw new IllegalArgumentException(fault + " is no fault of a header that a router reads");
        };
    }
}

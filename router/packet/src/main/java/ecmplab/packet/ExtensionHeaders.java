package ecmplab.packet;

import java.lang.foreign.MemorySegment;

/**
 * Finds the upper-layer header of an IPv6 packet behind its extension headers (RFC 8200 section 4): hop-by-hop options,
 * routing, destination options, authentication (RFC 4302), fragment. At most {@value #MOST} are followed (RFC 8504 section
 * 5.3 lets a node set such a limit). What {@link #find} found is packed into a long, so that nothing is allocated; the
 * other methods take it apart.
 */
public final class ExtensionHeaders {
    /** Headers that are followed in one packet. */
    public static final int MOST = 8;

    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;

    private static final int FRAGMENT_LENGTH = 8;

    private static final int PROTOCOL_SHIFT = 20;
    private static final int FRAGMENT_SHIFT = 28;
    private static final int FAULT_SHIFT = 44;
    private static final int AT_MASK = 0xF_FFFF;
    /** Fragment offset in units of 8 octets and the flag "more", as RFC 8200 section 4.5 has them; the reserved bits 0. */
    private static final int FRAGMENT_FIELD = 0xFFF9;

    private static final PacketFault[] FAULTS = PacketFault.values();

    private ExtensionHeaders() {}

    /**
     * Follows the chain of the packet of {@code length} octets at {@code ip}, whose fixed header is whole. It ends at the
     * first header that is none of those above, or at a fragment header of a datagram in parts: what stands behind it is
     * part of the datagram, in the first part as in the others, so that all parts have the same {@link #protocol}. A fragment header of
     * a whole datagram (RFC 6946) is passed like any other.
     */
    public static long find(MemorySegment memory, long ip, int length) {
        int next = HeaderView.u8(memory, ip + 6);
        int at = Ipv6.LENGTH;
        for (int headers = 0; isExtension(next); headers++) {
            if (headers == MOST) {
                return fault(PacketFault.TOO_MANY_EXTENSION_HEADERS);
            }
            if (at + 8 > length || (next == HOP_BY_HOP && headers > 0)) {
                return fault(PacketFault.BAD_EXTENSION_HEADER);
            }
            int after = HeaderView.u8(memory, ip + at);
            if (next == FRAGMENT) {
                int field = HeaderView.u16(memory, ip + at + 2) & FRAGMENT_FIELD;
                at += FRAGMENT_LENGTH;
                if (field != 0) {
                    return fragment(field, after, at, length - at);
                }
            } else {
                int units = HeaderView.u8(memory, ip + at + 1);
                at += next == AUTHENTICATION ? (units + 2) << 2 : (units + 1) << 3;
                if (at > length) {
                    return fault(PacketFault.BAD_EXTENSION_HEADER);
                }
            }
            next = after;
        }
        return found(next, at, 0);
    }

    /** Whether a next-header value is that of a header which {@link #find} passes. */
    public static boolean isExtension(int next) {
        return switch (next) {
            case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
            default -> false;
        };
    }

    /** All parts but the last are multiples of 8 octets, and none reaches beyond 65535 (RFC 8200 section 4.5). */
    private static long fragment(int field, int protocol, int at, int length) {
        boolean more = (field & 1) != 0;
        boolean bad = length == 0 || (more && (length & 7) != 0) || (field & ~7) + length > 0xFFFF;
        return bad ? fault(PacketFault.BAD_FRAGMENT) : found(protocol, at, field);
    }

    private static long found(int protocol, int at, int field) {
        return (long) field << FRAGMENT_SHIFT | (long) protocol << PROTOCOL_SHIFT | at;
    }

    private static long fault(PacketFault fault) {
        return (long) fault.ordinal() << FAULT_SHIFT;
    }

    /** {@link PacketFault#NONE}, or what is wrong with the chain; then nothing else is known. */
    public static PacketFault faultOf(long found) {
        return FAULTS[(int) (found >>> FAULT_SHIFT)];
    }

    /** Octets from the start of the packet to the upper-layer header, or to what is in a fragment. */
    public static int at(long found) {
        return (int) found & AT_MASK;
    }

    /** The upper-layer protocol, or the first header within a fragment; {@link IpProtocol#NONE} when nothing follows. */
    public static int protocol(long found) {
        return (int) (found >>> PROTOCOL_SHIFT) & 0xFF;
    }

    /** Whether the packet is part of a datagram, the first included. */
    public static boolean isFragment(long found) {
        return (found >>> FRAGMENT_SHIFT & 0xFFFF) != 0;
    }

    /** Octets of the datagram's fragmentable part before this packet. */
    public static int fragmentOffset(long found) {
        return (int) (found >>> FRAGMENT_SHIFT) & 0xFFF8;
    }
}

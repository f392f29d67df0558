package ecmplab.bgp.wire;

import io.netty.buffer.ByteBuf;

/** The header in front of every message (RFC 4271 section 4.1), and the messages that are little more than one. */
public final class Framing {
    public static final int OPEN = 1;
    public static final int UPDATE = 2;
    public static final int NOTIFICATION = 3;
    public static final int KEEPALIVE = 4;
    public static final int ROUTE_REFRESH = 5;

    /** Message subtypes of ROUTE-REFRESH: the request, and the marks of RFC 7313 around what answers it, BoRR and EoRR. */
    public static final int REFRESH_REQUEST = 0;

    public static final int REFRESH_BEGINS = 1;
    public static final int REFRESH_ENDS = 2;

    /** Octets of a header. */
    public static final int HEADER = 19;
    /** Octets of the longest message, and with RFC 8654. */
    public static final int STANDARD_MESSAGE = 4096;

    public static final int EXTENDED_MESSAGE = 65535;

    private static final int MARKER = 16;
    private static final int NOT_SYNCHRONIZED = 1;
    private static final int BAD_LENGTH = 2;
    private static final int BAD_TYPE = 3;
    private static final int SHORTEST_OPEN = 29;
    private static final int SHORTEST_UPDATE = 23;
    private static final int SHORTEST_NOTIFICATION = 21;
    private static final int SHORTEST_ROUTE_REFRESH = 23;

    /** What {@link #length} says when the header is wrong. */
    public static final int FAULTY = -1;
    /** What {@link #length} says when the message is not complete yet. */
    public static final int INCOMPLETE = 0;

    /**
     * Octets of the message at {@code at}, of which {@code available} are there.
     *
     * @param longest octets that a message may have on this session
     * @return the length of a complete message, {@link #INCOMPLETE}, or {@link #FAULTY} as soon as that is known
     */
    public static int length(byte[] octets, int at, int available, int longest) {
        if (available < HEADER) {
            for (int i = at; i < at + Math.min(available, MARKER); i++) {
                if (octets[i] != -1) {
                    return FAULTY;
                }
            }
            return INCOMPLETE;
        }
        if (BigEndian.int64(octets, at) != -1 || BigEndian.int64(octets, at + 8) != -1) {
            return FAULTY;
        }
        int length = BigEndian.uint16(octets, at + MARKER);
        int type = octets[at + 18];
        if (length < shortest(type) || length > longest(type, longest)) {
            return FAULTY;
        }
        return length <= available ? length : INCOMPLETE;
    }

    /** What is wrong with the header for which {@link #length} said {@link #FAULTY} (RFC 4271 section 6.1). */
    public static Notification fault(byte[] octets, int at, int available, int longest) {
        for (int i = at; i < at + Math.min(available, MARKER); i++) {
            if (octets[i] != -1) {
                return Notification.of(Notification.MESSAGE_HEADER_ERROR, NOT_SYNCHRONIZED);
            }
        }
        int type = octets[at + 18] & 0xFF;
        if (type < OPEN || type > ROUTE_REFRESH) {
            return new Notification(Notification.MESSAGE_HEADER_ERROR, BAD_TYPE, Octets.of((byte) type));
        }
        return new Notification(Notification.MESSAGE_HEADER_ERROR, BAD_LENGTH, Octets.copy(octets, at + MARKER, 2));
    }

    private static int shortest(int type) {
        return switch (type) {
            case OPEN -> SHORTEST_OPEN;
            case UPDATE -> SHORTEST_UPDATE;
            case NOTIFICATION -> SHORTEST_NOTIFICATION;
            case KEEPALIVE -> HEADER;
            case ROUTE_REFRESH -> SHORTEST_ROUTE_REFRESH;
            default -> Integer.MAX_VALUE;
        };
    }

    private static int longest(int type, int negotiated) {
        return switch (type) {
            case OPEN -> STANDARD_MESSAGE;
            case KEEPALIVE -> HEADER;
            default -> negotiated;
        };
    }

    /** Writes a header; the caller knows the whole length, header included. */
    public static ByteBuf writeHeader(ByteBuf out, int length, int type) {
        return out.writeLong(-1).writeLong(-1).writeShort(length).writeByte(type);
    }

    public static void writeKeepalive(ByteBuf out) {
        writeHeader(out, HEADER, KEEPALIVE);
    }

    /** Data that would make the message too long is cut. */
    public static void writeNotification(ByteBuf out, Notification notification) {
        int kept = Math.min(notification.data().length(), STANDARD_MESSAGE - SHORTEST_NOTIFICATION);
        writeHeader(out, SHORTEST_NOTIFICATION + kept, NOTIFICATION);
        out.writeByte(notification.code()).writeByte(notification.subcode());
        out.writeBytes(notification.data().toArray(), 0, kept);
    }

    /** The NOTIFICATION of {@code length} octets at {@code at}, header included. */
    public static Notification readNotification(byte[] octets, int at, int length) {
        return new Notification(
                octets[at + HEADER] & 0xFF,
                octets[at + HEADER + 1] & 0xFF,
                Octets.copy(octets, at + SHORTEST_NOTIFICATION, length - SHORTEST_NOTIFICATION));
    }

    /** Asks for all routes of the family again (RFC 2918 section 3). */
    public static void writeRouteRefresh(ByteBuf out, AddressFamily family) {
        writeRouteRefresh(out, family, REFRESH_REQUEST);
    }

    /** @param subtype {@link #REFRESH_REQUEST}, or a mark of RFC 7313: {@link #REFRESH_BEGINS} or {@link #REFRESH_ENDS} */
    public static void writeRouteRefresh(ByteBuf out, AddressFamily family, int subtype) {
        writeHeader(out, SHORTEST_ROUTE_REFRESH, ROUTE_REFRESH);
        out.writeShort(family.afi()).writeByte(subtype).writeByte(family.safi());
    }

    private Framing() {}
}

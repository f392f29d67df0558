package ecmplab.bgp.session;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import java.util.Set;

/** What a ROUTE-REFRESH message means on a session (RFC 2918, and RFC 7313 sections 3.2 and 5). */
sealed interface RouteRefresh {
    /** The peer wants all routes of the family again. */
    record Request(AddressFamily family) implements RouteRefresh {}

    /** All routes of the family follow. */
    record Begins(AddressFamily family) implements RouteRefresh {}

    /** All routes of the family have come. */
    record Ends(AddressFamily family) implements RouteRefresh {}

    /** It is of a family or subtype that was not agreed on, or has filters of RFC 5291, which we do not offer. */
    record Meaningless() implements RouteRefresh {}

    record Malformed(Notification answer, String detail) implements RouteRefresh {}

    /** AFI, subtype and SAFI. */
    int BODY = 4;

    /**
     * Of a message that is well framed.
     *
     * @param at where its header begins
     * @param length of the message with its header
     * @param families of the session
     * @param marks whether enhanced route refresh was agreed on
     */
    static RouteRefresh decode(byte[] input, int at, int length, Set<AddressFamily> families, boolean marks) {
        int body = length - Framing.HEADER;
        int subtype = input[at + Framing.HEADER + 2] & 0xFF;
        boolean isMark = subtype == Framing.REFRESH_BEGINS || subtype == Framing.REFRESH_ENDS;
        if (isMark && !marks) {
            return new Meaningless();
        }
        if (isMark && body != BODY) {
            var answer = new Notification(
                    Notification.ROUTE_REFRESH_ERROR,
                    Notification.REFRESH_INVALID_LENGTH,
                    Octets.copy(input, at, length));
            return new Malformed(
                    answer, "ROUTE-REFRESH subtype " + subtype + " of " + body + " octets: must have " + BODY);
        }
        int afi = BigEndian.uint16(input, at + Framing.HEADER);
        int safi = input[at + Framing.HEADER + 3] & 0xFF;
        for (var family : families) {
            if (family.afi() == afi && family.safi() == safi) {
                return of(family, subtype, body);
            }
        }
        return new Meaningless();
    }

    private static RouteRefresh of(AddressFamily family, int subtype, int body) {
        return switch (subtype) {
            case Framing.REFRESH_REQUEST -> body == BODY ? new Request(family) : new Meaningless();
            case Framing.REFRESH_BEGINS -> new Begins(family);
            case Framing.REFRESH_ENDS -> new Ends(family);
            default -> new Meaningless(); // to be ignored (RFC 7313 section 5)
        };
    }
}

package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * How UPDATEs read in one direction of a session: what its two OPENs agreed on, as far as octets depend on it.
 *
 * @param ebgp whether the peer is in another AS
 * @param fourOctetAs whether AS numbers have four octets (RFC 6793)
 * @param maxMessageSize octets of the longest message, {@link Framing#STANDARD_MESSAGE} to {@link Framing#EXTENDED_MESSAGE} (RFC 8654)
 * @param families that were negotiated; routes of others are ignored (RFC 4760 section 6)
 * @param addPath families whose prefixes have path identifiers in this direction (RFC 7911)
 * @param extendedNextHop IPv4 unicast when its next hops may be IPv6 addresses (RFC 8950)
 */
public record UpdateOptions(
        boolean ebgp,
        boolean fourOctetAs,
        int maxMessageSize,
        Set<AddressFamily> families,
        Set<AddressFamily> addPath,
        Set<AddressFamily> extendedNextHop) {
    public UpdateOptions {
        if (maxMessageSize < Framing.STANDARD_MESSAGE || maxMessageSize > Framing.EXTENDED_MESSAGE) {
            throw new IllegalArgumentException("message size " + maxMessageSize + ": must be 4096 to 65535");
        }
        families = copy(families);
        addPath = copy(addPath);
        extendedNextHop = copy(extendedNextHop);
    }

    /** Messages of standard size, without add-path and extended next hops. */
    public static UpdateOptions of(boolean ebgp, boolean fourOctetAs, Set<AddressFamily> families) {
        return new UpdateOptions(ebgp, fourOctetAs, Framing.STANDARD_MESSAGE, families, Set.of(), Set.of());
    }

    public UpdateOptions withMaxMessageSize(int octets) {
        return new UpdateOptions(ebgp, fourOctetAs, octets, families, addPath, extendedNextHop);
    }

    public UpdateOptions withAddPath(Set<AddressFamily> changed) {
        return new UpdateOptions(ebgp, fourOctetAs, maxMessageSize, families, changed, extendedNextHop);
    }

    public UpdateOptions withExtendedNextHop(Set<AddressFamily> changed) {
        return new UpdateOptions(ebgp, fourOctetAs, maxMessageSize, families, addPath, changed);
    }

    private static Set<AddressFamily> copy(Set<AddressFamily> families) {
        return families.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(families));
    }
}

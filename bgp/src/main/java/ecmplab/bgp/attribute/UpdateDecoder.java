package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads UPDATE messages in place (RFC 4271 section 4.3, RFC 4760) and gives each fault the outcome of RFC 7606. Nothing is allocated
 * for a well-formed message. Holds scratch memory; for one thread.
 */
public final class UpdateDecoder {
    private static final int HEADER = 19;
    /** Header, and the two lengths. */
    private static final int SHORTEST = 23;

    private static final int MALFORMED_LIST = 1;
    private static final int OPTIONAL_ERROR = 9;
    private static final int INVALID_NETWORK = 10;

    private final Set<AddressFamily> families;
    private final AttributeWalk walk;

    /** MP_REACH_NLRI and MP_UNREACH_NLRI of the message at hand; a null family is one that does not count. */
    private @Nullable AddressFamily reachFamily;

    private int reachFrom;
    private int reachTo;
    private int nextHop;
    private int nextHopSize;
    private @Nullable AddressFamily unreachFamily;
    private int unreachFrom;
    private int unreachTo;

    /**
     * @param ebgp whether the peer is in another AS
     * @param fourOctetAs whether AS numbers have four octets on the session
     * @param families that were negotiated; routes of others are ignored
     */
    public UpdateDecoder(boolean ebgp, boolean fourOctetAs, Set<AddressFamily> families) {
        this.families = families.isEmpty() ? Set.of() : EnumSet.copyOf(families);
        this.walk = new AttributeWalk(ebgp, fourOctetAs);
    }

    /** Where routes go; arrays are valid during the call only. Withdrawals come before announcements. */
    public interface Sink {
        /** The {@link #reach} calls that follow carry this attribute block, see {@link ecmplab.bgp.rib.RouteBatch}. */
        void attributes(byte[] octets, int from, int length);

        void reach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        void endOfRib(AddressFamily family);
    }

    /**
     * Decodes the UPDATE of {@code length} octets, header included, at {@code from}.
     *
     * @return the strongest fault, or null; after a {@link Cost#SESSION_RESET} the sink saw nothing of the message
     */
    public @Nullable MalformedUpdate decode(byte[] octets, int from, int length, Sink sink) {
        reachFamily = null;
        unreachFamily = null;
        walk.walk(octets, from, from, from, false);
        int to = from + length;
        int withdrawnFrom = from + HEADER + 2;
        int withdrawnTo = length < SHORTEST ? to : withdrawnFrom + BigEndian.uint16(octets, from + HEADER);
        if (withdrawnTo + 2 > to) {
            return overrun(from + HEADER, "Withdrawn Routes Length");
        }
        int attributesFrom = withdrawnTo + 2;
        int attributesTo = attributesFrom + BigEndian.uint16(octets, withdrawnTo);
        if (attributesTo > to) {
            return overrun(withdrawnTo, "Total Path Attribute Length");
        }
        boolean nlri = attributesTo < to;
        walk.walk(octets, from, attributesFrom, attributesTo, nlri);
        locate(octets);
        checkNlri(octets, withdrawnFrom, withdrawnTo, AddressFamily.IPV4_UNICAST, 0);
        checkNlri(octets, attributesTo, to, AddressFamily.IPV4_UNICAST, 0);
        if (nlri || walk.met(AttributeType.MP_REACH_NLRI)) {
            walk.require(nlri);
        }
        if (!families.contains(AddressFamily.IPV4_UNICAST) && (nlri || withdrawnFrom < withdrawnTo)) {
            walk.fault(Cost.DISCARD_ATTRIBUTE, 0, 0, from, Octets.NONE, "IPv4 routes that were not negotiated");
        }
        var fault = walk.fault();
        if (fault == null || fault.cost() != Cost.SESSION_RESET) {
            boolean withdraw = fault != null && fault.cost() == Cost.TREAT_AS_WITHDRAW;
            if (families.contains(AddressFamily.IPV4_UNICAST)) {
                unreach(octets, withdrawnFrom, withdrawnTo, AddressFamily.IPV4_UNICAST, sink);
            }
            deliver(octets, attributesTo, to, withdraw, sink);
            if (length == SHORTEST && families.contains(AddressFamily.IPV4_UNICAST)) {
                sink.endOfRib(AddressFamily.IPV4_UNICAST);
            } else if (unreachFamily != null
                    && isEndOfRib(length, withdrawnFrom, withdrawnTo, attributesFrom, attributesTo)) {
                sink.endOfRib(unreachFamily);
            }
        }
        return fault;
    }

    /** RFC 4724 section 2: nothing but an MP_UNREACH_NLRI without routes. */
    private boolean isEndOfRib(int length, int withdrawnFrom, int withdrawnTo, int attributesFrom, int attributesTo) {
        return withdrawnFrom == withdrawnTo
                && unreachFrom == unreachTo
                && attributesTo == unreachTo
                && attributesTo - attributesFrom + SHORTEST == length
                && walk.valueAt(AttributeType.MP_UNREACH_NLRI) - attributesFrom <= 4;
    }

    private void deliver(byte[] octets, int from, int to, boolean withdraw, Sink sink) {
        if (unreachFamily != null) {
            unreach(octets, unreachFrom, unreachTo, unreachFamily, sink);
        }
        if (from < to && families.contains(AddressFamily.IPV4_UNICAST)) {
            if (withdraw) {
                unreach(octets, from, to, AddressFamily.IPV4_UNICAST, sink);
            } else {
                int size = walk.build(walk.valueAt(AttributeType.NEXT_HOP), walk.sizeOf(AttributeType.NEXT_HOP));
                sink.attributes(walk.block(), 0, size);
                reach(octets, from, to, AddressFamily.IPV4_UNICAST, sink);
            }
        }
        if (reachFamily != null && reachFrom < reachTo) {
            if (withdraw) {
                unreach(octets, reachFrom, reachTo, reachFamily, sink);
            } else {
                int size = walk.build(nextHop, nextHopSize);
                sink.attributes(walk.block(), 0, size);
                reach(octets, reachFrom, reachTo, reachFamily, sink);
            }
        }
    }

    private @Nullable MalformedUpdate overrun(int at, String field) {
        walk.fault(
                Cost.SESSION_RESET,
                0,
                MALFORMED_LIST,
                at,
                Octets.NONE,
                field + " runs past the message (RFC 4271 section 6.3)");
        return walk.fault();
    }

    /** Finds the routes in MP_REACH_NLRI and MP_UNREACH_NLRI and checks what is around them (RFC 7606 sections 5.3 and 7.11). */
    private void locate(byte[] octets) {
        if (walk.met(AttributeType.MP_UNREACH_NLRI)) {
            int at = walk.valueAt(AttributeType.MP_UNREACH_NLRI);
            int size = walk.sizeOf(AttributeType.MP_UNREACH_NLRI);
            if (size < 3) {
                multiprotocolFault(AttributeType.MP_UNREACH_NLRI, at, size + " octets: must be at least 3");
            } else {
                unreachFamily = family(octets, at, AttributeType.MP_UNREACH_NLRI);
                unreachFrom = at + 3;
                unreachTo = at + size;
                if (unreachFamily != null) {
                    checkNlri(octets, unreachFrom, unreachTo, unreachFamily, AttributeType.MP_UNREACH_NLRI);
                }
            }
        }
        if (walk.met(AttributeType.MP_REACH_NLRI)) {
            locateReach(octets, walk.valueAt(AttributeType.MP_REACH_NLRI), walk.sizeOf(AttributeType.MP_REACH_NLRI));
        }
    }

    private void locateReach(byte[] octets, int at, int size) {
        if (size < 5) {
            multiprotocolFault(AttributeType.MP_REACH_NLRI, at, size + " octets: must be at least 5");
            return;
        }
        nextHop = at + 4;
        nextHopSize = octets[at + 3] & 0xFF;
        if (nextHopSize > size - 5) {
            multiprotocolFault(
                    AttributeType.MP_REACH_NLRI, at + 3, "next hop of " + nextHopSize + " octets runs past it");
            return;
        }
        var family = family(octets, at, AttributeType.MP_REACH_NLRI);
        if (family == null) {
            return;
        }
        boolean right =
                family == AddressFamily.IPV4_UNICAST ? nextHopSize == 4 : nextHopSize == 16 || nextHopSize == 32;
        if (!right) {
            multiprotocolFault(
                    AttributeType.MP_REACH_NLRI, at + 3, "next hop of " + nextHopSize + " octets for " + family);
            return;
        }
        reachFamily = family;
        reachFrom = nextHop + nextHopSize + 1;
        reachTo = at + size;
        checkNlri(octets, reachFrom, reachTo, family, AttributeType.MP_REACH_NLRI);
        if (!isHost(octets, nextHop, nextHopSize)) {
            walk.fault(
                    Cost.TREAT_AS_WITHDRAW,
                    AttributeType.MP_REACH_NLRI,
                    OPTIONAL_ERROR,
                    nextHop,
                    Octets.NONE,
                    "next hop in MP_REACH_NLRI: must be the address of a host");
        }
    }

    /** Not unspecified, loopback or multicast. */
    private static boolean isHost(byte[] octets, int at, int size) {
        if (size == 4) {
            return AttributeWalk.isHost(octets[at] & 0xFF);
        }
        long high = BigEndian.int64(octets, at);
        long low = BigEndian.int64(octets, at + 8);
        boolean unspecifiedOrLoopback = high == 0 && (low == 0 || low == 1);
        return !unspecifiedOrLoopback && high >>> 56 != 0xFF;
    }

    /** The family in the three octets at {@code at}, or null when it was not negotiated: the attribute is ignored. */
    private @Nullable AddressFamily family(byte[] octets, int at, int type) {
        int afi = BigEndian.uint16(octets, at);
        int safi = octets[at + 2] & 0xFF;
        for (var family : AddressFamily.values()) {
            if (family.afi() == afi && family.safi() == safi && families.contains(family)) {
                return family;
            }
        }
        walk.fault(
                Cost.DISCARD_ATTRIBUTE,
                type,
                OPTIONAL_ERROR,
                at,
                Octets.NONE,
                AttributeType.name(type) + " of AFI " + afi + " SAFI " + safi + ", which was not negotiated");
        return null;
    }

    private void multiprotocolFault(int type, int at, String reason) {
        walk.fault(
                Cost.SESSION_RESET,
                type,
                OPTIONAL_ERROR,
                at,
                Octets.NONE,
                AttributeType.name(type) + ": " + reason + " (RFC 7606 section 7.11)");
    }

    /** Syntax of a list of prefixes (RFC 7606 section 5.3): wrong, nobody knows which routes are meant. */
    private void checkNlri(byte[] octets, int from, int to, AddressFamily family, int type) {
        int bits = family.bits();
        int at = from;
        while (at < to) {
            int length = octets[at] & 0xFF;
            int next = at + 1 + ((length + 7) >>> 3);
            if (length > bits || next > to) {
                var reason = length > bits
                        ? "prefix length " + length + ": must be at most " + bits
                        : "prefix of length " + length + " runs " + (next - to) + " octets past its field";
                walk.fault(
                        Cost.SESSION_RESET,
                        type,
                        type == 0 ? INVALID_NETWORK : OPTIONAL_ERROR,
                        at,
                        Octets.NONE,
                        reason + " (RFC 7606 section 5.3)");
                return;
            }
            at = next;
        }
    }

    private static void reach(byte[] octets, int from, int to, AddressFamily family, Sink sink) {
        for (int at = from; at < to; ) {
            int length = octets[at] & 0xFF;
            long high = high(octets, at + 1, length);
            long low = length > 64 ? low(octets, at + 9, length) : 0;
            sink.reach(family, high, low, length, 0);
            at += 1 + ((length + 7) >>> 3);
        }
    }

    private static void unreach(byte[] octets, int from, int to, AddressFamily family, Sink sink) {
        for (int at = from; at < to; ) {
            int length = octets[at] & 0xFF;
            long high = high(octets, at + 1, length);
            long low = length > 64 ? low(octets, at + 9, length) : 0;
            sink.unreach(family, high, low, length, 0);
            at += 1 + ((length + 7) >>> 3);
        }
    }

    /** The first 64 bits of a prefix, host bits cleared. */
    private static long high(byte[] octets, int at, int length) {
        if (length == 0) {
            return 0;
        }
        long mask = length >= 64 ? -1L : -1L << (64 - length);
        return bits(octets, at) & mask;
    }

    private static long low(byte[] octets, int at, int length) {
        return bits(octets, at) & (length >= 128 ? -1L : -1L << (128 - length));
    }

    /** Eight octets; where the array ends before, zeros. */
    private static long bits(byte[] octets, int at) {
        if (at + 8 <= octets.length) {
            return BigEndian.int64(octets, at);
        }
        long bits = 0;
        for (int i = 0; i < 8; i++) {
            bits = bits << 8 | (at + i < octets.length ? octets[at + i] & 0xFF : 0);
        }
        return bits;
    }
}

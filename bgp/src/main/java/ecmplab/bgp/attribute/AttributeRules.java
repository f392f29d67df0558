package ecmplab.bgp.attribute;

import static ecmplab.bgp.attribute.AttributeType.*;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;

/** What a path attribute must look like, type by type, and what it costs when it does not (RFC 7606 sections 3 c and 7). */
final class AttributeRules {
    private static final int UNRECOGNIZED_WELL_KNOWN = 2;
    private static final int FLAGS_ERROR = 4;
    private static final int LENGTH_ERROR = 5;
    private static final int INVALID_ORIGIN = 6;
    private static final int INVALID_NEXT_HOP = 8;
    static final int OPTIONAL_ERROR = 9;
    private static final int MALFORMED_AS_PATH = 11;

    private static final int LOOPBACK_NET = 127;
    private static final int FIRST_MULTICAST_NET = 224;
    private static final int AIGP_TLV = 1;
    private static final int AIGP_TLV_SIZE = 11;

    private final boolean ebgp;
    private final boolean fourOctetAs;
    private final FaultLog faults;

    AttributeRules(UpdateOptions options, FaultLog faults) {
        this.ebgp = options.ebgp();
        this.fourOctetAs = options.fourOctetAs();
        this.faults = faults;
    }

    /**
     * Whether the attribute goes into a block; faults are logged.
     *
     * @param at where its flags are
     * @param value where its value of {@code size} octets begins
     * @param nlri whether the message has IPv4 routes in its NLRI field, which NEXT_HOP is for
     */
    boolean accept(byte[] octets, int at, int value, int size, boolean nlri) {
        int flags = octets[at];
        int type = octets[at + 1] & 0xFF;
        return !discarded(type, at, nlri)
                && flagsRight(octets, flags, type, at, value + size)
                && valueRight(octets, type, at, value, size);
    }

    /** Attributes that do not count here, whatever is in them. */
    private boolean discarded(int type, int at, boolean nlri) {
        return switch (type) {
            case LOCAL_PREF -> ebgp && ignored(type, at, "from another AS", "RFC 7606 section 7.5");
            case ORIGINATOR_ID -> ebgp && ignored(type, at, "from another AS", "RFC 7606 section 7.9");
            case CLUSTER_LIST -> ebgp && ignored(type, at, "from another AS", "RFC 7606 section 7.10");
            case AS4_PATH, AS4_AGGREGATOR ->
                fourOctetAs && ignored(type, at, "from a peer with four-octet AS numbers", "RFC 6793 section 6");
            case AIGP -> ebgp; // quietly, as what is optional and unknown: RFC 7311 section 3.1
            case NEXT_HOP -> !nlri; // RFC 4760 section 3: MP_REACH_NLRI has its own
            default -> false;
        };
    }

    private boolean ignored(int type, int at, String why, String rule) {
        faults.add(Cost.DISCARD_ATTRIBUTE, type, 0, at, Octets.NONE, name(type) + " " + why, rule);
        return true;
    }

    /** RFC 7606 section 3 c; unknown types by RFC 4271 section 6.3 and section 5. */
    private boolean flagsRight(byte[] octets, int flags, int type, int at, int end) {
        int expected = AttributeType.flags(type);
        int actual = flags & (OPTIONAL | TRANSITIVE);
        if (expected >= 0) {
            if (actual != expected) {
                boolean as4 = type == AS4_PATH || type == AS4_AGGREGATOR || type == AIGP;
                faults.add(
                        as4 ? Cost.DISCARD_ATTRIBUTE : Cost.TREAT_AS_WITHDRAW,
                        type,
                        FLAGS_ERROR,
                        at,
                        Octets.copy(octets, at, end - at),
                        name(type) + " with flags 0x" + Integer.toHexString(flags & 0xFF) + ": optional and transitive"
                                + " must be 0x" + Integer.toHexString(expected),
                        "RFC 7606 section 3 c");
            }
            return actual == expected;
        }
        if ((flags & OPTIONAL) == 0) {
            faults.add(
                    Cost.SESSION_RESET,
                    type,
                    UNRECOGNIZED_WELL_KNOWN,
                    at,
                    Octets.copy(octets, at, end - at),
                    name(type) + " claims to be well-known",
                    "RFC 4271 section 6.3");
            return false;
        }
        return actual == (OPTIONAL | TRANSITIVE); // what is optional and not transitive ends here, silently
    }

    /** MP_REACH_NLRI and MP_UNREACH_NLRI are the decoder's. */
    private boolean valueRight(byte[] octets, int type, int at, int value, int size) {
        return switch (type) {
            case ORIGIN -> origin(octets, at, value, size);
            case AS_PATH -> asPath(octets, at, value, size);
            case NEXT_HOP -> nextHop(octets, at, value, size);
            case MULTI_EXIT_DISC -> sized(octets, at, value, size, size == 4, "must be 4", "7.4");
            case LOCAL_PREF -> sized(octets, at, value, size, size == 4, "must be 4", "7.5");
            case ATOMIC_AGGREGATE ->
                size == 0 || discard(type, at, size + " octets: must be none", "RFC 7606 section 7.6");
            case AGGREGATOR -> aggregator(octets, at, value, size, fourOctetAs ? 4 : 2, "RFC 7606 section 7.7");
            case COMMUNITIES -> multiple(octets, at, value, size, 4, "7.8");
            case ORIGINATOR_ID -> sized(octets, at, value, size, size == 4, "must be 4", "7.9");
            case CLUSTER_LIST -> multiple(octets, at, value, size, 4, "7.10");
            case EXTENDED_COMMUNITIES -> multiple(octets, at, value, size, 8, "7.14");
            case IPV6_EXTENDED_COMMUNITIES -> multiple(octets, at, value, size, 20, "7.15");
            case AS4_PATH -> {
                var wrong = AsPathWire.fault(octets, value, size, 4, true);
                yield wrong == null || discard(type, at, wrong, "RFC 6793 section 6");
            }
            case AS4_AGGREGATOR -> aggregator(octets, at, value, size, 4, "RFC 6793 section 6");
            case AIGP -> aigp(octets, at, value, size);
            case LARGE_COMMUNITIES -> multiple(octets, at, value, size, 12, "RFC 8092 section 6");
            case ONLY_TO_CUSTOMER -> sized(octets, at, value, size, size == 4, "must be 4", "RFC 9234 section 5");
            default -> true;
        };
    }

    private boolean origin(byte[] octets, int at, int value, int size) {
        if (size != 1) {
            return sized(octets, at, value, size, false, "must be 1", "7.1");
        }
        int origin = octets[value] & 0xFF;
        if (origin > 2) {
            var data = Octets.copy(octets, at, value + size - at);
            withdraw(ORIGIN, INVALID_ORIGIN, at, data, "ORIGIN " + origin + ": must be 0 to 2", "RFC 7606 section 7.1");
        }
        return origin <= 2;
    }

    private boolean asPath(byte[] octets, int at, int value, int size) {
        var wrong = AsPathWire.fault(octets, value, size, fourOctetAs ? 4 : 2, !ebgp);
        if (wrong != null) {
            withdraw(AS_PATH, MALFORMED_AS_PATH, at, Octets.NONE, wrong, "RFC 7606 section 7.2");
        }
        return wrong == null;
    }

    private boolean nextHop(byte[] octets, int at, int value, int size) {
        if (size != 4) {
            return sized(octets, at, value, size, false, "must be 4", "7.3");
        }
        int net = octets[value] & 0xFF;
        boolean host = isHost(net);
        if (!host) {
            withdraw(
                    NEXT_HOP,
                    INVALID_NEXT_HOP,
                    at,
                    Octets.copy(octets, at, value + size - at),
                    "NEXT_HOP in " + net + ".0.0.0/8: must be the address of a host",
                    "RFC 7606 section 7.3");
        }
        return host;
    }

    /** Whether addresses of a.0.0.0/8 can be a next hop: not 0/8, 127/8, multicast or 240/4. */
    static boolean isHost(int net) {
        return net != 0 && net != LOOPBACK_NET && net < FIRST_MULTICAST_NET;
    }

    private boolean aggregator(byte[] octets, int at, int value, int size, int width, String rule) {
        int type = octets[at + 1] & 0xFF;
        if (size != width + 4) {
            return discard(type, at, size + " octets: must be " + (width + 4), rule);
        }
        int asn = width == 4 ? BigEndian.int32(octets, value) : BigEndian.uint16(octets, value);
        return asn != 0 || discard(type, at, "AS 0", "RFC 7607 section 2");
    }

    /** TLVs, of which those with the metric have eleven octets. */
    private boolean aigp(byte[] octets, int at, int value, int size) {
        int to = value + size;
        int tlv = value;
        while (tlv < to) {
            int length = to - tlv < 3 ? 0 : BigEndian.uint16(octets, tlv + 1);
            boolean metric = octets[tlv] == AIGP_TLV;
            if (length < 3 || length > to - tlv || (metric && length != AIGP_TLV_SIZE)) {
                return discard(AIGP, at, "a TLV of " + length + " octets", "RFC 7311 section 3.2");
            }
            tlv += length;
        }
        return size > 0 || discard(AIGP, at, "no TLV", "RFC 7311 section 3.2");
    }

    private boolean multiple(byte[] octets, int at, int value, int size, int unit, String section) {
        boolean right = size > 0 && size % unit == 0;
        return right || sized(octets, at, value, size, false, "must be a multiple of " + unit + ", and not 0", section);
    }

    /** @param section of RFC 7606, or another RFC's with its name */
    private boolean sized(byte[] octets, int at, int value, int size, boolean right, String must, String section) {
        if (!right) {
            int type = octets[at + 1] & 0xFF;
            int subcode = type == COMMUNITIES || type >= EXTENDED_COMMUNITIES ? OPTIONAL_ERROR : LENGTH_ERROR;
            withdraw(
                    type,
                    subcode,
                    at,
                    Octets.copy(octets, at, value + size - at),
                    name(type) + " of " + size + " octets: " + must,
                    section.startsWith("RFC") ? section : "RFC 7606 section " + section);
        }
        return right;
    }

    private boolean discard(int type, int at, String reason, String rule) {
        faults.add(Cost.DISCARD_ATTRIBUTE, type, OPTIONAL_ERROR, at, Octets.NONE, name(type) + ": " + reason, rule);
        return false;
    }

    private void withdraw(int type, int subcode, int at, Octets data, String reason, String rule) {
        faults.add(Cost.TREAT_AS_WITHDRAW, type, subcode, at, data, reason, rule);
    }
}

package ecmplab.bgp.attribute;

import static ecmplab.bgp.attribute.AttributeType.*;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the path attributes of an UPDATE: finds, checks (RFC 7606 sections 3 to 5 and 7) and remembers each, then builds
 * attribute blocks. Reused from message to message; for one thread.
 */
final class AttributeWalk {
    private static final int MALFORMED_LIST = 1;
    private static final int UNRECOGNIZED_WELL_KNOWN = 2;
    private static final int MISSING_WELL_KNOWN = 3;
    private static final int FLAGS_ERROR = 4;
    private static final int LENGTH_ERROR = 5;
    private static final int INVALID_ORIGIN = 6;
    private static final int INVALID_NEXT_HOP = 8;
    private static final int OPTIONAL_ERROR = 9;
    private static final int MALFORMED_AS_PATH = 11;

    /** Type 0 is nobody's, and passed on like any other that we do not know. */
    private static final int RESERVED = 0;

    private static final int LOOPBACK_NET = 127;
    private static final int FIRST_MULTICAST_NET = 224;

    private final boolean ebgp;
    private final boolean fourOctetAs;

    /** By type: where its value begins and ends, and its flags; meaningful where {@link #seen} has the bit. */
    private final int[] valueAt = new int[256];

    private final int[] sizeOf = new int[256];
    private final byte[] flagsOf = new byte[256];
    /** Types met, and types that go into a block. */
    private final long[] seen = new long[4];

    private final long[] kept = new long[4];

    private final AsPathWire path = new AsPathWire();
    private byte[] block = new byte[512];
    private int blockLength;

    private byte[] octets = {};
    private int message;
    private @Nullable MalformedUpdate fault;

    AttributeWalk(boolean ebgp, boolean fourOctetAs) {
        this.ebgp = ebgp;
        this.fourOctetAs = fourOctetAs;
    }

    /**
     * Walks the attributes between {@code from} and {@code to}.
     *
     * @param messageStart where the message's marker is; fault offsets count from there
     * @param nlri whether the message has IPv4 routes in its NLRI field, which NEXT_HOP is for
     */
    void walk(byte[] buffer, int messageStart, int from, int to, boolean nlri) {
        octets = buffer;
        message = messageStart;
        fault = null;
        Arrays.fill(seen, 0);
        Arrays.fill(kept, 0);
        for (int at = from; at < to; ) {
            int flags = octets[at];
            int header = (flags & EXTENDED_LENGTH) != 0 ? 4 : 3;
            if (to - at < header) {
                fault(
                        Cost.TREAT_AS_WITHDRAW,
                        0,
                        MALFORMED_LIST,
                        at,
                        Octets.NONE,
                        (to - at) + " octets are left where an attribute of at least " + header + " must be"
                                + " (RFC 7606 section 4)");
                return;
            }
            int type = octets[at + 1] & 0xFF;
            int size = header == 4 ? BigEndian.uint16(octets, at + 2) : octets[at + 2] & 0xFF;
            int value = at + header;
            if (size > to - value) {
                overrun(type, at, size, to - value);
                return;
            }
            visit(flags, type, at, value, size, nlri);
            at = value + size;
        }
    }

    /** RFC 7606 section 4; when it may have been the routes themselves, they cannot be found and withdrawn (section 3 j). */
    private void overrun(int type, int at, int size, int left) {
        boolean routes = type == MP_REACH_NLRI || type == MP_UNREACH_NLRI;
        fault(
                routes ? Cost.SESSION_RESET : Cost.TREAT_AS_WITHDRAW,
                type,
                LENGTH_ERROR,
                at,
                Octets.NONE,
                name(type) + " of " + size + " octets where the attributes end after " + left
                        + " (RFC 7606 section 4)");
    }

    private void visit(int flags, int type, int at, int value, int size, boolean nlri) {
        int word = type >>> 6;
        long bit = 1L << type;
        if ((seen[word] & bit) != 0) {
            boolean routes = type == MP_REACH_NLRI || type == MP_UNREACH_NLRI;
            fault(
                    routes ? Cost.SESSION_RESET : Cost.DISCARD_ATTRIBUTE,
                    type,
                    MALFORMED_LIST,
                    at,
                    Octets.NONE,
                    name(type) + " occurs twice (RFC 7606 section 3 g)");
            return;
        }
        seen[word] |= bit;
        valueAt[type] = value;
        sizeOf[type] = size;
        flagsOf[type] = (byte) flags;
        if (!discarded(type, at, nlri) && flagsRight(flags, type, at) && valueRight(type, at, value, size)) {
            kept[word] |= bit;
        }
    }

    /** Attributes that do not count here, whatever is in them. */
    private boolean discarded(int type, int at, boolean nlri) {
        return switch (type) {
            case LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST ->
                ebgp && ignored(type, at, "from another AS (RFC 7606 sections 7.5, 7.9 and 7.10)");
            case AS4_PATH, AS4_AGGREGATOR ->
                fourOctetAs && ignored(type, at, "from a peer with four-octet AS numbers (RFC 6793 section 4.1)");
            case NEXT_HOP -> !nlri; // RFC 4760 section 3: MP_REACH_NLRI has its own
            default -> false;
        };
    }

    private boolean ignored(int type, int at, String why) {
        fault(Cost.DISCARD_ATTRIBUTE, type, 0, at, Octets.NONE, name(type) + " " + why);
        return true;
    }

    /** RFC 7606 section 3 c; unknown types by RFC 4271 section 6.3 and section 5. */
    private boolean flagsRight(int flags, int type, int at) {
        int expected = AttributeType.flags(type);
        int actual = flags & (OPTIONAL | TRANSITIVE);
        if (expected >= 0) {
            if (actual != expected) {
                boolean as4 = type == AS4_PATH || type == AS4_AGGREGATOR;
                fault(
                        as4 ? Cost.DISCARD_ATTRIBUTE : Cost.TREAT_AS_WITHDRAW,
                        type,
                        FLAGS_ERROR,
                        at,
                        attribute(at, type),
                        name(type) + " with flags 0x" + Integer.toHexString(flags & 0xFF) + ": optional and transitive"
                                + " must be 0x" + Integer.toHexString(expected) + " (RFC 7606 section 3 c)");
            }
            return actual == expected;
        }
        if ((flags & OPTIONAL) == 0) {
            fault(
                    Cost.SESSION_RESET,
                    type,
                    UNRECOGNIZED_WELL_KNOWN,
                    at,
                    attribute(at, type),
                    name(type) + " claims to be well-known (RFC 4271 section 6.3)");
            return false;
        }
        return actual == (OPTIONAL | TRANSITIVE); // what is optional and not transitive ends here, silently
    }

    /** The rules of RFC 7606 section 7, attribute by attribute. MP_REACH_NLRI and MP_UNREACH_NLRI are the decoder's. */
    private boolean valueRight(int type, int at, int value, int size) {
        return switch (type) {
            case ORIGIN -> origin(at, value, size);
            case AS_PATH -> asPath(at, value, size);
            case NEXT_HOP -> nextHop(at, value, size);
            case MULTI_EXIT_DISC, LOCAL_PREF, ORIGINATOR_ID -> sized(type, at, size, size == 4, "must be 4");
            case CLUSTER_LIST, COMMUNITIES -> multiple(type, at, size, 4);
            case EXTENDED_COMMUNITIES -> multiple(type, at, size, 8);
            case LARGE_COMMUNITIES -> multiple(type, at, size, 12);
            case ATOMIC_AGGREGATE ->
                size == 0 || discard(type, at, size + " octets: must be none (RFC 7606 section 7.6)");
            case AGGREGATOR -> aggregator(type, at, value, size, fourOctetAs ? 4 : 2);
            case AS4_AGGREGATOR -> aggregator(type, at, value, size, 4);
            case AS4_PATH -> {
                var wrong = AsPathWire.fault(octets, value, size, 4, true);
                yield wrong == null || discard(type, at, wrong + " (RFC 6793 section 6)");
            }
            default -> true;
        };
    }

    private boolean origin(int at, int value, int size) {
        if (size != 1) {
            return sized(ORIGIN, at, size, false, "must be 1");
        }
        int origin = octets[value] & 0xFF;
        if (origin > 2) {
            withdraw(ORIGIN, INVALID_ORIGIN, at, "ORIGIN " + origin + ": must be 0 to 2 (RFC 7606 section 7.1)");
        }
        return origin <= 2;
    }

    private boolean asPath(int at, int value, int size) {
        var wrong = AsPathWire.fault(octets, value, size, fourOctetAs ? 4 : 2, !ebgp);
        if (wrong != null) {
            fault(
                    Cost.TREAT_AS_WITHDRAW,
                    AS_PATH,
                    MALFORMED_AS_PATH,
                    at,
                    Octets.NONE,
                    wrong + " (RFC 7606 section 7.2)");
        }
        return wrong == null;
    }

    private boolean nextHop(int at, int value, int size) {
        if (size != 4) {
            return sized(NEXT_HOP, at, size, false, "must be 4");
        }
        int net = octets[value] & 0xFF;
        boolean host = isHost(net);
        if (!host) {
            withdraw(
                    NEXT_HOP,
                    INVALID_NEXT_HOP,
                    at,
                    "NEXT_HOP in " + net + ".0.0.0/8: must be the address of a host"
                            + " (RFC 4271 section 6.3, RFC 7606 section 7.3)");
        }
        return host;
    }

    /** Whether addresses of a.0.0.0/8 can be a next hop: not 0/8, 127/8, multicast or 240/4. */
    static boolean isHost(int net) {
        return net != 0 && net != LOOPBACK_NET && net < FIRST_MULTICAST_NET;
    }

    private boolean aggregator(int type, int at, int value, int size, int width) {
        if (size != width + 4) {
            return discard(type, at, size + " octets: must be " + (width + 4) + " (RFC 7606 section 7.7)");
        }
        int asn = width == 4 ? BigEndian.int32(octets, value) : BigEndian.uint16(octets, value);
        return asn != 0 || discard(type, at, "AS 0 (RFC 7607)");
    }

    private boolean multiple(int type, int at, int size, int unit) {
        return sized(type, at, size, size > 0 && size % unit == 0, "must be a multiple of " + unit + ", and not 0");
    }

    private boolean sized(int type, int at, int size, boolean right, String rule) {
        if (!right) {
            int subcode = type == COMMUNITIES || type >= EXTENDED_COMMUNITIES ? OPTIONAL_ERROR : LENGTH_ERROR;
            withdraw(type, subcode, at, name(type) + " of " + size + " octets: " + rule + " (RFC 7606 section 7)");
        }
        return right;
    }

    private boolean discard(int type, int at, String reason) {
        fault(Cost.DISCARD_ATTRIBUTE, type, OPTIONAL_ERROR, at, Octets.NONE, name(type) + ": " + reason);
        return false;
    }

    private void withdraw(int type, int subcode, int at, String reason) {
        fault(Cost.TREAT_AS_WITHDRAW, type, subcode, at, attribute(at, type), reason);
    }

    /** Missing attributes of a message that has routes (RFC 7606 section 3 d). */
    void require(boolean nextHop) {
        missing(ORIGIN, true);
        missing(AS_PATH, true);
        missing(NEXT_HOP, nextHop);
        missing(LOCAL_PREF, !ebgp);
    }

    private void missing(int type, boolean required) {
        if (required && !met(type)) {
            fault(
                    Cost.TREAT_AS_WITHDRAW,
                    type,
                    MISSING_WELL_KNOWN,
                    message,
                    Octets.of((byte) type),
                    name(type) + " is missing (RFC 7606 section 3 d)");
        }
    }

    /** The attribute as it stands, for the data of a NOTIFICATION. */
    private Octets attribute(int at, int type) {
        return Octets.copy(octets, at, valueAt[type] + sizeOf[type] - at);
    }

    /** Records a fault unless one at least as strong is known. */
    void fault(Cost cost, int type, int subcode, int at, Octets data, String reason) {
        if (fault == null || cost.compareTo(fault.cost()) > 0) {
            var notification = new Notification(Notification.UPDATE_ERROR, subcode, data);
            fault = new MalformedUpdate(cost, type, reason, at - message, notification);
        }
    }

    @Nullable
    MalformedUpdate fault() {
        return fault;
    }

    /** Whether the attribute occurred, right or wrong. */
    boolean met(int type) {
        return (seen[type >>> 6] & 1L << type) != 0;
    }

    private boolean keeps(int type) {
        return (kept[type >>> 6] & 1L << type) != 0;
    }

    int valueAt(int type) {
        return valueAt[type];
    }

    int sizeOf(int type) {
        return sizeOf[type];
    }

    byte[] block() {
        return block;
    }

    /** Builds the attribute block with the next hop at {@code nextHop} of the message buffer; returns its length. */
    int build(int nextHop, int nextHopSize) {
        blockLength = 0;
        if (keeps(RESERVED)) {
            add(RESERVED);
        }
        add(ORIGIN);
        addPath();
        header(TRANSITIVE, NEXT_HOP, nextHopSize);
        append(octets, nextHop, nextHopSize);
        long skipped = 1L << RESERVED
                | 1L << ORIGIN
                | 1L << AS_PATH
                | 1L << NEXT_HOP
                | 1L << MP_REACH_NLRI
                | 1L << MP_UNREACH_NLRI;
        skipped |= 1L << AS4_PATH | 1L << AS4_AGGREGATOR;
        for (int word = 0; word < kept.length; word++) {
            long bits = word == 0 ? kept[0] & ~skipped : kept[word];
            for (; bits != 0; bits &= bits - 1) {
                int type = word << 6 | Long.numberOfTrailingZeros(bits);
                if (type == AGGREGATOR && !fourOctetAs) {
                    addAggregator();
                } else {
                    add(type);
                }
            }
        }
        return blockLength;
    }

    private void add(int type) {
        int size = sizeOf[type];
        int known = AttributeType.flags(type);
        int partial = known == (OPTIONAL | TRANSITIVE) ? flagsOf[type] & PARTIAL : 0;
        header(known >= 0 ? known | partial : OPTIONAL | TRANSITIVE | PARTIAL, type, size);
        append(octets, valueAt[type], size);
    }

    private void addPath() {
        if (fourOctetAs) {
            add(AS_PATH);
            return;
        }
        boolean usesAs4 = keeps(AS4_PATH) && !aggregatorContradicts();
        int size = path.merge(
                octets, valueAt[AS_PATH], sizeOf[AS_PATH], valueAt[AS4_PATH], usesAs4 ? sizeOf[AS4_PATH] : -1);
        header(TRANSITIVE, AS_PATH, size);
        append(path.octets(), 0, size);
    }

    private void addAggregator() {
        boolean as4 = keeps(AS4_AGGREGATOR) && !aggregatorContradicts();
        header(OPTIONAL | TRANSITIVE | (flagsOf[AGGREGATOR] & PARTIAL), AGGREGATOR, 8);
        if (as4) {
            append(octets, valueAt[AS4_AGGREGATOR], 8);
            return;
        }
        reserve(4);
        BigEndian.putInt32(block, blockLength, BigEndian.uint16(octets, valueAt[AGGREGATOR]));
        blockLength += 4;
        append(octets, valueAt[AGGREGATOR] + 2, 4);
    }

    /** An aggregator that is not AS_TRANS came later than both AS4 attributes, which then do not count (RFC 6793 section 4.2.3). */
    private boolean aggregatorContradicts() {
        return keeps(AGGREGATOR) && met(AS4_AGGREGATOR) && BigEndian.uint16(octets, valueAt[AGGREGATOR]) != AS_TRANS;
    }

    private void header(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        block[blockLength++] = (byte) (extended ? flags | EXTENDED_LENGTH : flags);
        block[blockLength++] = (byte) type;
        if (extended) {
            block[blockLength++] = (byte) (size >>> 8);
        }
        block[blockLength++] = (byte) size;
    }

    private void append(byte[] from, int at, int count) {
        reserve(count);
        System.arraycopy(from, at, block, blockLength, count);
        blockLength += count;
    }

    private void reserve(int count) {
        if (blockLength + count > block.length) {
            block = Arrays.copyOf(block, Math.max(2 * block.length, blockLength + count));
        }
    }
}

package ecmplab.bgp.attribute;

import static ecmplab.bgp.attribute.AttributeType.*;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import java.util.Arrays;

/**
 * One pass over the path attributes of an UPDATE: finds each, has it checked by {@link AttributeRules} and remembers where it is (RFC
 * 7606 sections 3, 4). Reused from message to message; for one thread.
 */
final class AttributeWalk {
    private static final int MALFORMED_LIST = 1;
    private static final int MISSING_WELL_KNOWN = 3;
    private static final int LENGTH_ERROR = 5;

    private final boolean ebgp;
    private final AttributeRules rules;
    private final FaultLog faults;

    /** By type: where its value begins, its length and its flags; meaningful where {@link #seen} has the bit. */
    private final int[] valueAt = new int[256];

    private final int[] sizeOf = new int[256];
    private final byte[] flagsOf = new byte[256];
    /** Types met, and types that go into a block. */
    private final long[] seen = new long[4];

    private final long[] kept = new long[4];

    private byte[] octets = {};
    private int message;
    /** Whether the list ended where no attribute could: something may be hidden in it. */
    private boolean cutShort;

    AttributeWalk(UpdateOptions options, FaultLog faults) {
        this.ebgp = options.ebgp();
        this.rules = new AttributeRules(options, faults);
        this.faults = faults;
    }

    /**
     * Walks the attributes between {@code from} and {@code to}.
     *
     * @param messageStart where the message's marker is
     * @param nlri whether the message has IPv4 routes in its NLRI field
     */
    void walk(byte[] buffer, int messageStart, int from, int to, boolean nlri) {
        octets = buffer;
        message = messageStart;
        cutShort = false;
        Arrays.fill(seen, 0);
        Arrays.fill(kept, 0);
        for (int at = from; at < to; ) {
            int header = (octets[at] & EXTENDED_LENGTH) != 0 ? 4 : 3;
            if (to - at < header) {
                cutShort = true;
                faults.add(
                        Cost.TREAT_AS_WITHDRAW,
                        0,
                        MALFORMED_LIST,
                        at,
                        Octets.NONE,
                        (to - at) + " octets are left where an attribute of at least " + header + " must be",
                        "RFC 7606 section 4");
                return;
            }
            int type = octets[at + 1] & 0xFF;
            int size = header == 4 ? BigEndian.uint16(octets, at + 2) : octets[at + 2] & 0xFF;
            int value = at + header;
            if (size > to - value) {
                cutShort = true;
                overrun(type, at, size, to - value);
                return;
            }
            visit(type, at, value, size, nlri);
            at = value + size;
        }
    }

    /** RFC 7606 section 4; when it may have been the routes themselves, they cannot be found and withdrawn (section 3 j). */
    private void overrun(int type, int at, int size, int left) {
        boolean routes = type == MP_REACH_NLRI || type == MP_UNREACH_NLRI;
        faults.add(
                routes ? Cost.SESSION_RESET : Cost.TREAT_AS_WITHDRAW,
                type,
                LENGTH_ERROR,
                at,
                Octets.NONE,
                name(type) + " of " + size + " octets where the attributes end after " + left,
                "RFC 7606 section 4");
    }

    private void visit(int type, int at, int value, int size, boolean nlri) {
        int word = type >>> 6;
        long bit = 1L << type;
        if ((seen[word] & bit) != 0) {
            boolean routes = type == MP_REACH_NLRI || type == MP_UNREACH_NLRI;
            faults.add(
                    routes ? Cost.SESSION_RESET : Cost.DISCARD_ATTRIBUTE,
                    type,
                    MALFORMED_LIST,
                    at,
                    Octets.NONE,
                    name(type) + " occurs twice",
                    "RFC 7606 section 3 g");
            return;
        }
        seen[word] |= bit;
        valueAt[type] = value;
        sizeOf[type] = size;
        flagsOf[type] = octets[at];
        if (rules.accept(octets, at, value, size, nlri)) {
            kept[word] |= bit;
        }
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
            faults.add(
                    Cost.TREAT_AS_WITHDRAW,
                    type,
                    MISSING_WELL_KNOWN,
                    message,
                    Octets.of((byte) type),
                    name(type) + " is missing",
                    "RFC 7606 section 3 d");
        }
    }

    /** Whether there are attributes that only announcements have, or may be (RFC 7606 section 5.2). */
    boolean hasMoreThanWithdrawals() {
        return cutShort || (seen[0] & ~(1L << MP_UNREACH_NLRI)) != 0 || (seen[1] | seen[2] | seen[3]) != 0;
    }

    /** Whether the attribute occurred, right or wrong. */
    boolean met(int type) {
        return (seen[type >>> 6] & 1L << type) != 0;
    }

    /** Whether the attribute goes into a block. */
    boolean keeps(int type) {
        return (kept[type >>> 6] & 1L << type) != 0;
    }

    /** The types that go into a block: bit {@code t & 63} of word {@code t >> 6}. */
    long kept(int word) {
        return kept[word];
    }

    byte[] octets() {
        return octets;
    }

    int valueAt(int type) {
        return valueAt[type];
    }

    int sizeOf(int type) {
        return sizeOf[type];
    }

    int flagsOf(int type) {
        return flagsOf[type];
    }
}

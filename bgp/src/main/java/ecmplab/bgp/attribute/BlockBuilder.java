package ecmplab.bgp.attribute;

import static ecmplab.bgp.attribute.AttributeType.*;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import java.util.Arrays;

/**
 * Builds the attribute block of {@link ecmplab.bgp.rib.RouteBatch} from the attributes that a walk kept: ascending order, flags
 * normalised, AS numbers in four octets (RFC 6793 section 4.2.3). Reused from message to message; for one thread.
 */
final class BlockBuilder {
    private static final int LONGEST_ATTRIBUTE = 0xFFFF;
    /** Type 0 is nobody's, and passed on like any other that we do not know. */
    private static final int RESERVED = 0;

    private static final int MALFORMED_AS_PATH = 11;

    /** Types that do not go into the block as they came. */
    private static final long SPECIAL = 1L << RESERVED
            | 1L << ORIGIN
            | 1L << AS_PATH
            | 1L << NEXT_HOP
            | 1L << MP_REACH_NLRI
            | 1L << MP_UNREACH_NLRI
            | 1L << AS4_PATH
            | 1L << AS4_AGGREGATOR;

    private final AttributeWalk walk;
    private final boolean fourOctetAs;
    private final AsPathWire path = new AsPathWire();
    /** Octets of the widened path. */
    private int pathSize;

    private byte[] block = new byte[512];
    private int length;

    BlockBuilder(AttributeWalk walk, boolean fourOctetAs) {
        this.walk = walk;
        this.fourOctetAs = fourOctetAs;
    }

    /** Gives the path of a two-octet peer four octets a number. It may become longer than an attribute can be. */
    void widenPath(FaultLog faults) {
        if (fourOctetAs || !walk.keeps(AS_PATH)) {
            return;
        }
        boolean usesAs4 = walk.keeps(AS4_PATH) && !aggregatorContradicts();
        pathSize = path.merge(
                walk.octets(),
                walk.valueAt(AS_PATH),
                walk.sizeOf(AS_PATH),
                walk.valueAt(AS4_PATH),
                usesAs4 ? walk.sizeOf(AS4_PATH) : -1);
        if (pathSize > LONGEST_ATTRIBUTE) {
            faults.add(
                    Cost.TREAT_AS_WITHDRAW,
                    AS_PATH,
                    MALFORMED_AS_PATH,
                    walk.valueAt(AS_PATH),
                    Octets.NONE,
                    "AS_PATH of " + pathSize + " octets with four-octet AS numbers: must be at most "
                            + LONGEST_ATTRIBUTE,
                    "RFC 6793 section 4.2.3");
        }
    }

    /** Builds the block with the next hop at {@code nextHop} of the message's buffer; returns its length. */
    int build(int nextHop, int nextHopSize) {
        length = 0;
        if (walk.keeps(RESERVED)) {
            add(RESERVED);
        }
        add(ORIGIN);
        if (fourOctetAs) {
            add(AS_PATH);
        } else {
            header(TRANSITIVE, AS_PATH, pathSize);
            append(path.octets(), 0, pathSize);
        }
        header(TRANSITIVE, NEXT_HOP, nextHopSize);
        append(walk.octets(), nextHop, nextHopSize);
        for (int word = 0; word < 4; word++) {
            long bits = word == 0 ? walk.kept(0) & ~SPECIAL : walk.kept(word);
            for (; bits != 0; bits &= bits - 1) {
                int type = word << 6 | Long.numberOfTrailingZeros(bits);
                if (type == AGGREGATOR && !fourOctetAs) {
                    addAggregator();
                } else {
                    add(type);
                }
            }
        }
        return length;
    }

    /** What {@link #build} made, until the next one. */
    byte[] block() {
        return block;
    }

    private void add(int type) {
        int size = walk.sizeOf(type);
        int known = AttributeType.flags(type);
        int partial = known == (OPTIONAL | TRANSITIVE) ? walk.flagsOf(type) & PARTIAL : 0;
        header(known >= 0 ? known | partial : OPTIONAL | TRANSITIVE | PARTIAL, type, size);
        append(walk.octets(), walk.valueAt(type), size);
    }

    private void addAggregator() {
        boolean as4 = walk.keeps(AS4_AGGREGATOR) && !aggregatorContradicts();
        header(OPTIONAL | TRANSITIVE | (walk.flagsOf(AGGREGATOR) & PARTIAL), AGGREGATOR, 8);
        if (as4) {
            append(walk.octets(), walk.valueAt(AS4_AGGREGATOR), 8);
            return;
        }
        reserve(4);
        BigEndian.putInt32(block, length, BigEndian.uint16(walk.octets(), walk.valueAt(AGGREGATOR)));
        length += 4;
        append(walk.octets(), walk.valueAt(AGGREGATOR) + 2, 4);
    }

    /** An aggregator that is not AS_TRANS came later than both AS4 attributes, which then do not count (RFC 6793 section 4.2.3). */
    private boolean aggregatorContradicts() {
        return walk.keeps(AGGREGATOR)
                && walk.met(AS4_AGGREGATOR)
                && BigEndian.uint16(walk.octets(), walk.valueAt(AGGREGATOR)) != AS_TRANS;
    }

    private void header(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        block[length++] = (byte) (extended ? flags | EXTENDED_LENGTH : flags);
        block[length++] = (byte) type;
        if (extended) {
            block[length++] = (byte) (size >>> 8);
        }
        block[length++] = (byte) size;
    }

    private void append(byte[] from, int at, int count) {
        reserve(count);
        System.arraycopy(from, at, block, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > block.length) {
            block = Arrays.copyOf(block, Math.max(2 * block.length, length + count));
        }
    }
}

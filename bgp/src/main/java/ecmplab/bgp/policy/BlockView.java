package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.AttributeType;
import org.jspecify.annotations.Nullable;

/**
 * Where the attributes are that policies ask for, in an attribute block as {@link ecmplab.bgp.rib.RouteBatch} describes it; found in one
 * walk. The block is not copied and must not change until the next is read. Whoever judges many routes keeps one.
 */
public final class BlockView {
    private static final int EXTENDED_LENGTH = 0x10;
    private static final int LAST_TYPE = AttributeType.LARGE_COMMUNITIES;
    private static final int AS_SET = 1;
    private static final int AS_SEQUENCE = 2;
    private static final String OPEN = " { ([";
    private static final String CLOSE = " } )]";

    private byte[] octets = {};
    /** A bit for each type that is there; what else is said of other types is of blocks before. */
    private long present;

    private final int[] places = new int[LAST_TYPE + 1];
    private final int[] lengths = new int[LAST_TYPE + 1];
    /** The AS path's text once somebody asked; null before. */
    private byte @Nullable [] pathText;

    private int pathTextLength;

    BlockView read(byte[] block, int from, int length) {
        octets = block;
        present = 0;
        pathText = null;
        int end = from + length;
        for (int at = from; at < end; ) {
            boolean extended = (octets[at] & EXTENDED_LENGTH) != 0;
            int type = octets[at + 1] & 0xFF;
            int size = extended ? (octets[at + 2] & 0xFF) << 8 | (octets[at + 3] & 0xFF) : octets[at + 2] & 0xFF;
            int value = at + (extended ? 4 : 3);
            if (type <= LAST_TYPE) {
                places[type] = value;
                lengths[type] = size;
                present |= 1L << type;
            }
            at = value + size;
        }
        return this;
    }

    boolean has(int type) {
        return (present >>> type & 1) != 0;
    }

    /** Octets of the attribute's value; 0 when there is none. */
    int length(int type) {
        return has(type) ? lengths[type] : 0;
    }

    /** Four octets of the attribute's value. */
    int word(int type, int offset) {
        return wordAt(places[type] + offset);
    }

    int octet(int type, int offset) {
        return octets[places[type] + offset] & 0xFF;
    }

    boolean pathContains(int asn) {
        int end = places[AttributeType.AS_PATH] + length(AttributeType.AS_PATH);
        for (int at = places[AttributeType.AS_PATH]; at < end; at = nextSegment(at)) {
            if (segmentContains(at, asn)) {
                return true;
            }
        }
        return false;
    }

    /** What the communities fulfil of what is looked for. */
    long searchCommunities(NumberSearch wanted) {
        int from = places[AttributeType.COMMUNITIES];
        int end = from + length(AttributeType.COMMUNITIES);
        long found = 0;
        for (int at = from; at < end; at += 4) {
            found |= wanted.find(wordAt(at));
        }
        return found;
    }

    /** What the AS numbers anywhere in the path fulfil of what is looked for. */
    long searchPath(NumberSearch wanted) {
        int end = places[AttributeType.AS_PATH] + length(AttributeType.AS_PATH);
        long found = 0;
        for (int at = places[AttributeType.AS_PATH]; at < end; ) {
            int next = nextSegment(at);
            for (int i = at + 2; i < next; i += 4) {
                found |= wanted.find(wordAt(i));
            }
            at = next;
        }
        return found;
    }

    boolean originatedBy(int asn) {
        int end = places[AttributeType.AS_PATH] + length(AttributeType.AS_PATH);
        int last = -1;
        for (int at = places[AttributeType.AS_PATH]; at < end; at = nextSegment(at)) {
            last = at;
        }
        if (last < 0) {
            return false;
        }
        return octets[last] == AS_SEQUENCE
                ? wordAt(end - 4) == asn
                : octets[last] == AS_SET && segmentContains(last, asn);
    }

    /** As {@link ecmplab.bgp.attribute.AsPath#length}. */
    int pathLength() {
        int end = places[AttributeType.AS_PATH] + length(AttributeType.AS_PATH);
        int length = 0;
        for (int at = places[AttributeType.AS_PATH]; at < end; at = nextSegment(at)) {
            length += octets[at] == AS_SEQUENCE ? octets[at + 1] & 0xFF : octets[at] == AS_SET ? 1 : 0;
        }
        return length;
    }

    boolean pathMatches(AsPathRegex regex) {
        var text = pathText;
        if (text == null) {
            text = writePath();
            pathText = text;
        }
        return regex.matches(text, pathTextLength);
    }

    /** As {@link ecmplab.bgp.attribute.AsPath#toString}. */
    private byte[] writePath() {
        int from = places[AttributeType.AS_PATH];
        int end = from + length(AttributeType.AS_PATH);
        var text = new byte[11 * length(AttributeType.AS_PATH) / 4 + 16];
        int length = 0;
        for (int at = from; at < end; at = nextSegment(at)) {
            int kind = octets[at];
            int count = octets[at + 1] & 0xFF;
            if (length > 0) {
                text[length++] = ' ';
            }
            if (kind != AS_SEQUENCE) {
                text[length++] = (byte) OPEN.charAt(kind);
            }
            for (int i = 0; i < count; i++) {
                if (i > 0) {
                    text[length++] = ' ';
                }
                length = writeNumber(text, length, wordAt(at + 2 + 4 * i));
            }
            if (kind != AS_SEQUENCE) {
                text[length++] = (byte) CLOSE.charAt(kind);
            }
        }
        pathTextLength = length;
        return text;
    }

    private static int writeNumber(byte[] text, int at, int number) {
        long left = Integer.toUnsignedLong(number);
        int digits = 1;
        for (long power = 10; left >= power; power *= 10) {
            digits++;
        }
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
        return at + digits;
    }

    private int nextSegment(int at) {
        return at + 2 + 4 * (octets[at + 1] & 0xFF);
    }

    private boolean segmentContains(int at, int asn) {
        int end = nextSegment(at);
        for (int i = at + 2; i < end; i += 4) {
            if (wordAt(i) == asn) {
                return true;
            }
        }
        return false;
    }

    private int wordAt(int at) {
        return octets[at] << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }
}

package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.BigEndian;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** AS_PATH and AS4_PATH as octets: checks, widening and the reconstruction of RFC 6793. Scratch memory for one thread. */
final class AsPathWire {
    private static final int SET = 1;
    private static final int CONFED_SEQUENCE = 3;
    private static final int CONFED_SET = 4;

    private byte[] scratch = new byte[256];
    private int length;

    /**
     * Checks the segments (RFC 7606 section 7.2, RFC 7607, RFC 5065 section 5).
     *
     * @param width octets an AS number, 2 or 4
     * @param confederation whether confederation segments may occur
     * @return what is wrong, or null
     */
    static @Nullable String fault(byte[] octets, int from, int size, int width, boolean confederation) {
        int to = from + size;
        for (int at = from; at < to; ) {
            if (to - at < 2) {
                return "one octet is left where a segment of AS_PATH must begin";
            }
            int type = octets[at] & 0xFF;
            int count = octets[at + 1] & 0xFF;
            if (type < SET || type > CONFED_SET) {
                return "AS_PATH segment type " + type + ": must be 1 to 4";
            }
            if (!confederation && type >= CONFED_SEQUENCE) {
                return "AS_PATH segment type " + type + " from outside a confederation (RFC 5065 section 5)";
            }
            if (count == 0) {
                return "AS_PATH segment without an AS number";
            }
            int end = at + 2 + width * count;
            if (end > to) {
                return "AS_PATH segment of " + count + " AS numbers runs " + (end - to) + " octets past the attribute";
            }
            for (int i = at + 2; i < end; i += width) {
                if ((width == 4 ? BigEndian.int32(octets, i) : BigEndian.uint16(octets, i)) == 0) {
                    return "AS 0 in AS_PATH (RFC 7607)";
                }
            }
            at = end;
        }
        return null;
    }

    /**
     * The path of a peer with two-octet AS numbers in four octets, with the AS4_PATH put in the place of its tail (RFC 6793 section
     * 4.2.3). Both are valid; pass {@code as4Size} -1 without an AS4_PATH. The result is in {@link #octets()}.
     *
     * @return octets of the result
     */
    int merge(byte[] octets, int path, int pathSize, int as4, int as4Size) {
        length = 0;
        int hops = hops(octets, path, pathSize, 2);
        int as4Hops = as4Size < 0 ? -1 : hops(octets, as4, as4Size, 4);
        boolean merged = as4Hops >= 0 && as4Hops <= hops;
        int leading = merged ? hops - as4Hops : Integer.MAX_VALUE;
        for (int at = path; at < path + pathSize && leading > 0; ) {
            int type = octets[at];
            int count = octets[at + 1] & 0xFF;
            int taken = count;
            if (type < CONFED_SEQUENCE) {
                taken = type == SET ? count : Math.min(count, leading);
                leading -= type == SET ? 1 : taken;
            }
            widen(octets, type, at + 2, taken);
            at += 2 + 2 * count;
        }
        for (int at = as4; merged && at < as4 + as4Size; ) {
            int end = at + 2 + 4 * (octets[at + 1] & 0xFF);
            if (octets[at] < CONFED_SEQUENCE) {
                append(octets, at, end - at);
            }
            at = end;
        }
        return length;
    }

    byte[] octets() {
        return scratch;
    }

    /** A set counts 1, confederation segments nothing. */
    private static int hops(byte[] octets, int from, int size, int width) {
        int hops = 0;
        for (int at = from; at < from + size; at += 2 + width * (octets[at + 1] & 0xFF)) {
            hops += octets[at] == SET ? 1 : octets[at] >= CONFED_SEQUENCE ? 0 : octets[at + 1] & 0xFF;
        }
        return hops;
    }

    private void widen(byte[] octets, int type, int from, int count) {
        reserve(2 + 4 * count);
        scratch[length] = (byte) type;
        scratch[length + 1] = (byte) count;
        length += 2;
        for (int i = 0; i < count; i++, length += 4) {
            BigEndian.putInt32(scratch, length, BigEndian.uint16(octets, from + 2 * i));
        }
    }

    private void append(byte[] octets, int from, int count) {
        reserve(count);
        System.arraycopy(octets, from, scratch, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > scratch.length) {
            scratch = Arrays.copyOf(scratch, Math.max(2 * scratch.length, length + count));
        }
    }
}

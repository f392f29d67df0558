package ecmplab.bgp.rib;

import java.util.Arrays;

/** One {@code byte} for each dense id, read without sign. Grows by segments, never by copying. */
final class ByteColumn {
    private static final int SHIFT = 14;
    private static final int SEGMENT = 1 << SHIFT;
    private static final int MASK = SEGMENT - 1;

    private byte[][] segments = new byte[0][];

    int get(int id) {
        return segments[id >>> SHIFT][id & MASK] & 0xFF;
    }

    void set(int id, int value) {
        int segment = id >>> SHIFT;
        while (segment >= segments.length) {
            segments = Arrays.copyOf(segments, segments.length + 1);
            segments[segments.length - 1] = new byte[SEGMENT];
        }
        segments[segment][id & MASK] = (byte) value;
    }
}

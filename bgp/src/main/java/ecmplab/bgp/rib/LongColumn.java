package ecmplab.bgp.rib;

import java.util.Arrays;

/** One {@code long} for each dense id. Grows by segments, never by copying. */
final class LongColumn {
    private static final int SHIFT = 12;
    private static final int SEGMENT = 1 << SHIFT;
    private static final int MASK = SEGMENT - 1;

    private long[][] segments = new long[0][];

    long get(int id) {
        return segments[id >>> SHIFT][id & MASK];
    }

    void set(int id, long value) {
        int segment = id >>> SHIFT;
        while (segment >= segments.length) {
            segments = Arrays.copyOf(segments, segments.length + 1);
            segments[segments.length - 1] = new long[SEGMENT];
        }
        segments[segment][id & MASK] = value;
    }
}

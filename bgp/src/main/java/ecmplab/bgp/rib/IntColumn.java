package ecmplab.bgp.rib;

import java.util.Arrays;

/** One {@code int} for each dense id. Grows by segments, never by copying; a segment nobody wrote to costs nothing and reads as zero. */
@SuppressWarnings("ReferenceEquality") // the one segment that stands for all that nobody wrote to
final class IntColumn {
    static final int SEGMENT = 4096;
    private static final int SHIFT = 12;
    private static final int MASK = SEGMENT - 1;
    private static final int[] UNWRITTEN = new int[SEGMENT];

    private int[][] segments = new int[0][];

    /** Ids with the same number are in one line of the processor's cache. */
    static int line(int id) {
        return id >>> 4;
    }

    int get(int id) {
        int segment = id >>> SHIFT;
        return segment < segments.length ? segments[segment][id & MASK] : 0;
    }

    void set(int id, int value) {
        writable(id)[id & MASK] = value;
    }

    /** Adds and returns the sum. */
    int add(int id, int amount) {
        return writable(id)[id & MASK] += amount;
    }

    /** The lowest id not below {@code from} that may hold a value other than zero: skips segments nobody wrote to. */
    int skipUnwritten(int from) {
        int segment = from >>> SHIFT;
        while (segment < segments.length && segments[segment] == UNWRITTEN) {
            segment++;
        }
        return Math.max(from, segment << SHIFT);
    }

    /** Ids from here on read as zero. */
    int limit() {
        return segments.length << SHIFT;
    }

    private int[] writable(int id) {
        int segment = id >>> SHIFT;
        if (segment >= segments.length) {
            int before = segments.length;
            segments = Arrays.copyOf(segments, segment + 1);
            Arrays.fill(segments, before, segments.length, UNWRITTEN);
        }
        if (segments[segment] == UNWRITTEN) {
            segments[segment] = new int[SEGMENT];
        }
        return segments[segment];
    }
}

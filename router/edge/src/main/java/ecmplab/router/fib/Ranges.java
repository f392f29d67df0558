package ecmplab.router.fib;

import java.util.Arrays;

/**
 * Turns nested prefixes, given in order of address and length, into ranges side by side that leave each address with its longest
 * match. Reused; belongs to an encoder. Addresses are unsigned.
 */
final class Ranges {
    long[] starts = new long[64];
    int[] groups = new int[64];
    /** What covers a range of {@link #addCell} from outside. */
    int[] under = new int[64];

    int count;

    private final long[] ends = new long[130];
    private final int[] covers = new int[130];
    private int depth;
    private int base;

    /** @param newBase the group of what no prefix covers */
    void begin(int newBase) {
        base = newBase;
        count = 0;
        depth = 0;
        put(0, newBase);
    }

    /** The prefix at {@code start} with {@code bits} bits of addresses in it. */
    void add(long start, int bits, int group) {
        closeBefore(start);
        put(start, group);
        ends[depth] = bits == 64 ? -1 : start + (1L << bits) - 1;
        covers[depth++] = group;
    }

    /** One address, whose value is never that of its neighbours; a prefix of just that address may have come before it. */
    void addCell(long start, int value) {
        closeBefore(start);
        int outside = cover();
        put(start, value);
        under[count - 1] = outside;
        ends[depth] = start;
        covers[depth++] = value;
    }

    /** @param end the address past the last one; 0 for the whole space of 64 bits */
    void end(long end) {
        while (depth > 0) {
            close(end);
        }
    }

    private int cover() {
        return depth == 0 ? base : covers[depth - 1];
    }

    private void closeBefore(long start) {
        while (depth > 0 && Long.compareUnsigned(ends[depth - 1], start) < 0) {
            close(0);
        }
    }

    /** Ends the innermost prefix: what is around it goes on. */
    private void close(long end) {
        long next = ends[--depth] + 1;
        if (next != end && next != 0) {
            put(next, cover());
        }
    }

    private void put(long start, int group) {
        if (count > 0 && starts[count - 1] == start) {
            count--;
        }
        if (count > 0 && groups[count - 1] == group) {
            return;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            groups = Arrays.copyOf(groups, 2 * count);
            under = Arrays.copyOf(under, 2 * count);
        }
        starts[count] = start;
        groups[count++] = group;
    }
}

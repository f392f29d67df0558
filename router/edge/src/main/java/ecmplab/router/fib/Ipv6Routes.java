package ecmplab.router.fib;

import java.util.Arrays;

/**
 * Prefixes longer than 32 bits within one /32 and their groups, in order of address and length, two words each: bits 32 to 63,
 * length and group (24 bits); bits 64 to 127. An array once made does not change.
 */
final class Ipv6Routes {
    static final long[] NONE = {};

    private static final int GROUP_MASK = 0xFF_FFFF;

    private Ipv6Routes() {}

    static int count(long[] routes) {
        return routes.length >>> 1;
    }

    static long first(long high, int length, int group) {
        return high << 32 | (long) length << 24 | group;
    }

    /** Bits 32 to 63. */
    static long middle(long[] routes, int at) {
        return routes[2 * at] >>> 32;
    }

    static int length(long[] routes, int at) {
        return (int) (routes[2 * at] >>> 24) & 0xFF;
    }

    static int group(long[] routes, int at) {
        return (int) routes[2 * at] & GROUP_MASK;
    }

    /** Bits 64 to 127. */
    static long low(long[] routes, int at) {
        return routes[2 * at + 1];
    }

    /** The first prefix that is not longer than 64 bits and in the same /64 as that at {@code at}. */
    static int pastCell(long[] routes, int at) {
        int past = at + 1;
        while (past < count(routes) && middle(routes, past) == middle(routes, at) && length(routes, past) > 64) {
            past++;
        }
        return past;
    }

    private static int compare(long[] a, int i, long[] b, int j) {
        int order = Long.compare(middle(a, i), middle(b, j));
        if (order == 0) {
            order = Long.compareUnsigned(low(a, i), low(b, j));
        }
        return order != 0 ? order : Integer.compare(length(a, i), length(b, j));
    }

    /** {@code held} with the first {@code count} of {@code changes}, each prefix once; group 0 takes one out. */
    static long[] merge(long[] held, long[] changes, int count) {
        var merged = new long[held.length + 2 * count];
        int length = 0;
        int h = 0;
        int size = count(held);
        for (int c = 0; c < count; c++) {
            while (h < size && compare(held, h, changes, c) < 0) {
                merged[length++] = held[2 * h];
                merged[length++] = held[2 * h++ + 1];
            }
            if (h < size && compare(held, h, changes, c) == 0) {
                h++;
            }
            if (group(changes, c) != Fib.NO_ROUTE) {
                merged[length++] = changes[2 * c];
                merged[length++] = changes[2 * c + 1];
            }
        }
        System.arraycopy(held, 2 * h, merged, length, 2 * (size - h));
        length += 2 * (size - h);
        return length == 0 ? NONE : length == merged.length ? merged : Arrays.copyOf(merged, length);
    }
}

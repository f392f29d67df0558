package ecmplab.router.fib;

import java.util.Arrays;

/** Writes a block of a {@link Fib}: the node of the third octet and those of the fourth. Reused; belongs to a {@link FibWriter}. */
final class BlockEncoder {
    private final int[] third = new int[256];
    private final int[] fourth = new int[256];
    private int[] out = new int[1024];
    private int length;

    /**
     * The block with {@code routes} (as {@link FibWriter} packs them, in order) over {@code base}, the group of the rest.
     * Painting them in order leaves each address with its longest match.
     */
    int[] encode(long[] routes, int base) {
        Arrays.fill(third, base);
        for (long route : routes) {
            if (prefixLength(route) <= 24) {
                int from = low16(route) >>> 8;
                Arrays.fill(third, from, from + (1 << (24 - prefixLength(route))), (int) route);
            }
        }
        length = 1;
        for (int i = 0; i < routes.length; ) {
            i = prefixLength(routes[i]) <= 24 ? i + 1 : encodeFourth(routes, i);
        }
        out[0] = entryOf(third);
        return Arrays.copyOf(out, length);
    }

    /** Encodes the third octet that route {@code from} (longer than 24) lies in; returns the index of the first route past it. */
    private int encodeFourth(long[] routes, int from) {
        int octet = low16(routes[from]) >>> 8;
        Arrays.fill(fourth, third[octet]);
        int i = from;
        for (; i < routes.length && low16(routes[i]) >>> 8 == octet; i++) {
            int first = low16(routes[i]) & 0xFF;
            Arrays.fill(fourth, first, first + (1 << (32 - prefixLength(routes[i]))), (int) routes[i]);
        }
        third[octet] = entryOf(fourth);
        return i;
    }

    /** The entry that stands for {@code entries}: the one they all are, or a node, which is appended. */
    private int entryOf(int[] entries) {
        int node = length;
        if (out.length < node + Fib.ENTRIES + 256) {
            out = Arrays.copyOf(out, out.length * 2);
        }
        Arrays.fill(out, node, node + Fib.ENTRIES, 0);
        int runs = 0;
        for (int octet = 0; octet < 256; octet++) {
            if ((octet & 31) == 0) {
                out[node + Fib.COUNTS + (octet >>> 7)] |= runs << ((octet >>> 5 & 3) << 3);
            }
            if (octet == 0 || entries[octet] != entries[octet - 1]) {
                out[node + (octet >>> 5)] |= 1 << (octet & 31);
                out[node + Fib.ENTRIES + runs++] = entries[octet];
            }
        }
        if (runs == 1) {
            return entries[0];
        }
        length = node + Fib.ENTRIES + runs;
        return ~node;
    }

    private static int low16(long route) {
        return (int) (route >>> 40);
    }

    private static int prefixLength(long route) {
        return (int) (route >>> 32) & 0xFF;
    }
}

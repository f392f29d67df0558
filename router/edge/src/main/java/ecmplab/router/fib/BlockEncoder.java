package ecmplab.router.fib;

import java.util.Arrays;

/** Writes a block of a {@link Fib}: the node of the third octet and those of the fourth. Reused; belongs to a {@link FibWriter}. */
final class BlockEncoder {
    private static final int MAX_NODE = Fib.ENTRIES + 256;

    private final int[] third = new int[256];
    private final int[] fourth = new int[256];
    private final int[] root = new int[MAX_NODE];

    /** The nodes of the fourth octet, at offsets as if there were none before them. */
    private int[] nodes = new int[4 * MAX_NODE];

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
        length = 0;
        for (int i = 0; i < routes.length; ) {
            i = prefixLength(routes[i]) <= 24 ? i + 1 : encodeFourth(routes, i);
        }
        int runs = write(third, root, 0);
        if (runs == 1) {
            return new int[] {third[0]};
        }
        int rootLength = Fib.ENTRIES + runs;
        for (int i = Fib.ENTRIES; i < rootLength; i++) {
            root[i] -= root[i] < 0 ? rootLength : 0;
        }
        var block = Arrays.copyOf(root, rootLength + length);
        System.arraycopy(nodes, 0, block, rootLength, length);
        return block;
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
        if (nodes.length < length + MAX_NODE) {
            nodes = Arrays.copyOf(nodes, nodes.length * 2);
        }
        int runs = write(fourth, nodes, length);
        if (runs == 1) {
            third[octet] = fourth[0];
        } else {
            third[octet] = ~length;
            length += Fib.ENTRIES + runs;
        }
        return i;
    }

    /** Writes the node of 256 entries at {@code node}; returns how many runs of equal ones there are. */
    private static int write(int[] entries, int[] out, int node) {
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
        return runs;
    }

    private static int low16(long route) {
        return (int) (route >>> 40);
    }

    private static int prefixLength(long route) {
        return (int) (route >>> 32) & 0xFF;
    }
}

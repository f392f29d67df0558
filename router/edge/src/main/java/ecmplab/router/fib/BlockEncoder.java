package ecmplab.router.fib;

import java.util.Arrays;

/** Writes a block of a {@link Fib}: the entries of the third octet and the nodes of the last. Reused; belongs to a writer. */
final class BlockEncoder {
    /** Runs of the third octet from which on each octet gets its entry. */
    private static final int DENSE = 64;

    private static final int MAX_NODE = Fib.ENTRIES + 256;

    private final int[] third = new int[256];
    private final int[] fourth = new int[256];

    private final int[] root = new int[1 + MAX_NODE];

    /** The nodes of the last octet, at offsets as if there were nothing before them. */
    private int[] nodes = new int[4 * MAX_NODE];

    private int length;

    /**
     * The block with {@code routes} (see {@link BlockRoutes}) over {@code base}, the group of the rest. Painting them in order
     * leaves each address with its longest match. Only a route of all 32 bits may have a negative value.
     */
    int[] encode(long[] routes, int base) {
        Arrays.fill(third, base);
        for (long route : routes) {
            int bits = BlockRoutes.length(route);
            if (bits <= 24) {
                int from = BlockRoutes.low16(route) >>> 8;
                Arrays.fill(third, from, from + (1 << (24 - bits)), BlockRoutes.value(route));
            }
        }
        length = 0;
        for (int i = 0; i < routes.length; ) {
            i = BlockRoutes.length(routes[i]) <= 24 ? i + 1 : encodeFourth(routes, i);
        }
        int runs = write(third, root, 1);
        if (runs == 1) {
            return new int[] {third[0]};
        }
        boolean direct = runs >= DENSE;
        int rootLength = direct ? 257 : 1 + Fib.ENTRIES + runs;
        var block = new int[rootLength + length];
        block[0] = direct ? Fib.DIRECT : Fib.NODE;
        System.arraycopy(direct ? third : root, direct ? 0 : 1, block, 1, rootLength - 1);
        for (int i = direct ? 1 : 1 + Fib.ENTRIES; i < rootLength; i++) {
            block[i] -= block[i] < 0 ? rootLength : 0;
        }
        System.arraycopy(nodes, 0, block, rootLength, length);
        return block;
    }

    /** Encodes the third octet that route {@code from} (longer than 24) lies in; returns the index of the first route past it. */
    private int encodeFourth(long[] routes, int from) {
        int octet = BlockRoutes.low16(routes[from]) >>> 8;
        Arrays.fill(fourth, third[octet]);
        int i = from;
        for (; i < routes.length && BlockRoutes.low16(routes[i]) >>> 8 == octet; i++) {
            int first = BlockRoutes.low16(routes[i]) & 0xFF;
            int addresses = 1 << (32 - BlockRoutes.length(routes[i]));
            Arrays.fill(fourth, first, first + addresses, BlockRoutes.value(routes[i]));
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
}

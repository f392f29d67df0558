package ecmplab.router.fib;

import java.util.Arrays;

/**
 * One generation of the forwarding table: IPv4 destination to next-hop group by longest match. Immutable, so any thread may look
 * up, and a generation is published by one store; {@link FibWriter} derives the next one, which shares whatever did not change.
 *
 * <p>Shape: an array by the first octet, of arrays by the second, of <em>blocks</em> that hold everything beyond 16 bits. A block
 * is one {@code int[]}: alone, the group of all its addresses; or 0 and an entry for each third octet, or 1 and the node of the third
 * octet where that is small; then nodes of the last octet. An entry that is not negative is a group; a negative one is the
 * complement of the offset of the node of the last octet. A node maps octets to entries by runs of equal ones:
 *
 * <pre>
 *   +0 .. +7   256 bits: where a run starts
 *   +8, +9     eight octets: runs that start before word 0 .. 7
 *   +10 ..     the group of each run
 * </pre>
 *
 * <p>A table of a million prefixes takes at most 67 MB for the first 24 bits, less where it is not dense, and 50 octets for
 * each longer prefix that stands alone. Where it is dense, a lookup up to 24 bits waits for memory once: the two small arrays stay in the cache.
 */
public final class Fib {
    /** The group of an address that nothing matches. */
    public static final int NO_ROUTE = 0;

    /** First word of a block with an entry for each third octet. */
    static final int DIRECT = 0;
    /** First word of a block with a node for the third octet. */
    static final int NODE = 1;

    static final int COUNTS = 8;
    static final int ENTRIES = 10;

    /** Knows no prefix. */
    public static final Fib EMPTY = new Fib(uniform(NO_ROUTE));

    final int[][][] top;

    Fib(int[][][] top) {
        this.top = top;
    }

    /** The group of the longest prefix that covers {@code address} (network order), or {@link #NO_ROUTE}. */
    public int lookup(int address) {
        return inBlock(top[address >>> 24][address >>> 16 & 0xFF], address);
    }

    /** What a block says of an address, by its last 16 bits. */
    static int inBlock(int[] block, int address) {
        if (block.length == 1) {
            return block[0];
        }
        int octet = address >>> 8 & 0xFF;
        int entry = block[0] == DIRECT ? block[1 + octet] : inNode(block, 1, octet);
        return entry >= 0 ? entry : inNode(block, ~entry, address & 0xFF);
    }

    private static int inNode(int[] block, int node, int octet) {
        int word = octet >>> 5;
        int starts = block[node + word] & -1 >>> (31 - (octet & 31));
        int before = block[node + COUNTS + (word >>> 2)] >>> ((word & 3) << 3) & 0xFF;
        return block[node + ENTRIES + before + Integer.bitCount(starts) - 1];
    }

    private static int[][][] uniform(int group) {
        var top = new int[256][][];
        Arrays.fill(top, FibWriter.uniformChunk(group));
        return top;
    }
}

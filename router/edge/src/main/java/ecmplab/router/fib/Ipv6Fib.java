package ecmplab.router.fib;

import java.util.Arrays;

/**
 * One generation of the forwarding table for IPv6, as {@link Fib} is for IPv4: immutable, and made by an {@link Ipv6FibWriter} so
 * that it shares with the one before whatever did not change.
 *
 * <p>Shape: the first 32 bits are looked up as IPv4 addresses are in {@link Fib}, in one <em>slice</em> for each value of the first
 * 16. What is longer than 32 bits stands in blocks, one for each /32 that has such prefixes ({@link Ipv6Block}); the slice names
 * the block in place of a group, as a negative number. A table of a million prefixes takes about 40 octets a prefix, where a /32 has
 * twenty of them.
 */
public final class Ipv6Fib {
    /** The group of an address that nothing matches. */
    public static final int NO_ROUTE = Fib.NO_ROUTE;

    /** Knows no prefix. */
    public static final Ipv6Fib EMPTY = new Ipv6Fib(empty());

    final Slice[][] top;

    /**
     * All addresses with the same first 16 bits.
     *
     * @param nodes as a block of {@link Fib}; an entry of the last octet that is negative is the complement of a place in {@code blocks}
     * @param blocks by place
     */
    @SuppressWarnings("ArrayRecordComponent") // shared between generations, never compared
    record Slice(int[] nodes, int[][] blocks) {
        private static final int[][] NO_BLOCKS = {};

        static Slice uniform(int group) {
            return new Slice(new int[] {group}, NO_BLOCKS);
        }
    }

    Ipv6Fib(Slice[][] top) {
        this.top = top;
    }

    /** The group of the longest prefix that covers the address, or {@link #NO_ROUTE}. */
    public int lookup(long high, long low) {
        var slice = slice(high);
        int found = Fib.inBlock(slice.nodes, (int) (high >>> 32));
        return found >= 0 ? found : Ipv6Block.lookup(slice.blocks[~found], (int) high, low);
    }

    Slice slice(long high) {
        return top[(int) (high >>> 56)][(int) (high >>> 48) & 0xFF];
    }

    private static Slice[][] empty() {
        var chunk = new Slice[256];
        Arrays.fill(chunk, Slice.uniform(NO_ROUTE));
        var top = new Slice[256][];
        Arrays.fill(top, chunk);
        return top;
    }
}

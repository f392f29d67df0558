package ecmplab.router.fib;

/**
 * Looks up the destinations of a burst together. In a full table each lookup waits for memory several times, one after another; here all
 * wait at the same time: every step is taken for all destinations before the next, and fetches what the next one reads. Belongs to one thread.
 */
public final class Ipv6Lookups {
    private final long[] highs;
    private final long[] lows;
    private final int[] groups;
    /** Of those whose group is negative so far. */
    private final int[][] blocks;

    private int count;

    @SuppressWarnings("UnusedVariable") // written so that reads ahead are not optimised away
    private int touched;

    /** @param capacity destinations at once */
    public Ipv6Lookups(int capacity) {
        highs = new long[capacity];
        lows = new long[capacity];
        groups = new int[capacity];
        blocks = new int[capacity][];
    }

    /** Forgets all destinations. */
    public void clear() {
        count = 0;
    }

    /**
     * Takes a destination; its place is the number of those before it.
     *
     * @throws ArrayIndexOutOfBoundsException when there is no room
     */
    public void add(long high, long low) {
        highs[count] = high;
        lows[count++] = low;
    }

    /** The group that {@link #run} found for the destination at a place. */
    public int group(int place) {
        return groups[place];
    }

    /** Looks all up, as {@link Ipv6Fib#lookup} does. */
    public void run(Ipv6Fib fib) {
        if (count == 0) {
            return;
        }
        enter(fib);
        touchIndexes();
        touchRanges();
        for (int i = 0; i < count; i++) {
            if (groups[i] < 0) {
                groups[i] = Ipv6Block.lookup(blocks[i], (int) highs[i], lows[i]);
            }
        }
    }

    /** By the first 32 bits: to a group, or a block. */
    private void enter(Ipv6Fib fib) {
        for (int i = 0; i < count; i++) {
            var slice = fib.slice(highs[i]);
            int found = Fib.inBlock(slice.nodes(), (int) (highs[i] >>> 32));
            groups[i] = found;
            if (found < 0) {
                blocks[i] = slice.blocks()[~found];
            }
        }
    }

    private void touchIndexes() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += groups[i] >= 0 ? 0 : blocks[i][0];
        }
        touched = sum;
    }

    private void touchRanges() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += groups[i] >= 0 ? 0 : Ipv6Block.indexed(blocks[i], (int) highs[i]);
        }
        for (int i = 0; i < count; i++) {
            sum += groups[i] >= 0 ? 0 : Ipv6Block.middle(blocks[i], (int) highs[i]);
        }
        touched = sum;
    }
}

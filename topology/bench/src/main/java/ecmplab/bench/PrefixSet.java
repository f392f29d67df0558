package ecmplab.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Distinct prefixes of one family, each a {@code long}: its first 56 bits at most, and its length in the low octet. What is longer
 * than /56 does not occur in a table of the Internet that matters here.
 */
final class PrefixSet {
    static final int LONGEST = 56;

    /** Length of a prefix and how many in a thousand have it, as in the tables of 2025. */
    private static final int[][] V4 = {
        {24, 600}, {23, 100}, {22, 118}, {21, 51}, {20, 45}, {19, 27}, {18, 16}, {17, 10}, {16, 20}, {15, 6}, {14, 4},
        {13, 3}
    };

    private static final int[][] V6 = {
        {48, 450}, {32, 170}, {44, 110}, {40, 90}, {36, 50}, {47, 30}, {46, 30}, {42, 20}, {33, 20}, {29, 20}, {56, 10}
    };

    private final boolean v6;
    private final long[] keys;

    private PrefixSet(boolean v6, long[] keys) {
        this.v6 = v6;
        this.keys = keys;
    }

    static PrefixSet random(boolean v6, int count, SplittableRandom random) {
        var keys = new long[count];
        for (int distinct = 0; distinct < count; ) {
            for (int i = distinct; i < count; i++) {
                keys[i] = v6 ? random6(random) : random4(random);
            }
            Arrays.sort(keys);
            distinct = unique(keys);
        }
        shuffle(keys, random);
        return new PrefixSet(v6, keys);
    }

    /** @param keys distinct */
    static PrefixSet of(boolean v6, long[] keys) {
        return new PrefixSet(v6, keys);
    }

    boolean isV6() {
        return v6;
    }

    /** Not to be written to. */
    long[] keys() {
        return keys;
    }

    int size() {
        return keys.length;
    }

    static int length(long key) {
        return (int) key & 0xFF;
    }

    /** Octets of the prefix in a message, its length octet included. */
    static int wireSize(long key) {
        return 1 + (length(key) + 7) / 8;
    }

    private static long random4(SplittableRandom random) {
        int length = length(V4, random);
        long address = random.nextInt(1, 224);
        while (address == 127) { // what no daemon takes from a peer
            address = random.nextInt(1, 224);
        }
        address = (address << 24) | random.nextInt(1 << 24);
        return ((address << 32) & (-1L << (64 - length))) | length;
    }

    private static long random6(SplittableRandom random) {
        int length = length(V6, random);
        long bits = 0x2000_0000_0000_0000L | (random.nextLong() >>> 3);
        if (length > 32 && random.nextInt(100) == 0) {
            bits = 0x2001_0DB8_0000_0000L | (bits & 0xFFFF_FFFFL); // a bogon; IPv4 addresses meet theirs by chance
        }
        return (bits & (-1L << (64 - length))) | length;
    }

    private static int length(int[][] distribution, SplittableRandom random) {
        int point = random.nextInt(1000);
        for (var row : distribution) {
            point -= row[1];
            if (point < 0) {
                return row[0];
            }
        }
        throw new IllegalStateException("a distribution adds up to less than 1000");
    }

    /** Moves the distinct ones of the sorted array to its front and returns how many they are. */
    private static int unique(long[] sorted) {
        int kept = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                long key = sorted[i];
                sorted[kept++] = key;
            }
        }
        return kept;
    }

    private static void shuffle(long[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            long value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
    }
}

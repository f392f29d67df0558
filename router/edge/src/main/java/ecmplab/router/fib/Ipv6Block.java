package ecmplab.router.fib;

import java.util.Arrays;

/**
 * The prefixes longer than 32 bits within one /32, as one {@code int[]}: ranges of bits 32 to 63, in order, each with its group.
 * The range that is one /64 with prefixes beyond 64 bits has, in place of its group, the complement of the offset of a list of
 * ranges of bits 64 to 127. An index by the first k bits, about as many as there are ranges, leaves few to search.
 *
 * <pre>
 *   +0                32 - k
 *   +1 .. +2^k        the range that covers the first address with these k bits
 *   +2^k + 1          the last range
 *   ...               for each range: first address, group
 *   ...               lists: count m, 2 m words of first addresses, m groups
 * </pre>
 *
 * First addresses have their highest bit turned, so that they compare as signed numbers.
 */
final class Ipv6Block {
    private static final int MAX_INDEX_BITS = 16;

    private Ipv6Block() {}

    static int lookup(int[] block, int address, long low) {
        int key = address ^ Integer.MIN_VALUE;
        int shift = block[0];
        int bits = address >>> shift;
        int first = block[1 + bits];
        int length = block[2 + bits] - first + 1;
        int at = rangesAt(32 - shift) + 2 * first;
        while (length > 1) {
            int half = length >>> 1;
            at = block[at + 2 * half] <= key ? at + 2 * half : at;
            length -= half;
        }
        int found = block[at + 1];
        return found >= 0 ? found : lookupLow(block, ~found, low ^ Long.MIN_VALUE);
    }

    /** The range at which a search for an address begins: reads what it reads first. */
    static int indexed(int[] block, int address) {
        return block[1 + (address >>> block[0])];
    }

    /** Reads what a search reads next. */
    static int middle(int[] block, int address) {
        int shift = block[0];
        int bits = address >>> shift;
        int first = block[1 + bits];
        int length = block[2 + bits] - first + 1;
        return block[rangesAt(32 - shift) + 2 * (first + (length >>> 1))];
    }

    private static int rangesAt(int indexBits) {
        return 2 + (1 << indexBits);
    }

    private static int lookupLow(int[] block, int list, long key) {
        int count = block[list];
        int at = 0;
        for (int length = count; length > 1; ) {
            int half = length >>> 1;
            int word = list + 1 + 2 * (at + half);
            long start = (long) block[word] << 32 | (block[word + 1] & 0xFFFF_FFFFL);
            at = start <= key ? at + half : at;
            length -= half;
        }
        return block[list + 1 + 2 * count + at];
    }

    /** Makes blocks; reused, belongs to an {@link Ipv6FibWriter}. */
    static final class Encoder {
        private final Ranges ranges = new Ranges();
        private final Ranges deep = new Ranges();
        private int[] out = new int[1024];
        private int length;

        /**
         * The block with {@code routes} over {@code base}, the group of the rest.
         *
         * @param routes see {@link Ipv6Routes}
         */
        int[] encode(long[] routes, int base) {
            int size = Ipv6Routes.count(routes);
            int lists = 0;
            ranges.begin(base);
            for (int i = 0; i < size; ) {
                if (Ipv6Routes.length(routes, i) <= 64) {
                    ranges.add(
                            Ipv6Routes.middle(routes, i),
                            64 - Ipv6Routes.length(routes, i),
                            Ipv6Routes.group(routes, i));
                    i++;
                } else {
                    ranges.addCell(Ipv6Routes.middle(routes, i), ~i);
                    lists++;
                    i = Ipv6Routes.pastCell(routes, i);
                }
            }
            ranges.end(1L << 32);
            int count = ranges.count;
            int indexBits = Math.clamp(31 - Integer.numberOfLeadingZeros(count), 1, MAX_INDEX_BITS);
            int rangesAt = rangesAt(indexBits);
            length = 0;
            room(rangesAt + 2 * count);
            index(count, indexBits);
            for (int i = 0; i < count; i++) {
                out[length++] = (int) ranges.starts[i] ^ Integer.MIN_VALUE;
                out[length++] = ranges.groups[i];
            }
            for (int i = 0; lists > 0 && i < count; i++) {
                if (ranges.groups[i] < 0) {
                    int list = encodeLow(routes, ~ranges.groups[i], ranges.under[i]); // may replace the array
                    out[rangesAt + 2 * i + 1] = list;
                }
            }
            return Arrays.copyOf(out, length);
        }

        private void index(int count, int bits) {
            out[length++] = 32 - bits;
            int range = 0;
            for (int prefix = 0; prefix < 1 << bits; prefix++) {
                while (range + 1 < count && ranges.starts[range + 1] <= (long) prefix << (32 - bits)) {
                    range++;
                }
                out[length++] = range;
            }
            out[length++] = count - 1;
        }

        /** Appends the list of the /64 of route {@code from}; returns what stands in place of its group. */
        private int encodeLow(long[] routes, int from, int base) {
            deep.begin(base);
            int past = Ipv6Routes.pastCell(routes, from);
            for (int i = from; i < past; i++) {
                deep.add(Ipv6Routes.low(routes, i), 128 - Ipv6Routes.length(routes, i), Ipv6Routes.group(routes, i));
            }
            deep.end(0);
            int list = length;
            room(1 + 3 * deep.count);
            out[length++] = deep.count;
            for (int i = 0; i < deep.count; i++) {
                long start = deep.starts[i] ^ Long.MIN_VALUE;
                out[length++] = (int) (start >>> 32);
                out[length++] = (int) start;
            }
            for (int i = 0; i < deep.count; i++) {
                out[length++] = deep.groups[i];
            }
            return ~list;
        }

        private void room(int words) {
            if (out.length < length + words) {
                out = Arrays.copyOf(out, Math.max(out.length * 2, length + words));
            }
        }
    }
}

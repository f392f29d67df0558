package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lowest prefixes of one family that are above a given one, out of all that are offered in any order; at most so many. A heap with
 * the highest on top while prefixes are offered, an ordered list once {@link #order} was called.
 */
final class LowestPrefixes {
    private static final int FIRST_SIZE = 256;

    private final AddressFamily family;
    private final int most;
    private final @Nullable Prefix above;
    private long[] high;
    private long[] low;
    private byte[] lengths;
    private int size;
    private boolean isCut;

    /** @param above null for none */
    LowestPrefixes(AddressFamily family, int most, @Nullable Prefix above) {
        this.family = family;
        this.most = most;
        this.above = above;
        int begin = Math.min(most, FIRST_SIZE);
        high = new long[begin];
        low = new long[begin];
        lengths = new byte[begin];
    }

    int size() {
        return size;
    }

    /** Whether there was no room for all that were offered. */
    boolean isCut() {
        return isCut;
    }

    /** Bits as in {@link Prefix}. @return whether the prefix is among the lowest as far as is known */
    boolean offer(long highBits, long lowBits, int length) {
        if (above != null && compare(above.high(), above.low(), above.length(), highBits, lowBits, length) >= 0) {
            return false;
        }
        if (size < most) {
            append(highBits, lowBits, length);
            return true;
        }
        isCut = true;
        if (compare(high[0], low[0], length(0), highBits, lowBits, length) <= 0) {
            return false;
        }
        sink(0, size, highBits, lowBits, (byte) length);
        return true;
    }

    /** Puts the prefixes in order, lowest first; nothing is offered after that. */
    void order() {
        for (int end = size - 1; end > 0; end--) {
            long lastHigh = high[end];
            long lastLow = low[end];
            byte lastLength = lengths[end];
            high[end] = high[0];
            low[end] = low[0];
            lengths[end] = lengths[0];
            sink(0, end, lastHigh, lastLow, lastLength);
        }
    }

    /** The prefix at that place of the order. */
    Prefix get(int place) {
        return new Prefix(family, high[place], low[place], length(place));
    }

    private int length(int place) {
        return lengths[place] & 0xFF;
    }

    private void append(long highBits, long lowBits, int length) {
        if (size == lengths.length) {
            int larger = Math.min(most, size * 2);
            high = Arrays.copyOf(high, larger);
            low = Arrays.copyOf(low, larger);
            lengths = Arrays.copyOf(lengths, larger);
        }
        int place = size++;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (compare(high[parent], low[parent], length(parent), highBits, lowBits, length) >= 0) {
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, highBits, lowBits, (byte) length);
    }

    /** Puts the prefix in the place, or further down where it belongs, of a heap of {@code end} prefixes. */
    private void sink(int place, int end, long highBits, long lowBits, byte length) {
        int at = place;
        for (int child = 2 * at + 1; child < end; child = 2 * at + 1) {
            if (child + 1 < end
                    && compare(
                                    high[child + 1],
                                    low[child + 1],
                                    length(child + 1),
                                    high[child],
                                    low[child],
                                    length(child))
                            > 0) {
                child++;
            }
            if (compare(high[child], low[child], length(child), highBits, lowBits, length & 0xFF) <= 0) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, highBits, lowBits, length);
    }

    private void move(int from, int to) {
        put(to, high[from], low[from], lengths[from]);
    }

    private void put(int place, long highBits, long lowBits, byte length) {
        high[place] = highBits;
        low[place] = lowBits;
        lengths[place] = length;
    }

    private static int compare(long high, long low, int length, long otherHigh, long otherLow, int otherLength) {
        int order = Long.compareUnsigned(high, otherHigh);
        order = order != 0 ? order : Long.compareUnsigned(low, otherLow);
        return order != 0 ? order : Integer.compare(length, otherLength);
    }
}

package ecmplab.bgp.rib;

import java.util.Arrays;

/** A set of dense ids, one bit each. */
final class IdSet {
    private long[] words = new long[16];
    private int size;

    int size() {
        return size;
    }

    boolean contains(int id) {
        int word = id >>> 6;
        return word < words.length && (words[word] >>> id & 1) != 0;
    }

    /** Whether the id was not in the set before. */
    boolean add(int id) {
        int word = id >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
        }
        long bit = 1L << id;
        if ((words[word] & bit) != 0) {
            return false;
        }
        words[word] |= bit;
        size++;
        return true;
    }

    /** Whether the id was in the set before. */
    boolean remove(int id) {
        if (!contains(id)) {
            return false;
        }
        words[id >>> 6] &= ~(1L << id);
        size--;
        return true;
    }

    /** The lowest id in the set that is not below {@code from}, or -1. */
    int next(int from) {
        int word = from >>> 6;
        if (word >= words.length) {
            return -1;
        }
        long bits = words[word] & -1L << from;
        while (bits == 0) {
            if (++word == words.length) {
                return -1;
            }
            bits = words[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }
}

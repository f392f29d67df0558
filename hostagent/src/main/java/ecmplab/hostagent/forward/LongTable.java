package ecmplab.hostagent.forward;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An immutable map with numbers for keys, open-addressed: a look-up makes no object. Key -1 cannot be in it. */
final class LongTable<V> {
    private static final long EMPTY = -1;

    private final long[] keys;
    private final @Nullable Object[] values;

    LongTable(Map<Long, V> entries) {
        int size = Integer.highestOneBit(Math.max(2, entries.size())) << 2;
        keys = new long[size];
        values = new Object[size];
        Arrays.fill(keys, EMPTY);
        entries.forEach((key, value) -> {
            int at = place(key);
            keys[at] = key;
            values[at] = value;
        });
    }

    @SuppressWarnings("unchecked") // only V is ever put in
    @Nullable
    V get(long key) {
        return (V) values[place(key)];
    }

    /** Where the key is, or where it would be: at most half of the places are taken. */
    private int place(long key) {
        int mask = keys.length - 1;
        long bits = key * 0x9E37_79B9_7F4A_7C15L;
        int at = (int) (bits >>> 32) & mask;
        while (keys[at] != EMPTY && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}

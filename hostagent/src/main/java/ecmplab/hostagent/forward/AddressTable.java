package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable map from an address of either family and a number, such as a network's or a port's, to a value; open-addressed: a
 * look-up makes no object.
 */
final class AddressTable<V> {
    /** @param number what it is, the table's user knows */
    record Key(long high, long low, long number) {
        static Key of(InetAddress address, long number) {
            return new Key(FlowTuple.high(address), FlowTuple.low(address), number);
        }
    }

    private static final int WORDS = 3;

    /** High half, low half and number of each place. */
    private final long[] keys;

    private final @Nullable Object[] values;

    AddressTable(Map<Key, V> entries) {
        int size = Integer.highestOneBit(Math.max(2, entries.size())) << 2;
        keys = new long[size * WORDS];
        values = new Object[size];
        entries.forEach((key, value) -> {
            int at = place(key.high, key.low, key.number);
            keys[at * WORDS] = key.high;
            keys[at * WORDS + 1] = key.low;
            keys[at * WORDS + 2] = key.number;
            values[at] = value;
        });
    }

    /** The value of an address (an IPv4 one as IPv4-mapped) and a number, or null. */
    @SuppressWarnings("unchecked") // only V is ever put in
    @Nullable
    V get(long high, long low, long number) {
        return (V) values[place(high, low, number)];
    }

    /** Where the key is, or where it would be: at most half of the places are taken. */
    private int place(long high, long low, long number) {
        int mask = values.length - 1;
        long bits = (low ^ high * 0xC2B2_AE3D_27D4_EB4FL ^ number * 0xFF51_AFD7_ED55_8CCDL) * 0x9E37_79B9_7F4A_7C15L;
        int at = (int) (bits >>> 32) & mask;
        while (values[at] != null && !isAt(at * WORDS, high, low, number)) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private boolean isAt(int at, long high, long low, long number) {
        return keys[at + 1] == low && keys[at + 2] == number && keys[at] == high;
    }
}

package ecmplab.bgp.policy;

import ecmplab.bgp.policy.PrefixList.Entry;
import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the first entry of a long prefix list that fits, by one look-up for each length that its prefixes have. Immutable; allocates
 * nothing to look up.
 */
final class PrefixIndex {
    private static final int NONE = -1;

    private final Entry[] entries;
    /** The next entry with an equal prefix, in the order of the list. */
    private final int[] nexts;
    /** Open addressing: the first entry of each prefix, or {@link #NONE}. */
    private final int[] slots;
    /** Lengths of the prefixes, ascending, by family. */
    private final int[][] lengths;

    PrefixIndex(List<Entry> list) {
        entries = list.toArray(Entry[]::new);
        nexts = new int[entries.length];
        slots = new int[Integer.highestOneBit(entries.length) * 4];
        Arrays.fill(slots, NONE);
        for (int i = entries.length - 1; i >= 0; i--) {
            var prefix = entries[i].prefix();
            int slot = slot(prefix.family(), prefix.high(), prefix.low(), prefix.length());
            nexts[i] = slots[slot];
            slots[slot] = i;
        }
        lengths = new int[AddressFamily.values().length][];
        for (var family : AddressFamily.values()) {
            lengths[family.ordinal()] = list.stream()
                    .filter(entry -> entry.prefix().family() == family)
                    .mapToInt(entry -> entry.prefix().length())
                    .distinct()
                    .sorted()
                    .toArray();
        }
    }

    boolean permits(AddressFamily family, long high, long low, int length) {
        int first = entries.length;
        for (int bits : lengths[family.ordinal()]) {
            if (bits > length) {
                break;
            }
            long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
            long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
            int at = slots[slot(family, high & highMask, low & lowMask, bits)];
            while (at != NONE && at < first && !entries[at].hasLength(length)) {
                at = nexts[at];
            }
            first = at == NONE ? first : Math.min(first, at);
        }
        return first < entries.length && entries[first].permit();
    }

    /** Where the prefix is, or where it would be. */
    private int slot(AddressFamily family, long high, long low, int length) {
        long hash = (high * 31 + low) * 0x9E37_79B9_7F4A_7C15L + length * 0xD6E8_FEB8_6659_FD93L;
        int mask = slots.length - 1;
        int slot = (int) (hash >>> 32) & mask;
        while (slots[slot] != NONE && !entries[slots[slot]].isOf(family, high, low, length)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Gives each prefix of one address family a dense id, which the columns are indexed by. Ids are reused after {@link #remove}.
 *
 * <p>Extendible hashing: a directory of segments of {@value #SLOTS} slots with open addressing inside; a full segment splits in
 * two, so growing neither copies the table nor stops the RIB. A slot is a {@code long}: 38 bits of key (all of an IPv4 prefix, a
 * fingerprint of an IPv6 prefix, whose bits are then compared) and 26 bits of id. An empty slot is zero; no key is.
 */
final class PrefixTable {
    /** What {@link #find} and {@link #add} answer when there is no id. */
    static final int NONE = -1;

    private static final int ID_BITS = 26;
    private static final int MAX_IDS = 1 << ID_BITS;
    private static final int ID_MASK = MAX_IDS - 1;
    private static final int SLOTS = 1024;
    private static final int SLOT_MASK = SLOTS - 1;
    /** A segment with more prefixes splits. */
    private static final int FULL = SLOTS * 13 / 16;
    /** Depth beyond which a full segment refuses: keys that still collide there are not an accident. */
    private static final int DEEPEST = 22;

    private final AddressFamily family;
    private int maximum;
    private final long seed;
    /** Addresses of IPv4 prefixes; those of IPv6 prefixes are in {@link #high} and {@link #low}. */
    private final IntColumn addresses = new IntColumn();

    private final LongColumn high = new LongColumn();
    private final LongColumn low = new LongColumn();
    private final ByteColumn lengths = new ByteColumn();
    private final int[] countByLength;
    private final IntQueue freeIds = new IntQueue();
    private int limit;
    private int size;
    private int directoryBits;
    private Segment[] directory = {new Segment(0)};
    /** Scratch memory of {@link #split}. */
    private final long[] splitting = new long[SLOTS];

    /**
     * @param maximum prefixes at most; no more than 2^26
     * @param seed of the hash, so that peers cannot choose prefixes that collide
     */
    PrefixTable(AddressFamily family, int maximum, long seed) {
        if (maximum < 1 || maximum > MAX_IDS) {
            throw new IllegalArgumentException("prefix table of " + maximum + ": must be 1 to " + MAX_IDS);
        }
        this.family = family;
        this.maximum = maximum;
        this.seed = seed;
        countByLength = new int[family.bits() + 1];
    }

    /** From now on at most that many; what is there stays, even when that is more. */
    void limit(int prefixes) {
        maximum = prefixes;
    }

    AddressFamily family() {
        return family;
    }

    int size() {
        return size;
    }

    /** Every id that is or was in use is below. */
    int limit() {
        return limit;
    }

    long high(int id) {
        return family == AddressFamily.IPV4_UNICAST ? (long) addresses.get(id) << 32 : high.get(id);
    }

    long low(int id) {
        return family == AddressFamily.IPV6_UNICAST ? low.get(id) : 0;
    }

    int length(int id) {
        return lengths.get(id);
    }

    Prefix prefix(int id) {
        return new Prefix(family, high(id), low(id), length(id));
    }

    int find(long highBits, long lowBits, int length) {
        return find(hash(highBits, lowBits, length), highBits, lowBits, length);
    }

    /** As {@link #find(long, long, int)}, with the prefix's {@link #hash(long, long, int)}. */
    int find(long hash, long highBits, long lowBits, int length) {
        long key = key(highBits, lowBits, length);
        long[] slots = segment(hash).slots;
        for (int i = (int) hash & SLOT_MASK; slots[i] != 0; i = i + 1 & SLOT_MASK) {
            if (slots[i] >>> ID_BITS == key) {
                int id = (int) slots[i] & ID_MASK;
                if (same(id, highBits, lowBits, length)) {
                    return id;
                }
            }
        }
        return NONE;
    }

    long hash(long highBits, long lowBits, int length) {
        return hash(key(highBits, lowBits, length));
    }

    /**
     * Reads the slots where the searches for the prefixes with these hashes begin, and decides nothing by it: done one right after the other,
     * the processor waits for memory once and not once a prefix. The result means nothing.
     */
    long touch(long[] hashes, int from, int to) {
        var segments = directory;
        int mask = segments.length - 1;
        long seen = 0;
        for (int i = from; i < to; i++) {
            long hash = hashes[i];
            seen += segments[(int) (hash >>> 32) & mask].slots[(int) hash & SLOT_MASK];
        }
        return seen;
    }

    /** Whether so many more prefixes get an id. */
    boolean hasRoom(int count) {
        return size + count <= maximum;
    }

    /** The id of the prefix, a new one when it had none; {@link #NONE} when the table is full. Host bits must be zero. */
    int add(long highBits, long lowBits, int length) {
        return add(hash(highBits, lowBits, length), highBits, lowBits, length);
    }

    /** As {@link #add(long, long, int)}, with the prefix's {@link #hash(long, long, int)}. */
    int add(long hash, long highBits, long lowBits, int length) {
        long key = key(highBits, lowBits, length);
        var segment = segment(hash);
        long[] slots = segment.slots;
        int free = (int) hash & SLOT_MASK;
        for (; slots[free] != 0; free = free + 1 & SLOT_MASK) {
            if (slots[free] >>> ID_BITS == key) {
                int known = (int) slots[free] & ID_MASK;
                if (same(known, highBits, lowBits, length)) {
                    return known;
                }
            }
        }
        boolean fits = segment.used < FULL;
        if (size >= maximum || (!fits && !makeRoom(hash))) {
            return NONE;
        }
        int id = freeIds.isEmpty() ? limit++ : freeIds.remove();
        if (family == AddressFamily.IPV4_UNICAST) {
            addresses.set(id, (int) (highBits >>> 32));
        } else {
            high.set(id, highBits);
            low.set(id, lowBits);
        }
        lengths.set(id, length);
        countByLength[length]++;
        size++;
        long slot = key << ID_BITS | id;
        if (fits) {
            slots[free] = slot;
            segment.used++;
        } else {
            segment(hash).insert(hash, slot);
        }
        return id;
    }

    void remove(int id) {
        long key = key(high(id), low(id), length(id));
        long hash = hash(key);
        delete(segment(hash), hash, key << ID_BITS | id);
        countByLength[length(id)]--;
        size--;
        freeIds.add(id);
    }

    /** The id of the longest prefix that contains the address and that {@code wanted} accepts, or {@link #NONE}. */
    int longestMatch(long highBits, long lowBits, IntPredicate wanted) {
        for (int length = family.bits(); length >= 0; length--) {
            if (countByLength[length] > 0) {
                long highMask = length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
                long lowMask = length <= 64 ? 0 : -1L << (128 - length);
                int id = find(highBits & highMask, lowBits & lowMask, length);
                if (id != NONE && wanted.test(id)) {
                    return id;
                }
            }
        }
        return NONE;
    }

    private boolean same(int id, long highBits, long lowBits, int length) {
        return family == AddressFamily.IPV4_UNICAST
                || (high.get(id) == highBits && low.get(id) == lowBits && lengths.get(id) == length);
    }

    /** 38 bits, never zero. */
    private long key(long highBits, long lowBits, int length) {
        if (family == AddressFamily.IPV4_UNICAST) {
            return highBits >>> 26 | (length + 1);
        }
        long mixed =
                mix(highBits * 0x9E37_79B9_7F4A_7C15L + Long.rotateLeft(lowBits, 31) * 0xC2B2_AE3D_27D4_EB4FL + length);
        return mixed >>> ID_BITS | 1;
    }

    private long hash(long key) {
        return mix((key ^ seed) * 0x9E37_79B9_7F4A_7C15L);
    }

    private static long mix(long bits) {
        bits = (bits ^ bits >>> 32) * 0xD6E8_FEB8_6659_FD93L;
        return bits ^ bits >>> 32;
    }

    private Segment segment(long hash) {
        return directory[(int) (hash >>> 32) & directory.length - 1];
    }

    /** Splits the segment of the hash until it has room; false when it cannot. */
    private boolean makeRoom(long hash) {
        var segment = segment(hash);
        while (segment.used >= FULL) {
            if (segment.depth == DEEPEST) {
                return false;
            }
            split(segment, hash);
            segment = segment(hash);
        }
        return true;
    }

    private void split(Segment full, long hash) {
        if (full.depth == directoryBits) {
            int before = directory.length;
            directory = Arrays.copyOf(directory, before * 2);
            System.arraycopy(directory, 0, directory, before, before);
            directoryBits++;
        }
        int step = 1 << full.depth;
        long bit = 1L << (32 + full.depth);
        full.depth++;
        var one = new Segment(full.depth);
        // The full one goes on as one of the two, and leaves no garbage.
        System.arraycopy(full.slots, 0, splitting, 0, SLOTS);
        Arrays.fill(full.slots, 0);
        full.used = 0;
        for (long slot : splitting) {
            if (slot != 0) {
                long slotHash = hash(slot >>> ID_BITS);
                ((slotHash & bit) == 0 ? full : one).insert(slotHash, slot);
            }
        }
        for (int i = (int) (hash >>> 32 & step - 1) | step; i < directory.length; i += 2 * step) {
            directory[i] = one;
        }
    }

    private void delete(Segment segment, long hash, long slot) {
        long[] slots = segment.slots;
        int hole = (int) hash & SLOT_MASK;
        while (slots[hole] != slot) {
            hole = hole + 1 & SLOT_MASK;
        }
        slots[hole] = 0;
        segment.used--;
        for (int i = hole + 1 & SLOT_MASK; slots[i] != 0; i = i + 1 & SLOT_MASK) {
            int home = (int) hash(slots[i] >>> ID_BITS) & SLOT_MASK;
            if ((i - home & SLOT_MASK) >= (i - hole & SLOT_MASK)) {
                slots[hole] = slots[i];
                slots[i] = 0;
                hole = i;
            }
        }
    }

    /** Slots with linear probing; {@code depth} low bits of the upper hash half are common to all its keys. */
    private static final class Segment {
        final long[] slots = new long[SLOTS];
        int depth;
        int used;

        Segment(int depth) {
            this.depth = depth;
        }

        void insert(long hash, long slot) {
            int i = (int) hash & SLOT_MASK;
            while (slots[i] != 0) {
                i = i + 1 & SLOT_MASK;
            }
            slots[i] = slot;
            used++;
        }
    }
}

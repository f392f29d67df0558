package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Asn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Predicate;

/**
 * Attribute sets interned on their wire octets: equal blocks have equal ids, so "nothing changed" is one comparison. What best
 * path selection needs stands beside the id in columns. References are counted; an id whose count reaches zero is used again.
 */
final class AttributeTable {
    /** The id of no attributes at all: no route. */
    static final int NONE = 0;
    /** Rank of what can never be chosen. */
    static final long INELIGIBLE = Long.MAX_VALUE;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    private static final int FLAG_BITS = 4;

    private final AttributeArena arena = new AttributeArena();
    private final BlockFacts facts;
    private final NextHopTable nextHops;
    private final long seed;

    private final IntColumn places = new IntColumn();
    private final IntColumn lengthsAndFlags = new IntColumn();
    private final IntColumn hashes = new IntColumn();
    private final IntColumn references = new IntColumn();
    private final LongColumn ranks = new LongColumn();
    private final IntColumn localPrefs = new IntColumn();
    private final IntColumn meds = new IntColumn();
    private final IntColumn firstAses = new IntColumn();
    private final IntColumn nextHopIds = new IntColumn();
    private final IntQueue freeIds = new IntQueue();

    /** Open addressing: ids, zero is empty. */
    private int[] index = new int[1024];

    private int size;
    private int limit = 1;

    /** @param seed of the hash, so that peers cannot choose attributes that collide */
    AttributeTable(Asn localAs, Predicate<InetAddress> usableNextHop, long seed) {
        facts = new BlockFacts(localAs);
        nextHops = new NextHopTable(usableNextHop);
        this.seed = seed;
        ranks.set(NONE, INELIGIBLE);
    }

    /** Attribute sets in the table. */
    int size() {
        return size;
    }

    /** Octets of the blocks in the table. */
    long octets() {
        return arena.used();
    }

    NextHopTable nextHops() {
        return nextHops;
    }

    /** The id of the block, with one reference for the caller, who gives it back by {@link #release}. */
    int intern(byte[] octets, int from, int length) {
        int hash = hash(octets, from, length);
        int mask = index.length - 1;
        int slot = hash & mask;
        for (int id = index[slot]; id != NONE; id = index[slot]) {
            if (hashes.get(id) == hash && equal(id, octets, from, length)) {
                references.add(id, 1);
                return id;
            }
            slot = slot + 1 & mask;
        }
        int id = store(octets, from, length, hash);
        index[slot] = id;
        size++;
        if (size > index.length / 4 * 3) {
            grow();
        }
        return id;
    }

    void retain(int id) {
        if (id != NONE) {
            references.add(id, 1);
        }
    }

    void release(int id) {
        if (id != NONE && references.add(id, -1) == 0) {
            unlink(id);
            nextHops.release(nextHopIds.get(id));
            arena.free(places.get(id), length(id));
            freeIds.add(id);
            size--;
        }
    }

    /** Smaller is better; {@link #INELIGIBLE} when our AS is in the path or the next hop cannot be used. */
    long rank(int id) {
        return ranks.get(id);
    }

    /** Local preference, whether the block says so or not. */
    int localPref(int id) {
        return localPrefs.get(id);
    }

    int med(int id) {
        return meds.get(id);
    }

    int firstAs(int id) {
        return firstAses.get(id);
    }

    int nextHop(int id) {
        return nextHopIds.get(id);
    }

    /** Whether any of the {@link BlockFacts} flags is set. */
    boolean any(int id, int flags) {
        return (lengthsAndFlags.get(id) & flags) != 0;
    }

    /** The array that holds the block; not to be written to. */
    byte[] octets(int id) {
        return arena.chunk(places.get(id));
    }

    /** Where the block begins in {@link #octets(int)}. */
    int offset(int id) {
        return arena.offset(places.get(id));
    }

    int length(int id) {
        return lengthsAndFlags.get(id) >>> FLAG_BITS;
    }

    private int store(byte[] octets, int from, int length, int hash) {
        facts.read(octets, from, length);
        int nextHop = facts.nextHopLength == 0
                ? NextHopTable.SELF
                : nextHops.intern(octets, facts.nextHopAt, facts.nextHopLength);
        int id = freeIds.isEmpty() ? limit++ : freeIds.remove();
        boolean eligible = (facts.flags & BlockFacts.LOOP) == 0 && nextHops.usable(nextHop);
        places.set(id, arena.store(octets, from, length));
        lengthsAndFlags.set(id, length << FLAG_BITS | facts.flags);
        hashes.set(id, hash);
        references.set(id, 1);
        ranks.set(id, eligible ? facts.rank() : INELIGIBLE);
        localPrefs.set(id, facts.localPref);
        meds.set(id, facts.med);
        firstAses.set(id, facts.firstAs);
        nextHopIds.set(id, nextHop);
        return id;
    }

    private boolean equal(int id, byte[] octets, int from, int length) {
        int offset = offset(id);
        return length(id) == length && Arrays.equals(octets(id), offset, offset + length, octets, from, from + length);
    }

    private int hash(byte[] octets, int from, int length) {
        long hash = seed ^ length;
        int at = from;
        for (int end = from + length - 7; at < end; at += 8) {
            hash = (hash ^ (long) LONG.get(octets, at)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 29;
        }
        long tail = 0;
        for (; at < from + length; at++) {
            tail = tail << 8 | (octets[at] & 0xFF);
        }
        hash = (hash ^ tail) * 0xD6E8_FEB8_6659_FD93L;
        return (int) (hash ^ hash >>> 32);
    }

    private void grow() {
        var larger = new int[index.length * 2];
        int mask = larger.length - 1;
        for (int id : index) {
            if (id != NONE) {
                int slot = hashes.get(id) & mask;
                while (larger[slot] != NONE) {
                    slot = slot + 1 & mask;
                }
                larger[slot] = id;
            }
        }
        index = larger;
    }

    private void unlink(int id) {
        int mask = index.length - 1;
        int hole = hashes.get(id) & mask;
        while (index[hole] != id) {
            hole = hole + 1 & mask;
        }
        index[hole] = NONE;
        for (int i = hole + 1 & mask; index[i] != NONE; i = i + 1 & mask) {
            int home = hashes.get(index[i]) & mask;
            if ((i - home & mask) >= (i - hole & mask)) {
                index[hole] = index[i];
                index[i] = NONE;
                hole = i;
            }
        }
    }
}

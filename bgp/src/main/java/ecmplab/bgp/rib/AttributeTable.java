package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Attribute sets interned on their wire octets: equal blocks have equal ids, so "nothing changed" is one comparison. Only sets that import
 * policy made of others are found by what they were made of, and may have equals. What best path selection needs stands beside the id in columns. References are counted; an id whose count reaches zero is used again.
 */
final class AttributeTable {
    /** The id of no attributes at all: no route. */
    static final int NONE = 0;
    /** Rank of what can never be chosen. */
    static final long INELIGIBLE = Long.MAX_VALUE;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    /** Sets made of one set that are found by it; further ones are found by their octets. */
    private static final int MOST_DERIVED = 16;

    private static final int FLAG_BITS = BlockFacts.FLAG_BITS;

    private final AttributeArena arena = new AttributeArena();
    private BlockFacts facts;
    private final NextHopTable nextHops;
    private final long seed;

    private final IntColumn places = new IntColumn();
    private final IntColumn lengthsAndFlags = new IntColumn();
    private final IntColumn references = new IntColumn();
    private final LongColumn ranks = new LongColumn();
    private final IntColumn localPrefs = new IntColumn();
    private final IntColumn meds = new IntColumn();
    private final IntColumn firstAses = new IntColumn();
    private final IntColumn nextHopIds = new IntColumn();
    private final IntQueue freeIds = new IntQueue();
    private final Derivations derivations = new Derivations();

    /** Open addressing: an id with the hash of its block in the upper half, so that others are not looked at. Zero is empty. */
    private long[] index = new long[1024];

    private int size;
    private int limit = 1;

    AttributeTable(RibConfig config) {
        facts = new BlockFacts(config);
        nextHops = new NextHopTable(config.usableNextHop());
        seed = config.hashSeed();
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
        return intern(hash(octets, from, length), octets, from, length);
    }

    /** As {@link #intern(byte[], int, int)}, with the block's {@link #hash}. */
    int intern(int hash, byte[] octets, int from, int length) {
        int mask = index.length - 1;
        int slot = hash & mask;
        for (long entry = index[slot]; entry != 0; entry = index[slot]) {
            int known = (int) entry;
            if ((int) (entry >>> 32) == hash && equal(known, octets, from, length)) {
                references.add(known, 1);
                return known;
            }
            slot = slot + 1 & mask;
        }
        int id = store(octets, from, length);
        index[slot] = (long) hash << 32 | id;
        size++;
        if (size - derivations.count() > index.length / 4 * 3) {
            grow();
        }
        return id;
    }

    /** A number for an edit that makes sets of others, see {@link #derived}. */
    int newEdit() {
        return derivations.newEdit();
    }

    /** What the edit made of the set before, or {@link #NONE} when that is not known. */
    int derived(int base, int edit) {
        int id = derivations.first(base);
        while (id != Derivations.NONE && derivations.edit(id) != edit) {
            id = derivations.next(id);
        }
        return id;
    }

    /**
     * The id of what the edit made of the set, with one reference for the caller. Unlike {@link #intern} it looks for equal octets only
     * among what was made of the same set, which needs no hash: ids of equal sets that were made of different ones differ.
     */
    int derive(int base, int edit, byte[] octets, int from, int length) {
        if (equal(base, octets, from, length)) {
            references.add(base, 1);
            return base;
        }
        int siblings = 0;
        for (int id = derivations.first(base); id != Derivations.NONE; id = derivations.next(id)) {
            if (equal(id, octets, from, length)) {
                derivations.setEdit(id, edit);
                references.add(id, 1);
                return id;
            }
            siblings++;
        }
        if (siblings >= MOST_DERIVED || derivations.isDerived(base)) {
            return intern(octets, from, length);
        }
        int id = store(octets, from, length);
        references.add(base, 1);
        derivations.add(base, edit, id);
        size++;
        return id;
    }

    /** Whether the sets of both ids have equal octets. */
    boolean same(int one, int other) {
        return one == other
                || ((derivations.isDerived(one) || derivations.isDerived(other))
                        && equal(one, octets(other), offset(other), length(other)));
    }

    /** Reads where the searches for the blocks with these hashes begin, and decides nothing by it: see {@link PrefixTable#touch}. */
    long touch(int[] hashes, int count) {
        long seen = 0;
        for (int i = 0; i < count; i++) {
            seen += index[hashes[i] & index.length - 1];
        }
        return seen;
    }

    /** Reads what deciding about a path will read. */
    long touch(int id) {
        return ranks.get(id) + references.get(id);
    }

    void retain(int id) {
        if (id != NONE) {
            references.add(id, 1);
        }
    }

    void retain(int id, int times) {
        if (times > 0) {
            references.add(id, times);
        }
    }

    void release(int id) {
        if (id != NONE && references.add(id, -1) == 0) {
            int base = derivations.isDerived(id) ? derivations.remove(id) : NONE;
            if (base == NONE) {
                unlink(id);
            }
            nextHops.release(nextHopIds.get(id));
            arena.free(places.get(id), length(id));
            freeIds.add(id);
            size--;
            release(base);
        }
    }

    /** Smaller is better; {@link #INELIGIBLE} when the next hop cannot be used. */
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

    /** How often our own AS is in the path, 15 at most. */
    int ownAs(int id) {
        return lengthsAndFlags.get(id) & BlockFacts.OWN_AS;
    }

    /** ORIGINATOR_ID of reflected routes, otherwise the given id. */
    int originator(int id, int otherwise) {
        int at = any(id, BlockFacts.REFLECTED) ? find(id, AttributeType.ORIGINATOR_ID) : -1;
        return at < 0 ? otherwise : wordAt(id, at);
    }

    /** Clusters that the route was reflected through (RFC 4456). */
    int clusters(int id) {
        int at = any(id, BlockFacts.REFLECTED) ? find(id, AttributeType.CLUSTER_LIST) : -1;
        return at < 0 ? 0 : BlockFacts.valueLength(octets(id), at) / 4;
    }

    /** AS number in ONLY_TO_CUSTOMER; 0 when there is none. */
    int onlyToCustomer(int id) {
        int at = any(id, BlockFacts.OTC) ? find(id, BlockFacts.OTC_TYPE) : -1;
        return at < 0 ? 0 : wordAt(id, at);
    }

    /** Octets a second of the link, or 0 when the route does not say. */
    double bandwidth(int id) {
        int at = any(id, BlockFacts.BANDWIDTH) ? find(id, AttributeType.EXTENDED_COMMUNITIES) : -1;
        byte[] octets = octets(id);
        return at < 0
                ? 0
                : BlockFacts.bandwidth(octets, BlockFacts.value(octets, at), BlockFacts.valueLength(octets, at));
    }

    /**
     * Asks again whether next hops can be used, and gives the ids of attribute sets for which the answer is another now. Their ranks
     * are changed; the paths that have them must be decided again.
     */
    IdSet askNextHopsAgain() {
        var changed = new IdSet();
        var hops = nextHops.askAgain();
        for (int id = 1; hops.size() > 0 && id < limit; id++) {
            if (references.get(id) > 0 && hops.contains(nextHopIds.get(id))) {
                facts.read(octets(id), offset(id), length(id));
                ranks.set(id, nextHops.usable(nextHopIds.get(id)) ? facts.rank() : INELIGIBLE);
                changed.add(id);
            }
        }
        return changed;
    }

    /** Reads all attribute sets again by other settings: facts of any may be others now. */
    void configure(RibConfig config) {
        facts = new BlockFacts(config);
        for (int id = 1; id < limit; id++) {
            if (references.get(id) > 0) {
                int length = length(id);
                facts.read(octets(id), offset(id), length);
                lengthsAndFlags.set(id, length << FLAG_BITS | facts.flags);
                ranks.set(id, nextHops.usable(nextHopIds.get(id)) ? facts.rank() : INELIGIBLE);
                localPrefs.set(id, facts.localPref);
            }
        }
    }

    private int find(int id, int type) {
        return BlockFacts.find(octets(id), offset(id), length(id), type);
    }

    private int wordAt(int id, int header) {
        return BlockFacts.word(octets(id), BlockFacts.value(octets(id), header));
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

    private int store(byte[] octets, int from, int length) {
        facts.read(octets, from, length);
        int nextHop = facts.nextHopLength == 0
                ? NextHopTable.SELF
                : nextHops.intern(octets, facts.nextHopAt, facts.nextHopLength);
        int id = freeIds.isEmpty() ? limit++ : freeIds.remove();
        places.set(id, arena.store(octets, from, length));
        lengthsAndFlags.set(id, length << FLAG_BITS | facts.flags);
        references.set(id, 1);
        ranks.set(id, nextHops.usable(nextHop) ? facts.rank() : INELIGIBLE);
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

    int hash(byte[] octets, int from, int length) {
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
        var larger = new long[index.length * 2];
        int mask = larger.length - 1;
        for (long entry : index) {
            if (entry != 0) {
                int slot = (int) (entry >>> 32) & mask;
                while (larger[slot] != 0) {
                    slot = slot + 1 & mask;
                }
                larger[slot] = entry;
            }
        }
        index = larger;
    }

    private void unlink(int id) {
        int mask = index.length - 1;
        int hole = hash(octets(id), offset(id), length(id)) & mask;
        while ((int) index[hole] != id) {
            hole = hole + 1 & mask;
        }
        index[hole] = 0;
        for (int i = hole + 1 & mask; index[i] != 0; i = i + 1 & mask) {
            int home = (int) (index[i] >>> 32) & mask;
            if ((i - home & mask) >= (i - hole & mask)) {
                index[hole] = index[i];
                index[i] = 0;
                hole = i;
            }
        }
    }
}

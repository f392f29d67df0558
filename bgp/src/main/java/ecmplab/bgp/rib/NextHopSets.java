package ecmplab.bgp.rib;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sets of next hops as small ids, so that a prefix's whole multipath set is one {@code int} and "the set did not change" one
 * comparison. References are counted. Many prefixes share few sets.
 */
final class NextHopSets {
    static final int NONE = 0;

    /** Of a path in a key: the peer's serial number, the next hop's id, the weight. */
    private static final int WORDS = 3;
    /** Weights are at most that, before what they have in common is divided out. */
    private static final double HEAVIEST = 65_520;

    private final Map<Key, Integer> ids = new HashMap<>();
    private final List<List<NextHop>> sets = new ArrayList<>();
    private final List<Key> keys = new ArrayList<>();
    private final IntColumn references = new IntColumn();
    private final IntQueue freeIds = new IntQueue();
    private Key lastKey = new Key(new int[0]);
    private int lastId = NONE;
    private final AttributeTable attributes;
    private int[] words = new int[8 * WORDS];

    NextHopSets(AttributeTable attributes) {
        this.attributes = attributes;
        sets.add(List.of());
        keys.add(lastKey);
    }

    /** Next hops of the chosen columns, best first. The id is held until {@link #release}. */
    int intern(@Nullable PathColumn[] columns, int[] chosen, int count, int prefix) {
        fill(columns, chosen, count, prefix);
        if (lastId == NONE || !Arrays.equals(words, 0, WORDS * count, lastKey.words, 0, lastKey.words.length)) {
            lastKey = new Key(Arrays.copyOf(words, WORDS * count));
            var known = ids.get(lastKey);
            lastId = known != null ? known : store(lastKey, hops(columns, chosen, count));
        }
        references.add(lastId, 1);
        return lastId;
    }

    /** Peer, next hop and weight of each path, into {@link #words}. */
    private void fill(@Nullable PathColumn[] columns, int[] chosen, int count, int prefix) {
        if (words.length < WORDS * count) {
            words = new int[WORDS * count];
        }
        boolean weighted = count > 1;
        for (int i = 0; i < count; i++) {
            var column = column(columns, chosen[i]);
            int attribute = column.usable(prefix);
            words[WORDS * i] = column.in.peer.serial;
            words[WORDS * i + 1] = attributes.nextHop(attribute);
            words[WORDS * i + 2] = 1;
            weighted &= attributes.any(attribute, BlockFacts.BANDWIDTH);
        }
        if (weighted) {
            weigh(columns, chosen, count, prefix);
        }
    }

    /** Weights in the ratio of bandwidths, as every path has one; otherwise all weigh the same. */
    private void weigh(@Nullable PathColumn[] columns, int[] chosen, int count, int prefix) {
        double most = 0;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            double bandwidth = attributes.bandwidth(column(columns, chosen[i]).usable(prefix));
            most = Math.max(most, bandwidth);
            least = Math.min(least, bandwidth);
        }
        if (!(least > 0) || most == Double.POSITIVE_INFINITY) {
            return;
        }
        long divisor = 0;
        for (int i = 0; i < count; i++) {
            double bandwidth = attributes.bandwidth(column(columns, chosen[i]).usable(prefix));
            int weight = (int) Math.max(1, Math.round(bandwidth / most * HEAVIEST));
            words[WORDS * i + 2] = weight;
            divisor = divisor(divisor, weight);
        }
        for (int i = 0; i < count; i++) {
            words[WORDS * i + 2] /= (int) divisor;
        }
    }

    private static long divisor(long one, long other) {
        return other == 0 ? one : divisor(other, one % other);
    }

    void release(int id) {
        if (id != NONE && references.add(id, -1) == 0) {
            var key = keys.get(id);
            ids.remove(key);
            for (int i = 1; i < key.words.length; i += WORDS) {
                attributes.nextHops().release(key.words[i]);
            }
            sets.set(id, List.of());
            freeIds.add(id);
            if (id == lastId) {
                lastKey = keys.get(NONE);
                lastId = NONE;
            }
        }
    }

    List<NextHop> get(int id) {
        return sets.get(id);
    }

    int size() {
        return ids.size();
    }

    private int store(Key key, List<NextHop> hops) {
        int id = freeIds.isEmpty() ? sets.size() : freeIds.remove();
        if (id == sets.size()) {
            sets.add(hops);
            keys.add(key);
        } else {
            sets.set(id, hops);
            keys.set(id, key);
        }
        ids.put(key, id);
        // The set may outlive the routes it was made of, until the listener was told; the id must not mean another
        // address by then.
        for (int i = 1; i < key.words.length; i += WORDS) {
            attributes.nextHops().retain(key.words[i]);
        }
        return id;
    }

    /** Two peers may name the same next hop: it gets its share once. */
    private List<NextHop> hops(@Nullable PathColumn[] columns, int[] chosen, int count) {
        var hops = new ArrayList<NextHop>(count);
        for (int i = 0; i < count; i++) {
            var address = attributes.nextHops().address(words[WORDS * i + 1]);
            if (address != null && hops.stream().noneMatch(hop -> hop.address().equals(address))) {
                var peer = column(columns, chosen[i]).in.peer.identity;
                hops.add(new NextHop(address, peer.address(), words[WORDS * i + 2]));
            }
        }
        return List.copyOf(hops);
    }

    private static PathColumn column(@Nullable PathColumn[] columns, int index) {
        return Objects.requireNonNull(columns[index]);
    }

    private static final class Key {
        final int[] words;
        final int hash;

        Key(int[] words) {
            this.words = words;
            hash = Arrays.hashCode(words);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key that && Arrays.equals(words, that.words);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}

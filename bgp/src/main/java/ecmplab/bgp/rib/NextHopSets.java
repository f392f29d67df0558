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

    private final Map<Key, Integer> ids = new HashMap<>();
    private final List<List<NextHop>> sets = new ArrayList<>();
    private final List<Key> keys = new ArrayList<>();
    private final IntColumn references = new IntColumn();
    private final IntQueue freeIds = new IntQueue();
    private Key lastKey = new Key(new int[0]);
    private int lastId = NONE;

    NextHopSets() {
        sets.add(List.of());
        keys.add(lastKey);
    }

    /** Next hops, best first. The id is held until {@link #release}. */
    int intern(@Nullable AdjRibIn[] ins, int[] chosen, int count, int prefix, AttributeTable attributes) {
        if (!isLast(ins, chosen, count, prefix, attributes)) {
            var words = new int[2 * count];
            for (int i = 0; i < count; i++) {
                words[2 * i] = in(ins, chosen[i]).peer.serial;
                words[2 * i + 1] =
                        attributes.nextHop(in(ins, chosen[i]).accepted.get(prefix));
            }
            lastKey = new Key(words);
            var known = ids.get(lastKey);
            lastId = known != null ? known : store(lastKey, hops(ins, chosen, count, prefix, attributes));
        }
        references.add(lastId, 1);
        return lastId;
    }

    void release(int id) {
        if (id != NONE && references.add(id, -1) == 0) {
            ids.remove(keys.get(id));
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

    private boolean isLast(@Nullable AdjRibIn[] ins, int[] chosen, int count, int prefix, AttributeTable attributes) {
        var words = lastKey.words;
        if (lastId == NONE || words.length != 2 * count) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (words[2 * i] != in(ins, chosen[i]).peer.serial
                    || words[2 * i + 1]
                            != attributes.nextHop(in(ins, chosen[i]).accepted.get(prefix))) {
                return false;
            }
        }
        return true;
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
        return id;
    }

    /** Two peers may name the same next hop: it gets its share once. */
    private static List<NextHop> hops(
            @Nullable AdjRibIn[] ins, int[] chosen, int count, int prefix, AttributeTable attributes) {
        var hops = new ArrayList<NextHop>(count);
        for (int i = 0; i < count; i++) {
            var in = in(ins, chosen[i]);
            var address = attributes.nextHops().address(attributes.nextHop(in.accepted.get(prefix)));
            if (address != null && hops.stream().noneMatch(hop -> hop.address().equals(address))) {
                hops.add(new NextHop(address, in.peer.identity.address(), 1));
            }
        }
        return List.copyOf(hops);
    }

    private static AdjRibIn in(@Nullable AdjRibIn[] ins, int peer) {
        return Objects.requireNonNull(ins[peer]);
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

package ecmplab.bgp.rib;

import java.util.Arrays;

/**
 * Some prefixes on their way out, with the route each now has. A path of a prefix occurs once, so any order is right; the order that packs
 * best is that of arrival when it has runs of equal attributes, and by attributes otherwise.
 */
final class Page {
    static final int CAPACITY = 2048;

    /** No peer. */
    static final int NOBODY = -1;

    int[] prefix = new int[CAPACITY];
    /** Place of the path in the group's tables; 0 unless the group is told several paths a prefix. */
    int[] place = new int[CAPACITY];
    /** The route now, or {@link AttributeTable#NONE} when it is gone. */
    int[] attribute = new int[CAPACITY];
    /** Where it came from and how it is sent, see {@link AdjRibOut#origin}. */
    int[] origin = new int[CAPACITY];
    /** Index of the one peer that is not to be told this, because the route is or was its own; or {@link #NOBODY}. */
    int[] except = new int[CAPACITY];
    /** The route that the group had before, and the peer it was from. */
    int[] attributeBefore = new int[CAPACITY];

    int[] fromBefore = new int[CAPACITY];
    int[] order = new int[CAPACITY];
    int size;

    /** Where in the encoded page a chunk for the same peers begins, and who is not one of them. */
    int[] chunkStart = new int[CAPACITY];

    int[] chunkExcept = new int[CAPACITY];
    int chunks;
    private long[] keys = new long[CAPACITY];

    void clear() {
        size = 0;
        chunks = 0;
    }

    void chunk(int start, int exceptPeer) {
        if (chunks == 0 || chunkExcept[chunks - 1] != exceptPeer) {
            chunkStart[chunks] = start;
            chunkExcept[chunks] = exceptPeer;
            chunks++;
        }
    }

    /** Whether some of the encoded page is not for the peer. */
    boolean excepts(int peer) {
        for (int i = 0; i < chunks; i++) {
            if (chunkExcept[i] == peer) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is time to send; further entries are taken all the same. */
    boolean isFull() {
        return size >= CAPACITY;
    }

    void add(int prefixId, int pathPlace, int attributeId, int from, int exceptPeer, int before, int peerBefore) {
        if (size == prefix.length) {
            grow();
        }
        prefix[size] = prefixId;
        place[size] = pathPlace;
        attribute[size] = attributeId;
        origin[size] = from;
        except[size] = exceptPeer;
        attributeBefore[size] = before;
        fromBefore[size] = peerBefore;
        size++;
    }

    private void grow() {
        int larger = 2 * size;
        prefix = Arrays.copyOf(prefix, larger);
        place = Arrays.copyOf(place, larger);
        attribute = Arrays.copyOf(attribute, larger);
        origin = Arrays.copyOf(origin, larger);
        except = Arrays.copyOf(except, larger);
        attributeBefore = Arrays.copyOf(attributeBefore, larger);
        fromBefore = Arrays.copyOf(fromBefore, larger);
        order = Arrays.copyOf(order, larger);
        chunkStart = Arrays.copyOf(chunkStart, larger);
        chunkExcept = Arrays.copyOf(chunkExcept, larger);
        keys = Arrays.copyOf(keys, larger);
    }

    /** Whether the two entries can share a message. */
    boolean together(int one, int other) {
        return attribute[one] == attribute[other] && except[one] == except[other] && origin[one] == origin[other];
    }

    /** Whether a peer that followed was told another route for the entry's prefix before. */
    boolean wasTold(int entry, int peer) {
        return attributeBefore[entry] != AttributeTable.NONE && fromBefore[entry] != peer;
    }

    /** Fills {@link #order}. */
    void arrange() {
        int runs = 1;
        for (int i = 0; i < size; i++) {
            order[i] = i;
            runs += i > 0 && !together(i, i - 1) ? 1 : 0;
        }
        if (runs * 2 > size && runs > 2) {
            for (int i = 0; i < size; i++) {
                keys[i] = (long) attribute[i] << 32 | i;
            }
            Arrays.sort(keys, 0, size);
            for (int i = 0; i < size; i++) {
                order[i] = (int) keys[i];
            }
        }
    }
}

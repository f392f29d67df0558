package ecmplab.bgp.rib;

import java.util.Arrays;

/** First in, first out, of {@code int}s in a ring that doubles when full; its users put an id in at most once, which bounds it. */
final class IntQueue {
    private int[] ring = new int[64];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(int value) {
        if (size == ring.length) {
            int[] larger = Arrays.copyOf(ring, size * 2);
            System.arraycopy(ring, 0, larger, size, head);
            ring = larger;
        }
        ring[head + size & ring.length - 1] = value;
        size++;
    }

    int remove() {
        int value = ring[head];
        head = head + 1 & ring.length - 1;
        size--;
        return value;
    }
}

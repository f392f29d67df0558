package ecmplab.port;

/**
 * A list of packets in a {@link FramePool}: the address of each one's first octet and its length, no object a packet.
 * Owned by one forwarding thread.
 */
public final class Burst {
    private final long[] addresses;
    private final int[] lengths;
    private int count;

    public Burst(int capacity) {
        addresses = new long[capacity];
        lengths = new int[capacity];
    }

    public int count() {
        return count;
    }

    public int capacity() {
        return addresses.length;
    }

    public boolean isFull() {
        return count == addresses.length;
    }

    /** Offset in the pool's memory of packet {@code index}'s first octet (its Ethernet destination). */
    public long address(int index) {
        return addresses[index];
    }

    /** Octets of packet {@code index}, from the Ethernet header on, without FCS. */
    public int length(int index) {
        return lengths[index];
    }

    /** @throws ArrayIndexOutOfBoundsException when full */
    public void add(long address, int length) {
        addresses[count] = address;
        lengths[count++] = length;
    }

    public void clear() {
        count = 0;
    }
}

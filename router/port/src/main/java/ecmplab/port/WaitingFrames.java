package ecmplab.port;

/** Frames that wait for their time, which only grows from one to the next. Bounded; one thread. */
final class WaitingFrames {
    private final long[] due;
    private final long[] addresses;
    private final int[] lengths;
    private final int mask;
    private int head;
    private int count;

    /** @param capacity a power of two */
    WaitingFrames(int capacity) {
        due = new long[capacity];
        addresses = new long[capacity];
        lengths = new int[capacity];
        mask = capacity - 1;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count > mask;
    }

    void add(long address, int length, long dueNanos) {
        int at = (head + count++) & mask;
        due[at] = dueNanos;
        addresses[at] = address;
        lengths[at] = length;
    }

    /** When the first is due; there must be one. */
    long firstDue() {
        return due[head];
    }

    long firstAddress() {
        return addresses[head];
    }

    int firstLength() {
        return lengths[head];
    }

    void removeFirst() {
        head = (head + 1) & mask;
        count--;
    }

    /** Makes all due at {@code nanos}, those due earlier excepted. */
    void hurry(long nanos) {
        for (int i = 0; i < count; i++) {
            int at = (head + i) & mask;
            due[at] = Math.min(due[at], nanos);
        }
    }
}

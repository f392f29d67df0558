package ecmplab.port.neighbor;

/** What a cache knows of one address. Made once, used again for other addresses. */
final class Entry {
    /** Halves of the address, an IPv4 one as IPv4-mapped. */
    long high;

    long low;
    NeighborState state = NeighborState.FAILED;
    /** -1 when unknown. */
    long mac = -1;

    boolean everConfirmed;
    long confirmedAt;
    long usedAt;
    /** When the state ends by itself: a request is due, or trust or hold runs out. */
    long dueAt;

    int requests;

    final long[] waitingFrames;
    final int[] waitingLengths;
    int waiting;

    Entry(int maxWaiting) {
        waitingFrames = new long[maxWaiting];
        waitingLengths = new int[maxWaiting];
    }

    void begin(long newHigh, long newLow, long now) {
        high = newHigh;
        low = newLow;
        state = NeighborState.INCOMPLETE;
        mac = -1;
        everConfirmed = false;
        usedAt = now;
        requests = 0;
    }

    boolean known() {
        return mac >= 0;
    }

    boolean waitingFull() {
        return waiting == waitingFrames.length;
    }

    void append(long frame, int length) {
        waitingFrames[waiting] = frame;
        waitingLengths[waiting++] = length;
    }

    long removeOldest() {
        long oldest = waitingFrames[0];
        waiting--;
        System.arraycopy(waitingFrames, 1, waitingFrames, 0, waiting);
        System.arraycopy(waitingLengths, 1, waitingLengths, 0, waiting);
        return oldest;
    }
}

package ecmplab.bench.dataplane;

/**
 * One measure.
 *
 * @param receiveNanos processor time of the receive softirq
 * @param ownNanos processor time of the thread that forwards, its transmitting included
 */
record Sample(double seconds, long delivered, long lost, long receiveNanos, long ownNanos) {
    /** Millions a second of processor time of the whole forwarding side. */
    double perProcessorSecond() {
        return delivered * 1e3 / (receiveNanos + ownNanos);
    }

    /** Millions a second. */
    double rate() {
        return delivered / seconds / 1e6;
    }

    /** Nanoseconds a packet. */
    double receive() {
        return (double) receiveNanos / delivered;
    }

    /** Nanoseconds a packet. */
    double own() {
        return (double) ownNanos / delivered;
    }
}

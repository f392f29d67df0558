package ecmplab.bgp.bfd;

/**
 * The intervals of a session, all in microseconds, and the Poll Sequence that makes the peer take new ones (RFC 5880 sections 6.8.2 to
 * 6.8.4): while it lasts, nothing is sent more seldom and nothing expected more often than before.
 */
final class Intervals {
    /** The least transmit interval of a session that is not up (RFC 5880 section 6.8.3). */
    private static final long SLOW = 1_000_000;

    private long configuredTransmit;
    private long requiredReceive;
    /** As sent to the peer. */
    private long desiredTransmit;

    private long transmitInUse;
    private long receiveInUse;

    private boolean polling;
    /** Something changed again while polling: the answer may be to what was said before. */
    private boolean pollAgain;

    private long remoteDesiredTransmit;
    /** Before anything was heard, 1 (RFC 5880 section 6.8.1). */
    private long remoteRequiredReceive = 1;

    Intervals(BfdTimers timers) {
        take(timers);
        desiredTransmit = Math.max(configuredTransmit, SLOW);
        settle();
    }

    private void take(BfdTimers timers) {
        configuredTransmit = timers.transmit().toNanos() / 1_000;
        requiredReceive = timers.receive().toNanos() / 1_000;
    }

    void configure(BfdTimers timers, boolean up) {
        long before = requiredReceive;
        take(timers);
        long desired = up ? configuredTransmit : Math.max(configuredTransmit, SLOW);
        boolean same = desired == desiredTransmit && requiredReceive == before;
        desiredTransmit = desired;
        if (!up) {
            settle();
        } else if (!same) {
            poll();
        }
    }

    /** The session is up: from slow to what was configured. */
    void up() {
        desiredTransmit = configuredTransmit;
        poll();
    }

    /** The session is no longer up. */
    void down() {
        desiredTransmit = Math.max(configuredTransmit, SLOW);
        settle();
    }

    private void poll() {
        transmitInUse = Math.min(transmitInUse, desiredTransmit);
        receiveInUse = Math.max(receiveInUse, requiredReceive);
        pollAgain = polling;
        polling = true;
    }

    /** The peer answered a poll. */
    void answered() {
        if (polling && pollAgain) {
            pollAgain = false;
        } else if (polling) {
            settle();
        }
    }

    /** No Poll Sequence (any longer): what we say counts. */
    void settle() {
        polling = false;
        pollAgain = false;
        transmitInUse = desiredTransmit;
        receiveInUse = requiredReceive;
    }

    void heard(long desiredMinTx, long requiredMinRx) {
        remoteDesiredTransmit = desiredMinTx;
        remoteRequiredReceive = requiredMinRx;
    }

    boolean polling() {
        return polling;
    }

    boolean remoteWantsNothing() {
        return remoteRequiredReceive == 0;
    }

    long desiredTransmit() {
        return desiredTransmit;
    }

    long requiredReceive() {
        return requiredReceive;
    }

    long remoteDesiredTransmit() {
        return remoteDesiredTransmit;
    }

    long remoteRequiredReceive() {
        return remoteRequiredReceive;
    }

    /** Between our packets, before jitter. */
    long transmit() {
        return Math.max(transmitInUse, remoteRequiredReceive);
    }

    /** Between our packets in a session that is up, before jitter. */
    long transmitWhenUp() {
        return Math.max(configuredTransmit, remoteRequiredReceive);
    }

    /** Between the peer's packets at most; its multiplier times that is the detection time. */
    long detection() {
        return Math.max(receiveInUse, remoteDesiredTransmit);
    }
}

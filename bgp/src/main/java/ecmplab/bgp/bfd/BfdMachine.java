package ecmplab.bgp.bfd;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one session (RFC 5880 section 6.8), pure: packets and the time go in, packets and changes of state come out. Times
 * are nanoseconds of any clock that never goes back, intervals microseconds as on the wire. Belongs to one thread and allocates nothing.
 */
final class BfdMachine {
    /** What the machine does to the world. */
    interface Owner {
        /** Send the packet; it is reused after the call. */
        void send(ControlPacket packet);

        /** @param silence nanoseconds since the last packet of the peer; negative when there was none */
        void changed(BfdState from, BfdState to, long silence);
    }

    /** When nothing will happen by itself. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long MICROSECOND = 1_000;
    private final Owner owner;
    private final ControlPacket packet;
    private final RandomGenerator random;
    private final int localDiscriminator;
    private final Intervals intervals;

    private BfdState state = BfdState.DOWN;
    private Diagnostic diagnostic = Diagnostic.NONE;
    private int multiplier;

    private int remoteDiscriminator;
    private BfdState remoteState = BfdState.DOWN;
    private Diagnostic remoteDiagnostic = Diagnostic.NONE;
    private int remoteMultiplier;
    private boolean remoteDemand;
    private boolean remoteIndependent;

    private boolean heard;
    private long lastHeard;
    private boolean sent;
    private long lastSent;
    private long nextSend;
    /** When a session that was closed needs to send no more; {@link #NEVER} while it is not closed. */
    private long end = NEVER;

    /**
     * A session that is down, and sends its first packet at once.
     *
     * @param localDiscriminator unique in this system, not 0
     * @param packet where packets are written before they are sent
     */
    BfdMachine(
            int localDiscriminator,
            BfdTimers timers,
            ControlPacket packet,
            RandomGenerator random,
            Owner owner,
            long now) {
        this.localDiscriminator = localDiscriminator;
        this.packet = packet;
        this.random = random;
        this.owner = owner;
        multiplier = timers.multiplier();
        intervals = new Intervals(timers);
        nextSend = now;
    }

    /** Other timers; a session that is up tells the peer by a Poll Sequence (RFC 5880 section 6.8.3). */
    void configure(BfdTimers timers, long now) {
        multiplier = timers.multiplier();
        intervals.configure(timers, state == BfdState.UP);
        reschedule(now);
    }

    /** A packet for this session that has no {@link ControlPacket#fault}. Returns why it is discarded, or null. */
    @Nullable
    PacketFault receive(ControlPacket received, long now) {
        remoteDiscriminator = received.myDiscriminator();
        remoteState = received.state();
        remoteDiagnostic = received.diagnostic();
        remoteMultiplier = received.multiplier();
        remoteDemand = received.demand();
        remoteIndependent = received.controlPlaneIndependent();
        intervals.heard(received.desiredMinTx(), received.requiredMinRx());
        if (received.isFinal()) {
            intervals.answered();
        }
        if (state == BfdState.ADMIN_DOWN) {
            return PacketFault.ADMINISTRATIVELY_DOWN;
        }
        long silence = silence(now);
        heard = true;
        lastHeard = now;
        var next = next(received.state());
        if (next != state) {
            if (next == BfdState.DOWN) {
                diagnostic = Diagnostic.NEIGHBOR_SIGNALED_DOWN;
            }
            enter(next, now, silence);
        }
        if (received.poll()) {
            write(false, true);
            owner.send(packet);
        }
        reschedule(now);
        return null;
    }

    /** RFC 5880 section 6.2, and the pseudocode of 6.8.6. */
    private BfdState next(BfdState signaled) {
        return switch (state) {
            case ADMIN_DOWN -> state;
            case DOWN ->
                switch (signaled) {
                    case DOWN -> BfdState.INIT;
                    case INIT -> BfdState.UP;
                    case ADMIN_DOWN, UP -> state;
                };
            case INIT ->
                switch (signaled) {
                    case INIT, UP -> BfdState.UP;
                    case ADMIN_DOWN -> BfdState.DOWN;
                    case DOWN -> state;
                };
            case UP ->
                switch (signaled) {
                    case ADMIN_DOWN, DOWN -> BfdState.DOWN;
                    case INIT, UP -> state;
                };
        };
    }

    /** Does what is due. Packets that have arrived must have been given to {@link #receive} before: they may have come in time. */
    void tick(long now) {
        if (remoteDiscriminator != 0 && now - detectionDeadline() >= 0) {
            remoteDiscriminator = 0;
            if (state == BfdState.INIT || state == BfdState.UP) {
                diagnostic = Diagnostic.DETECTION_TIME_EXPIRED;
                enter(BfdState.DOWN, now, silence(now));
            }
        }
        if (isPeriodic() && now - nextSend >= 0) {
            transmit(now);
        }
    }

    /** When {@link #tick} is next due; {@link #NEVER} when only a packet can change anything. */
    long deadline() {
        long deadline = isPeriodic() ? nextSend : NEVER;
        if (remoteDiscriminator != 0) {
            deadline = earlier(deadline, detectionDeadline());
        }
        return end == NEVER ? deadline : earlier(deadline, end);
    }

    private static long earlier(long one, long other) {
        if (one == NEVER || other == NEVER) {
            return one == NEVER ? other : one;
        }
        return other - one < 0 ? other : one;
    }

    /** Tells the peer that this is no failure (RFC 5880 section 6.8.16), until it must have heard. */
    void close(long now) {
        if (state == BfdState.ADMIN_DOWN) {
            return;
        }
        long linger = remoteDiscriminator == 0 ? 0 : multiplier * intervals.transmit() * MICROSECOND;
        diagnostic = Diagnostic.ADMINISTRATIVELY_DOWN;
        var from = state;
        state = BfdState.ADMIN_DOWN;
        intervals.down();
        end = now + linger;
        transmit(now);
        owner.changed(from, state, silence(now));
    }

    /** Whether a closed session has told the peer long enough. */
    boolean isDone(long now) {
        return end != NEVER && now - end >= 0;
    }

    private void enter(BfdState next, long now, long silence) {
        var from = state;
        state = next;
        if (next == BfdState.UP) {
            diagnostic = Diagnostic.NONE;
            intervals.up();
        } else if (from == BfdState.UP) {
            intervals.down();
        }
        transmit(now);
        owner.changed(from, next, silence);
    }

    private void transmit(long now) {
        write(intervals.polling(), false);
        sent = true;
        lastSent = now;
        nextSend = now + pause();
        owner.send(packet);
    }

    private void write(boolean poll, boolean isFinal) {
        packet.write(state, diagnostic, poll, isFinal, multiplier);
        packet.writeDiscriminators(localDiscriminator, remoteDiscriminator);
        packet.writeIntervals(intervals.desiredTransmit(), intervals.requiredReceive());
    }

    /** A shorter interval counts at once, from the last packet on (RFC 5880 section 6.8.7). */
    private void reschedule(long now) {
        if (sent && nextSend - (lastSent + intervals.transmit() * MICROSECOND) > 0) {
            nextSend = lastSent + pause();
            if (nextSend - now < 0) {
                nextSend = now;
            }
        }
    }

    /** To the next packet, with jitter: 75 to 100 % of the interval, at most 90 % when the peer may miss none. Nanoseconds. */
    private long pause() {
        long interval = (end == NEVER ? intervals.transmit() : intervals.transmitWhenUp()) * MICROSECOND;
        long most = multiplier == 1 ? interval / 10 * 9 : interval;
        long least = interval / 4 * 3;
        return least + (most > least ? random.nextLong(most - least + 1) : 0);
    }

    /** A peer in demand mode, or one that wants nothing, is sent packets only when there is something to say (6.8.7). */
    private boolean isPeriodic() {
        if (intervals.remoteWantsNothing()) {
            return false;
        }
        boolean onDemand = remoteDemand && state == BfdState.UP && remoteState == BfdState.UP;
        return !onDemand || intervals.polling();
    }

    private long detectionDeadline() {
        return lastHeard + detectionTime() * MICROSECOND;
    }

    private long silence(long now) {
        return heard ? now - lastHeard : -1;
    }

    int localDiscriminator() {
        return localDiscriminator;
    }

    int remoteDiscriminator() {
        return remoteDiscriminator;
    }

    BfdState state() {
        return state;
    }

    BfdState remoteState() {
        return remoteState;
    }

    Diagnostic diagnostic() {
        return diagnostic;
    }

    Diagnostic remoteDiagnostic() {
        return remoteDiagnostic;
    }

    int multiplier() {
        return multiplier;
    }

    int remoteMultiplier() {
        return remoteMultiplier;
    }

    boolean remoteDemand() {
        return remoteDemand;
    }

    boolean remoteIndependent() {
        return remoteIndependent;
    }

    Intervals intervals() {
        return intervals;
    }

    /** Silence after which the peer is gone (RFC 5880 section 6.8.4), microseconds; 0 while nothing was heard. */
    long detectionTime() {
        return intervals.detection() * remoteMultiplier;
    }
}

package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** How a neighbour is: written by its event loop, and read by any thread without waiting. */
final class Status {
    private final Counters counters;
    private final InstantSource clock;
    private volatile StateSince state;
    private volatile @Nullable EstablishedSession session;
    private volatile @Nullable CloseReason lastClose;
    private volatile @Nullable Notification lastSent;
    private volatile @Nullable Notification lastReceived;

    private record StateSince(State state, Instant since) {}

    Status(Counters counters, InstantSource clock) {
        this.counters = counters;
        this.clock = clock;
        this.state = new StateSince(State.IDLE, clock.instant());
    }

    void entered(State now) {
        if (now != state.state()) {
            state = new StateSince(now, clock.instant());
        }
    }

    void up(EstablishedSession established) {
        session = established;
    }

    /** Returns the session that was up. */
    @Nullable
    EstablishedSession down() {
        var over = session;
        session = null;
        return over;
    }

    @Nullable
    EstablishedSession session() {
        return session;
    }

    void closed(CloseReason reason) {
        lastClose = reason;
    }

    void sent(Notification notification) {
        lastSent = notification;
    }

    void received(Notification notification) {
        lastReceived = notification;
    }

    SessionSnapshot snapshot(SessionConfig config) {
        var now = state;
        var up = session;
        return new SessionSnapshot(
                config,
                now.state(),
                now.since(),
                up == null ? null : up.negotiated(),
                counters.received(),
                counters.sent(),
                counters.get(Counters.CONNECT_ATTEMPTS),
                counters.get(Counters.ACCEPTED),
                counters.get(Counters.REFUSED),
                counters.get(Counters.ESTABLISHED),
                counters.get(Counters.DISCARDED_ATTRIBUTES),
                counters.get(Counters.TREATED_AS_WITHDRAW),
                up == null ? 0 : up.pendingOctets(),
                up != null && up.isReadingPaused(),
                instant(Counters.LAST_READ_MILLIS),
                instant(Counters.LAST_WRITE_MILLIS),
                lastClose,
                lastSent,
                lastReceived);
    }

    private @Nullable Instant instant(int counter) {
        long millis = counters.get(counter);
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }
}

package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.session.Action.AttemptFailed;
import ecmplab.bgp.session.Action.Close;
import ecmplab.bgp.session.Action.Refused;
import ecmplab.bgp.session.Action.SendKeepalive;
import ecmplab.bgp.session.Action.SendOpen;
import ecmplab.bgp.session.Action.SessionDown;
import ecmplab.bgp.session.Action.SessionUp;
import ecmplab.bgp.session.Action.StartHoldTimer;
import ecmplab.bgp.session.Action.StartKeepaliveTimer;
import ecmplab.bgp.wire.Notification;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections with a neighbour, from OpenSent on (RFC 4271 section 8.2.2): up to two, one dialled and one accepted, each with a
 * state of its own, of which one is kept by the rules of {@link Collision}. As pure as the {@link StateMachine} that has it.
 */
final class Links {
    /** Hold time until the peer's OPEN is there (RFC 4271 section 8.2.2). */
    static final Duration OPEN_HOLD_TIME = Duration.ofMinutes(4);

    /** What the connections mean for the neighbour. */
    interface Owner {
        void act(Action action);

        /** A session is about to be up: no other connection is wanted. */
        void settled();

        /** The last connection ended; {@code forFault}: one that is better not repeated at once. */
        void deserted(boolean forFault);
    }

    private final Owner owner;
    private final BackOff backOff;
    private SessionConfig config;
    private Open ourOpen;
    private @Nullable Link dialled;
    private @Nullable Link accepted;

    Links(SessionConfig config, BackOff backOff, Owner owner) {
        this.owner = owner;
        this.backOff = backOff;
        this.config = config;
        this.ourOpen = config.open();
    }

    /** For OPENs from now on. */
    void configure(SessionConfig changed) {
        config = changed;
        ourOpen = changed.open();
    }

    boolean isEmpty() {
        return dialled == null && accepted == null;
    }

    Stream<Link> stream() {
        return Stream.of(dialled, accepted).filter(Objects::nonNull);
    }

    /** An event of a connection that is gone does nothing. */
    void take(Event.OfConnection event) {
        stream().filter(link -> link.number == event.connection()).findFirst().ifPresent(link -> take(link, event));
    }

    private void take(Link connection, Event.OfConnection event) {
        switch (event) {
            case Event.Lost lost -> end(connection, null, new CloseReason.ConnectionLost(lost.detail()), false);
            case Event.HoldTimerExpired ignored -> holdTimerExpired(connection);
            case Event.KeepaliveTimerExpired ignored -> keepalive(connection);
            case Event.SendHoldTimerExpired ignored ->
                end(
                        connection,
                        Notification.of(Notification.SEND_HOLD_TIMER_EXPIRED, 0),
                        new CloseReason.SendHoldTimerExpired(config.timers().sendHoldTime()),
                        false);
            case Event.OpenReceived received -> opened(connection, received.open());
            case Event.KeepaliveReceived ignored -> keepaliveReceived(connection);
            case Event.UpdateReceived ignored -> routesReceived(connection, "UPDATE");
            case Event.RouteRefreshReceived ignored -> routesReceived(connection, "ROUTE-REFRESH");
            case Event.NotificationReceived received -> {
                var notification = received.notification();
                var reason = new CloseReason.NotificationReceived(notification);
                end(connection, null, reason, notification.code() != Notification.CEASE);
            }
            case Event.MalformedReceived malformed -> fail(connection, malformed.answer(), malformed.detail());
        }
    }

    void dialled(Link connection) {
        dialled = connection;
        arrived(connection, accepted);
    }

    void accepted(Link connection) {
        stream().filter(Link::mayBeRestarted).findFirst().ifPresent(this::restarted);
        var older = accepted;
        if (older != null && older.isEstablished()) {
            refuseForOther(connection);
            return;
        }
        if (older != null) {
            // The peer dials one connection at a time: it has given the older one up.
            giveUp(older);
            if (dialled != null) {
                release(dialled);
            }
        }
        accepted = connection;
        arrived(connection, dialled);
    }

    /** The peer connects while its session is up: its old end is gone, and it may not even know (RFC 4724 section 4.2). */
    private void restarted(Link old) {
        forget(old);
        var reason = new CloseReason.Restarted();
        owner.act(new Close(old.number, null, reason));
        owner.act(new SessionDown(old.number, reason));
    }

    /** Ends all connections on purpose; nothing follows by itself. */
    void endAll(Notification notification, CloseReason reason) {
        stream().toList().forEach(connection -> {
            forget(connection);
            var told = connection.tellsHardResets() ? notification.asHardReset() : notification;
            owner.act(new Close(connection.number, told, reason));
            if (connection.isEstablished()) {
                owner.act(new SessionDown(connection.number, reason));
            }
        });
    }

    private void refuseForOther(Link connection) {
        giveUp(connection);
        owner.act(new Refused(connection.number));
    }

    /** Ends a connection in favour of the other. */
    private void giveUp(Link connection) {
        forget(connection);
        owner.act(new Close(
                connection.number, Notification.cease(Notification.CEASE_COLLISION), new CloseReason.Collision()));
    }

    /** A new connection, and the other one if there is one. */
    private void arrived(Link connection, @Nullable Link other) {
        if (other != null && other.isEstablished()) {
            refuseForOther(connection);
            return;
        }
        owner.act(new StartHoldTimer(connection.number, OPEN_HOLD_TIME));
        if (other == null || other.state != State.OPEN_CONFIRM) {
            sendOpen(connection);
        }
    }

    private void sendOpen(Link connection) {
        connection.state = State.OPEN_SENT;
        owner.act(new SendOpen(connection.number, ourOpen));
    }

    private void opened(Link connection, Open open) {
        switch (connection.state) {
            case CONNECT -> {
                if (connection.early == null) {
                    connection.early = open;
                } else {
                    unexpected(connection, "OPEN");
                }
            }
            case OPEN_SENT -> negotiate(connection, open);
            case OPEN_CONFIRM, ESTABLISHED -> unexpected(connection, "OPEN");
            case IDLE, ACTIVE -> throw new IllegalStateException("a connection is never in " + connection.state);
        }
    }

    private void negotiate(Link connection, Open open) {
        switch (OpenVerdict.of(config, open, connection)) {
            case OpenVerdict.Refused(var answer, var detail) -> fail(connection, answer, detail);
            case OpenVerdict.Agreed(var negotiated) -> {
                if (survives(connection, negotiated)) {
                    connection.state = State.OPEN_CONFIRM;
                    connection.negotiated = negotiated;
                    owner.act(new SendKeepalive(connection.number));
                    owner.act(new StartHoldTimer(connection.number, negotiated.holdTime()));
                    startKeepaliveTimer(connection, negotiated);
                }
            }
        }
    }

    /** Resolves a collision with a connection whose OPEN was received as well; false when this one was given up. */
    private boolean survives(Link connection, Negotiated negotiated) {
        var other = other(connection);
        if (other == null || other.state.compareTo(State.OPEN_CONFIRM) < 0) {
            return true;
        }
        boolean kept = !other.isEstablished() && Collision.isKept(connection, negotiated);
        giveUp(kept ? other : connection);
        if (!kept) {
            release(other);
        }
        return kept;
    }

    private void startKeepaliveTimer(Link connection, Negotiated negotiated) {
        owner.act(new StartKeepaliveTimer(connection.number, backOff.jittered(negotiated.keepalive())));
    }

    private @Nullable Link other(Link connection) {
        return connection == dialled ? accepted : dialled;
    }

    private void keepalive(Link connection) {
        var negotiated = connection.negotiated;
        if (negotiated == null) {
            return;
        }
        owner.act(new SendKeepalive(connection.number));
        startKeepaliveTimer(connection, negotiated);
        if (connection.isEstablished()) {
            connection.keepalives++;
            backOff.keptAlive(connection.keepalives);
        }
        if (connection.confirmed && connection.state == State.OPEN_CONFIRM) {
            establish(connection, negotiated); // the peer had time enough to decide a collision
        }
    }

    private void keepaliveReceived(Link connection) {
        var negotiated = connection.negotiated;
        if (negotiated == null) {
            unexpected(connection, "KEEPALIVE");
            return;
        }
        owner.act(new StartHoldTimer(connection.number, negotiated.holdTime()));
        if (connection.state == State.OPEN_CONFIRM) {
            boolean again = connection.confirmed;
            connection.confirmed = true;
            if (again || !Collision.awaits(connection, other(connection), negotiated)) {
                establish(connection, negotiated);
            }
        }
    }

    private void establish(Link connection, Negotiated negotiated) {
        connection.state = State.ESTABLISHED;
        var other = other(connection);
        if (other != null) {
            giveUp(other);
        }
        owner.settled();
        owner.act(new SessionUp(connection.number, negotiated));
    }

    private void routesReceived(Link connection, String what) {
        var negotiated = connection.negotiated;
        if (negotiated == null || !connection.confirmed) {
            unexpected(connection, what);
            return;
        }
        if (connection.state == State.OPEN_CONFIRM) {
            establish(connection, negotiated); // the peer has decided
        }
        owner.act(new StartHoldTimer(connection.number, negotiated.holdTime()));
    }

    /** FSM error with the subcode of RFC 6608. */
    private void unexpected(Link connection, String what) {
        int subcode = connection.state.ordinal() - State.OPEN_SENT.ordinal() + 1;
        fail(
                connection,
                Notification.of(Notification.FSM_ERROR, Math.max(subcode, 1)),
                what + " in " + connection.state);
    }

    private void holdTimerExpired(Link connection) {
        var negotiated = connection.negotiated;
        var time = negotiated == null ? OPEN_HOLD_TIME : negotiated.holdTime();
        end(
                connection,
                Notification.of(Notification.HOLD_TIMER_EXPIRED, 0),
                new CloseReason.HoldTimerExpired(time),
                false);
    }

    private void fail(Link connection, Notification answer, String detail) {
        end(connection, answer, new CloseReason.NotificationSent(answer, detail), true);
    }

    /** Ends one connection. Another that is there goes on. */
    private void end(Link connection, @Nullable Notification notification, CloseReason reason, boolean forFault) {
        forget(connection);
        owner.act(new Close(connection.number, notification, reason));
        if (connection.isEstablished()) {
            owner.act(new SessionDown(connection.number, reason));
        } else {
            owner.act(new AttemptFailed(reason));
        }
        var other = stream().findFirst().orElse(null);
        if (other != null) {
            release(other);
        } else {
            owner.deserted(forFault);
        }
    }

    /** Lets a connection that was held back go on, with the OPEN that came meanwhile; or one that awaited a decision. */
    private void release(Link connection) {
        if (connection.confirmed && connection.state == State.OPEN_CONFIRM && connection.negotiated != null) {
            establish(connection, connection.negotiated);
        }
        if (connection.state == State.CONNECT) {
            sendOpen(connection);
            if (connection.early != null) {
                negotiate(connection, connection.early);
            }
        }
    }

    private void forget(Link connection) {
        if (dialled == connection) {
            dialled = null;
        }
        if (accepted == connection) {
            accepted = null;
        }
    }
}

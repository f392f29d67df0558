package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.session.Action.AbortDial;
import ecmplab.bgp.session.Action.AttemptFailed;
import ecmplab.bgp.session.Action.Close;
import ecmplab.bgp.session.Action.Dial;
import ecmplab.bgp.session.Action.Refused;
import ecmplab.bgp.session.Action.SendKeepalive;
import ecmplab.bgp.session.Action.SendOpen;
import ecmplab.bgp.session.Action.SessionDown;
import ecmplab.bgp.session.Action.SessionUp;
import ecmplab.bgp.session.Action.StartBackOff;
import ecmplab.bgp.session.Action.StartHoldTimer;
import ecmplab.bgp.session.Action.StartKeepaliveTimer;
import ecmplab.bgp.session.Action.StartRetryTimer;
import ecmplab.bgp.session.Action.StateChanged;
import ecmplab.bgp.session.Action.StopBackOff;
import ecmplab.bgp.session.Action.StopRetryTimer;
import ecmplab.bgp.wire.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a neighbour (RFC 4271 section 8): an event in, actions out; no socket, no clock, no thread. It holds up to two
 * connections, one dialled and one accepted, each with a state of its own, and keeps one of them by the rules of {@link Collision}.
 *
 * <p>Two things differ from the letter of section 8.2.2, to the same end. After a loss that no message caused, and after a Cease, the
 * neighbour waits in Active and not in Idle, so that a peer that comes back is let in at once. And a second connection that comes up
 * while the first is in OpenConfirm is held back without an OPEN until the first is decided: answering it at once lets both
 * sides close a connection each, and flap in lockstep.
 */
final class StateMachine {
    /** Hold time until the peer's OPEN is there (RFC 4271 section 8.2.2). */
    static final Duration OPEN_HOLD_TIME = Duration.ofMinutes(4);

    private enum Phase {
        STOPPED,
        BACKING_OFF,
        RUNNING
    }

    /** What follows the end of the last connection. */
    private enum Next {
        RETRY,
        BACK_OFF
    }

    private SessionConfig config;
    private Open ourOpen;
    private final BackOff backOff;

    private Phase phase = Phase.STOPPED;
    private boolean dialling;
    private @Nullable Link dialled;
    private @Nullable Link accepted;
    /** What a peer that connects is told while no session is wanted. */
    private Notification rejection = Notification.cease(Notification.CEASE_CONNECTION_REJECTED);

    private List<Action> actions = new ArrayList<>();

    StateMachine(SessionConfig config, RandomGenerator random) {
        this.config = config;
        this.backOff = new BackOff(random);
        this.ourOpen = config.open();
    }

    /** State of the connection that is furthest; without one, of the neighbour. */
    State state() {
        var best = connections().map(connection -> connection.state).max(State::compareTo);
        return best.orElseGet(() -> phase != Phase.RUNNING ? State.IDLE : dialling ? State.CONNECT : State.ACTIVE);
    }

    /** Takes an event and says what is to be done about it. An event of a connection that is gone does nothing. */
    List<Action> step(Event event) {
        var before = state();
        actions = new ArrayList<>();
        take(event);
        if (state() != before) {
            actions.add(new StateChanged(before, state(), cause(event)));
        }
        return actions;
    }

    private void take(Event event) {
        switch (event) {
            case Event.Start() -> start();
            case Event.Stop(var notification, var text) -> stop(notification, text);
            case Event.Reset(var notification, var holdDown) -> reset(notification, holdDown);
            case Event.Reconfigured(var changed) -> reconfigure(changed);
            case Event.RetryTimerExpired() -> {
                if (phase == Phase.RUNNING
                        && !config.transport().passive()
                        && !dialling
                        && connections().findAny().isEmpty()) {
                    dial();
                }
            }
            case Event.BackOffExpired() -> {
                if (phase == Phase.BACKING_OFF) {
                    run();
                }
            }
            case Event.Dialled(int connection, var local, var remote) ->
                dialled(new Link(connection, true, local, remote));
            case Event.DialFailed(var detail) -> dialFailed(detail);
            case Event.Accepted(int connection, var local, var remote) ->
                accepted(new Link(connection, false, local, remote));
            case Event.Lost(int number, var detail) ->
                on(number, connection -> end(connection, null, new CloseReason.ConnectionLost(detail), Next.RETRY));
            case Event.HoldTimerExpired(int number) -> on(number, this::holdTimerExpired);
            case Event.KeepaliveTimerExpired(int number) -> on(number, this::keepalive);
            case Event.SendHoldTimerExpired(int number) ->
                on(
                        number,
                        connection -> end(
                                connection,
                                Notification.of(Notification.SEND_HOLD_TIMER_EXPIRED, 0),
                                new CloseReason.SendHoldTimerExpired(
                                        config.timers().sendHoldTime()),
                                Next.RETRY));
            case Event.OpenReceived(int number, var open) -> on(number, connection -> opened(connection, open));
            case Event.KeepaliveReceived(int number) -> on(number, this::keepaliveReceived);
            case Event.UpdateReceived(int number) -> on(number, connection -> routesReceived(connection, "UPDATE"));
            case Event.RouteRefreshReceived(int number) ->
                on(number, connection -> routesReceived(connection, "ROUTE-REFRESH"));
            case Event.NotificationReceived(int number, var notification) ->
                on(
                        number,
                        connection -> end(
                                connection,
                                null,
                                new CloseReason.NotificationReceived(notification),
                                notification.code() == Notification.CEASE ? Next.RETRY : Next.BACK_OFF));
            case Event.MalformedReceived(int number, var answer, var detail) ->
                on(number, connection -> fail(connection, answer, detail));
        }
    }

    private void start() {
        if (phase == Phase.STOPPED) {
            backOff.forget();
            rejection = Notification.cease(Notification.CEASE_CONNECTION_REJECTED);
            run();
        }
    }

    private void stop(Notification notification, String text) {
        endAll(notification, new CloseReason.Stopped(text));
        phase = Phase.STOPPED;
        rejection = notification;
    }

    private void reset(Notification notification, Duration holdDown) {
        if (phase == Phase.STOPPED) {
            return;
        }
        endAll(notification, new CloseReason.Reset(notification));
        if (holdDown.isZero()) {
            phase = Phase.RUNNING;
            retryLater();
        } else {
            phase = Phase.BACKING_OFF;
            actions.add(new StartBackOff(holdDown));
        }
    }

    private void reconfigure(SessionConfig changed) {
        boolean anew = !config.needsReset(changed).isEmpty();
        config = changed;
        ourOpen = changed.open();
        if (anew) {
            reset(Notification.cease(Notification.CEASE_CONFIG_CHANGE), Duration.ZERO);
        } else if (changed.transport().passive()) {
            abortDial();
            actions.add(new StopRetryTimer());
        } else if (phase == Phase.RUNNING
                && !dialling
                && connections().findAny().isEmpty()) {
            dial();
        }
    }

    private void endAll(Notification notification, CloseReason reason) {
        connections().toList().forEach(connection -> {
            forget(connection);
            var told = connection.tellsHardResets() ? notification.asHardReset() : notification;
            actions.add(new Close(connection.number, told, reason));
            if (connection.isEstablished()) {
                actions.add(new SessionDown(connection.number, reason));
            }
        });
        abortDial();
        actions.add(new StopRetryTimer());
        actions.add(new StopBackOff());
    }

    private void run() {
        phase = Phase.RUNNING;
        if (!config.transport().passive()) {
            dial();
        }
    }

    private void dial() {
        dialling = true;
        actions.add(new Dial());
    }

    private void abortDial() {
        if (dialling) {
            dialling = false;
            actions.add(new AbortDial());
        }
    }

    private void retryLater() {
        if (!config.transport().passive()) {
            actions.add(new StartRetryTimer(backOff.jittered(config.timers().connectRetry())));
        }
    }

    private void backOff() {
        phase = Phase.BACKING_OFF;
        abortDial();
        actions.add(new StopRetryTimer());
        actions.add(new StartBackOff(backOff.next(config.timers().connectRetry())));
    }

    private void dialled(Link connection) {
        if (!dialling) {
            refuse(connection);
            return;
        }
        dialling = false;
        dialled = connection;
        arrived(connection, accepted);
    }

    private void dialFailed(String detail) {
        if (!dialling) {
            return;
        }
        dialling = false;
        actions.add(new AttemptFailed(new CloseReason.ConnectionLost(detail)));
        if (connections().findAny().isEmpty()) {
            retryLater();
        }
    }

    private void accepted(Link connection) {
        if (phase != Phase.RUNNING) {
            refuse(connection);
            return;
        }
        connections().filter(Link::mayBeRestarted).findFirst().ifPresent(this::restarted);
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
        actions.add(new StopRetryTimer());
        accepted = connection;
        arrived(connection, dialled);
    }

    /** The peer connects while its session is up: its old end is gone, and it may not even know (RFC 4724 section 4.2). */
    private void restarted(Link old) {
        forget(old);
        var reason = new CloseReason.Restarted();
        actions.add(new Close(old.number, null, reason));
        actions.add(new SessionDown(old.number, reason));
    }

    private void refuse(Link connection) {
        var reason = new CloseReason.NotificationSent(rejection, "no session is wanted now");
        actions.add(new Close(connection.number, rejection, reason));
        actions.add(new Refused(connection.number));
    }

    private void refuseForOther(Link connection) {
        giveUp(connection);
        actions.add(new Refused(connection.number));
    }

    /** Ends a connection in favour of the other. */
    private void giveUp(Link connection) {
        forget(connection);
        actions.add(new Close(
                connection.number, Notification.cease(Notification.CEASE_COLLISION), new CloseReason.Collision()));
    }

    /** A new connection, and the other one if there is one. */
    private void arrived(Link connection, @Nullable Link other) {
        if (other != null && other.isEstablished()) {
            refuseForOther(connection);
            return;
        }
        actions.add(new StartHoldTimer(connection.number, OPEN_HOLD_TIME));
        if (other == null || other.state != State.OPEN_CONFIRM) {
            sendOpen(connection);
        }
    }

    private void sendOpen(Link connection) {
        connection.state = State.OPEN_SENT;
        actions.add(new SendOpen(connection.number, ourOpen));
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
                    actions.add(new SendKeepalive(connection.number));
                    actions.add(new StartHoldTimer(connection.number, negotiated.holdTime()));
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
        actions.add(new StartKeepaliveTimer(connection.number, backOff.jittered(negotiated.keepalive())));
    }

    private @Nullable Link other(Link connection) {
        return connection == dialled ? accepted : dialled;
    }

    private void keepalive(Link connection) {
        var negotiated = connection.negotiated;
        if (negotiated == null) {
            return;
        }
        actions.add(new SendKeepalive(connection.number));
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
        actions.add(new StartHoldTimer(connection.number, negotiated.holdTime()));
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
        abortDial();
        actions.add(new SessionUp(connection.number, negotiated));
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
        actions.add(new StartHoldTimer(connection.number, negotiated.holdTime()));
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
                Next.RETRY);
    }

    private void fail(Link connection, Notification answer, String detail) {
        end(connection, answer, new CloseReason.NotificationSent(answer, detail), Next.BACK_OFF);
    }

    /** Ends one connection. Another that is there goes on; what comes after the last is {@code next}. */
    private void end(Link connection, @Nullable Notification notification, CloseReason reason, Next next) {
        forget(connection);
        actions.add(new Close(connection.number, notification, reason));
        if (connection.isEstablished()) {
            actions.add(new SessionDown(connection.number, reason));
        } else {
            actions.add(new AttemptFailed(reason));
        }
        var other = connections().findFirst().orElse(null);
        if (other != null) {
            release(other);
        } else if (next == Next.BACK_OFF) {
            backOff();
        } else if (!dialling) {
            retryLater();
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

    private Stream<Link> connections() {
        return Stream.of(dialled, accepted).filter(Objects::nonNull);
    }

    private void on(int number, Consumer<Link> what) {
        connections()
                .filter(connection -> connection.number == number)
                .findFirst()
                .ifPresent(what);
    }

    private String cause(Event event) {
        for (var action : actions) {
            if (action instanceof Close close) {
                return close.reason().toString();
            }
        }
        return event.text();
    }
}

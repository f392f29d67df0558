package ecmplab.bgp.session;

import ecmplab.bgp.session.Action.AbortDial;
import ecmplab.bgp.session.Action.AttemptFailed;
import ecmplab.bgp.session.Action.Close;
import ecmplab.bgp.session.Action.Dial;
import ecmplab.bgp.session.Action.Refused;
import ecmplab.bgp.session.Action.StartBackOff;
import ecmplab.bgp.session.Action.StartRetryTimer;
import ecmplab.bgp.session.Action.StateChanged;
import ecmplab.bgp.session.Action.StopBackOff;
import ecmplab.bgp.session.Action.StopRetryTimer;
import ecmplab.bgp.wire.Notification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The state machine of a neighbour (RFC 4271 section 8): an event in, actions out; no socket, no clock, no thread. It says when to dial and
 * whom to take; what happens on the connections is in {@link Links}.
 *
 * <p>Two things differ from the letter of section 8.2.2, to the same end. After a loss that no message caused, and after a Cease, the
 * neighbour waits in Active and not in Idle, so that a peer that comes back is let in at once. And a second connection that comes up
 * while the first is in OpenConfirm is held back without an OPEN until the first is decided: answering it at once lets both
 * sides close a connection each, and flap in lockstep.
 */
final class StateMachine implements Links.Owner {
    private enum Phase {
        STOPPED,
        BACKING_OFF,
        RUNNING
    }

    private SessionConfig config;
    private final BackOff backOff;
    private final Links links;

    private Phase phase = Phase.STOPPED;
    private boolean dialling;
    /** What a peer that connects is told while no session is wanted. */
    private Notification rejection = Notification.cease(Notification.CEASE_CONNECTION_REJECTED);

    private List<Action> actions = new ArrayList<>();

    StateMachine(SessionConfig config, RandomGenerator random) {
        this.config = config;
        this.backOff = new BackOff(random);
        this.links = new Links(config, backOff, this);
    }

    /** State of the connection that is furthest; without one, of the neighbour. */
    State state() {
        var best = links.stream().map(connection -> connection.state).max(State::compareTo);
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
                if (phase == Phase.RUNNING && !config.transport().passive() && !dialling && links.isEmpty()) {
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
            case Event.OfConnection on -> links.take(on);
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
        links.configure(changed);
        if (anew) {
            reset(Notification.cease(Notification.CEASE_CONFIG_CHANGE), Duration.ZERO);
        } else if (changed.transport().passive()) {
            abortDial();
            actions.add(new StopRetryTimer());
        } else if (phase == Phase.RUNNING && !dialling && links.isEmpty()) {
            dial();
        }
    }

    private void endAll(Notification notification, CloseReason reason) {
        links.endAll(notification, reason);
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
        links.dialled(connection);
    }

    private void dialFailed(String detail) {
        if (!dialling) {
            return;
        }
        dialling = false;
        actions.add(new AttemptFailed(new CloseReason.ConnectionLost(detail)));
        if (links.isEmpty()) {
            retryLater();
        }
    }

    private void accepted(Link connection) {
        if (phase != Phase.RUNNING) {
            refuse(connection);
            return;
        }
        actions.add(new StopRetryTimer());
        links.accepted(connection);
    }

    private void refuse(Link connection) {
        var reason = new CloseReason.NotificationSent(rejection, "no session is wanted now");
        actions.add(new Close(connection.number, rejection, reason));
        actions.add(new Refused(connection.number));
    }

    @Override
    public void act(Action action) {
        actions.add(action);
    }

    @Override
    public void settled() {
        abortDial();
    }

    @Override
    public void deserted(boolean forFault) {
        if (forFault) {
            backOff();
        } else if (!dialling) {
            retryLater();
        }
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

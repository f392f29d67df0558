package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Notification;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the state machine wants done, in order. */
sealed interface Action {
    /** Connect to the neighbour; answered by {@link Event.Dialled} or {@link Event.DialFailed}. */
    record Dial() implements Action {}

    /** Give up the connection being dialled; no answer follows. */
    record AbortDial() implements Action {}

    record StartRetryTimer(Duration after) implements Action {}

    record StopRetryTimer() implements Action {}

    record StartBackOff(Duration after) implements Action {}

    record StopBackOff() implements Action {}

    record SendOpen(int connection, Open open) implements Action {}

    record SendKeepalive(int connection) implements Action {}

    /** (Re)starts the connection's hold timer; zero stops it. */
    record StartHoldTimer(int connection, Duration after) implements Action {}

    /** Starts the connection's keepalive timer for once; zero: none. */
    record StartKeepaliveTimer(int connection, Duration after) implements Action {}

    /** Ends the connection and all its timers, after the notification if there is one. */
    record Close(int connection, @Nullable Notification notification, CloseReason reason) implements Action {}

    /** The session is established on the connection. */
    record SessionUp(int connection, Negotiated negotiated) implements Action {}

    /** The session that was established on the connection is over. */
    record SessionDown(int connection, CloseReason reason) implements Action {}

    /** A connection, or the attempt at one, ended before Established. */
    record AttemptFailed(CloseReason reason) implements Action {}

    /** A connection was not taken: stopped, backing off, or established already. */
    record Refused(int connection) implements Action {}

    record StateChanged(State from, State to, String cause) implements Action {}
}

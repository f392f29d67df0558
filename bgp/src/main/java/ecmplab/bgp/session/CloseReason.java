package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;
import java.time.Duration;

/** Why a session or an attempt at one ended. {@code toString} says it to a person. */
public sealed interface CloseReason {
    /**
     * Whether the routes of the families that the peer named may be kept until it is back (RFC 4724 section 4.2, RFC 8538 section 4):
     * after a loss without a NOTIFICATION, and where both sides agreed on it after one, but never after a hard reset, nor after what
     * we end on purpose.
     */
    default boolean keepsRoutes(Negotiated negotiated) {
        var restart = negotiated.peerRestart();
        if (restart == null || restart.families().isEmpty()) {
            return false;
        }
        return switch (this) {
            case ConnectionLost ignored -> true;
            case Restarted ignored -> true;
            case HoldTimerExpired ignored -> restart.notifications();
            case SendHoldTimerExpired ignored -> restart.notifications();
            case NotificationReceived(var notification) -> restart.notifications() && !notification.isHardReset();
            case NotificationSent(var notification, var ignored) ->
                restart.notifications() && notification.code() != Notification.CEASE;
            case Collision ignored -> false;
            case Stopped ignored -> false;
            case Reset ignored -> false;
        };
    }

    /** We found a fault and said so; {@code detail} says what was seen. */
    record NotificationSent(Notification notification, String detail) implements CloseReason {
        @Override
        public String toString() {
            return "sent NOTIFICATION " + notification + (detail.isEmpty() ? "" : ": " + detail);
        }
    }

    /** The peer ended it. */
    record NotificationReceived(Notification notification) implements CloseReason {
        @Override
        public String toString() {
            return "received NOTIFICATION " + notification;
        }
    }

    /** TCP ended it: closed by the peer, reset, timed out, or never connected. */
    record ConnectionLost(String detail) implements CloseReason {
        @Override
        public String toString() {
            return "TCP connection lost: " + detail;
        }
    }

    /** The peer connected anew while its session was up: it has restarted, and its end of the old connection is gone (RFC 4724). */
    record Restarted() implements CloseReason {
        @Override
        public String toString() {
            return "the peer restarted: it connected anew";
        }
    }

    /** Nothing was heard for the hold time (RFC 4271 section 6.5). */
    record HoldTimerExpired(Duration holdTime) implements CloseReason {
        @Override
        public String toString() {
            return "hold timer expired: nothing heard for " + holdTime.toSeconds() + " s";
        }
    }

    /** The peer took nothing of what we had to send for too long (RFC 9687). */
    record SendHoldTimerExpired(Duration sendHoldTime) implements CloseReason {
        @Override
        public String toString() {
            return "send hold timer expired: the peer read nothing for " + sendHoldTime.toSeconds() + " s";
        }
    }

    /** Another connection with the same peer was kept (RFC 4271 section 6.8). */
    record Collision() implements CloseReason {
        @Override
        public String toString() {
            return "connection collision: the other connection was kept";
        }
    }

    /** Stopped here; the neighbour stays down. The text went to the peer (RFC 9003). */
    record Stopped(String text) implements CloseReason {
        @Override
        public String toString() {
            return "administrative shutdown" + (text.isEmpty() ? "" : " \"" + text + "\"");
        }
    }

    /** Reset here; the neighbour is dialled again. */
    record Reset(Notification notification) implements CloseReason {
        @Override
        public String toString() {
            return "reset by us with NOTIFICATION " + notification;
        }
    }
}

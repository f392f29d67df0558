package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Notification;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What can happen to a neighbour (RFC 4271 section 8.1). What happens on a connection carries the connection's number, so that the end
 * of one that lost a collision cannot touch the other.
 */
sealed interface Event {
    /** What happened, for people. */
    default String text() {
        return switch (this) {
            case Start() -> "started";
            case Stop stop -> "stopped";
            case Reset reset -> "reset";
            case Reconfigured reconfigured -> "configuration changed";
            case RetryTimerExpired() -> "connect retry timer expired";
            case BackOffExpired() -> "back-off is over";
            case Dialled dialled -> "connected to the neighbour";
            case DialFailed(var detail) -> detail;
            case Accepted accepted -> "the neighbour connected";
            case Lost lost -> lost.detail();
            case HoldTimerExpired expired -> "hold timer expired";
            case KeepaliveTimerExpired expired -> "keepalive timer expired";
            case SendHoldTimerExpired expired -> "send hold timer expired";
            case OpenReceived(int number, var open) ->
                "OPEN from AS " + open.asn() + " id " + open.routerId() + " on connection " + number;
            case KeepaliveReceived received -> "KEEPALIVE received";
            case UpdateReceived received -> "UPDATE received";
            case RouteRefreshReceived received -> "ROUTE-REFRESH received";
            case NotificationReceived received -> "NOTIFICATION " + received.notification();
            case MalformedReceived malformed -> malformed.detail();
        };
    }

    /** ManualStart or AutomaticStart. */
    record Start() implements Event {}

    /** ManualStop; {@code text} went into the notification and is for people. */
    record Stop(Notification notification, String text) implements Event {}

    /** Ends all connections with the notification and starts again, after {@code holdDown} if that is more than zero. */
    record Reset(Notification notification, Duration holdDown) implements Event {}

    /** Another configuration of the same address. */
    record Reconfigured(SessionConfig config) implements Event {}

    /** ConnectRetryTimer_Expires. */
    record RetryTimerExpired() implements Event {}

    /** IdleHoldTimer_Expires. */
    record BackOffExpired() implements Event {}

    /** The connection that was asked for stands: Tcp_CR_Acked. */
    record Dialled(int connection, InetSocketAddress local, InetSocketAddress remote) implements Event {}

    /** The connection that was asked for did not come about. */
    record DialFailed(String detail) implements Event {}

    /** The neighbour connected to us: TcpConnectionConfirmed. */
    record Accepted(int connection, InetSocketAddress local, InetSocketAddress remote) implements Event {}

    /** What happens on a connection that stands. */
    sealed interface OfConnection extends Event {
        int connection();
    }

    /** TcpConnectionFails. */
    record Lost(int connection, String detail) implements OfConnection {}

    record HoldTimerExpired(int connection) implements OfConnection {}

    record KeepaliveTimerExpired(int connection) implements OfConnection {}

    /** SendHoldTimer_Expires (RFC 9687). */
    record SendHoldTimerExpired(int connection) implements OfConnection {}

    record OpenReceived(int connection, Open open) implements OfConnection {}

    record KeepaliveReceived(int connection) implements OfConnection {}

    record UpdateReceived(int connection) implements OfConnection {}

    record RouteRefreshReceived(int connection) implements OfConnection {}

    record NotificationReceived(int connection, Notification notification) implements OfConnection {}

    /** A header, OPEN or UPDATE that costs the session: BGPHeaderErr, BGPOpenMsgErr, UpdateMsgErr. */
    record MalformedReceived(int connection, Notification answer, String detail) implements OfConnection {}
}

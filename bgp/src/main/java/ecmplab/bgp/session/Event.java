package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Notification;
import java.net.InetSocketAddress;

/**
 * What can happen to a neighbour (RFC 4271 section 8.1). What happens on a connection carries the connection's number, so that the end
 * of one that lost a collision cannot touch the other.
 */
sealed interface Event {
    /** ManualStart or AutomaticStart. */
    record Start() implements Event {}

    /** ManualStop; {@code text} went into the notification and is for people. */
    record Stop(Notification notification, String text) implements Event {}

    /** Ends all connections with the notification and starts again. */
    record Reset(Notification notification) implements Event {}

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

    /** TcpConnectionFails. */
    record Lost(int connection, String detail) implements Event {}

    record HoldTimerExpired(int connection) implements Event {}

    record KeepaliveTimerExpired(int connection) implements Event {}

    /** SendHoldTimer_Expires (RFC 9687). */
    record SendHoldTimerExpired(int connection) implements Event {}

    record OpenReceived(int connection, Open open) implements Event {}

    record KeepaliveReceived(int connection) implements Event {}

    record UpdateReceived(int connection) implements Event {}

    record RouteRefreshReceived(int connection) implements Event {}

    record NotificationReceived(int connection, Notification notification) implements Event {}

    /** A header, OPEN or UPDATE that costs the session: BGPHeaderErr, BGPOpenMsgErr, UpdateMsgErr. */
    record MalformedReceived(int connection, Notification answer, String detail) implements Event {}
}

package ecmplab.bgp.monitor;

import ecmplab.bgp.session.CloseReason;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** BMP messages as octets (RFC 7854 section 4). */
final class BmpMessages {
    private static final int VERSION = 3;
    private static final int COMMON_HEADER = 6;
    private static final int LENGTH_AT = 1;

    static final int ROUTE_MONITORING = 0;
    private static final int STATISTICS_REPORT = 1;
    private static final int PEER_DOWN = 2;
    private static final int PEER_UP = 3;
    private static final int INITIATION = 4;
    private static final int TERMINATION = 5;

    private static final int SYSTEM_DESCRIPTION = 1;
    private static final int SYSTEM_NAME = 2;
    private static final int TERMINATION_REASON = 1;
    private static final int ADMINISTRATIVELY_CLOSED = 0;

    private static final int LOCAL_NOTIFICATION = 1;
    private static final int LOCAL_WITHOUT_NOTIFICATION = 2;
    private static final int REMOTE_NOTIFICATION = 3;
    private static final int REMOTE_WITHOUT_NOTIFICATION = 4;
    /** No event of the state machine of RFC 4271 says it. */
    private static final int NO_FSM_EVENT = 0;

    private BmpMessages() {}

    /** One counter or gauge of a statistics report; {@code value} is 4 or 8 octets, or 11 with a family in front. */
    record Statistic(int type, Octets value) {
        private static final int LOOPS = 5;
        private static final int ADJ_RIB_IN = 7;
        private static final int FAMILY_ADJ_RIB_IN = 9;

        /** Updates not used because our own AS was in their path. */
        static Statistic loops(long count) {
            return new Statistic(LOOPS, octets(Unpooled.buffer(4).writeInt((int) count)));
        }

        static Statistic routesReceived(long count) {
            return new Statistic(ADJ_RIB_IN, octets(Unpooled.buffer(8).writeLong(count)));
        }

        static Statistic routesReceived(int afi, int safi, long count) {
            var value = Unpooled.buffer(11).writeShort(afi).writeByte(safi).writeLong(count);
            return new Statistic(FAMILY_ADJ_RIB_IN, octets(value));
        }
    }

    static Octets initiation(String systemName, String systemDescription) {
        var out = begin(INITIATION);
        text(out, SYSTEM_DESCRIPTION, systemDescription);
        text(out, SYSTEM_NAME, systemName);
        return end(out);
    }

    static Octets termination() {
        var out = begin(TERMINATION);
        out.writeShort(TERMINATION_REASON).writeShort(2).writeShort(ADMINISTRATIVELY_CLOSED);
        return end(out);
    }

    static Octets peerUp(BmpPeer peer, Instant at, Octets sentOpen, Octets receivedOpen) {
        var out = begin(PEER_UP);
        peer.write(out, at);
        peer.writeLocalEnd(out);
        out.writeBytes(sentOpen.toArray()).writeBytes(receivedOpen.toArray());
        return end(out);
    }

    static Octets peerDown(BmpPeer peer, Instant at, CloseReason reason) {
        var out = begin(PEER_DOWN);
        peer.write(out, at);
        switch (reason) {
            case CloseReason.NotificationSent(var notification, var ignored) -> local(out, notification);
            case CloseReason.Reset(var notification) -> local(out, notification);
            case CloseReason.Stopped(var text) ->
                local(out, Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, text));
            case CloseReason.HoldTimerExpired ignored ->
                local(out, Notification.of(Notification.HOLD_TIMER_EXPIRED, 0));
            case CloseReason.SendHoldTimerExpired ignored ->
                local(out, Notification.of(Notification.SEND_HOLD_TIMER_EXPIRED, 0));
            case CloseReason.Collision() -> local(out, Notification.cease(Notification.CEASE_COLLISION));
            case CloseReason.NotificationReceived(var notification) -> {
                out.writeByte(REMOTE_NOTIFICATION);
                Framing.writeNotification(out, notification);
            }
            case CloseReason.ConnectionLost ignored -> out.writeByte(REMOTE_WITHOUT_NOTIFICATION);
            case CloseReason.Restarted ignored ->
                out.writeByte(LOCAL_WITHOUT_NOTIFICATION).writeShort(NO_FSM_EVENT);
        }
        return end(out);
    }

    private static void local(ByteBuf out, Notification notification) {
        out.writeByte(LOCAL_NOTIFICATION);
        Framing.writeNotification(out, notification);
    }

    /** @param update a whole UPDATE message; its reader index does not move */
    static Octets routeMonitoring(BmpPeer peer, Instant at, ByteBuf update) {
        var out = begin(ROUTE_MONITORING, update.readableBytes());
        peer.write(out, at);
        out.writeBytes(update, update.readerIndex(), update.readableBytes());
        return end(out);
    }

    static Octets statistics(BmpPeer peer, Instant at, List<Statistic> statistics) {
        var out = begin(STATISTICS_REPORT);
        peer.write(out, at);
        out.writeInt(statistics.size());
        for (var statistic : statistics) {
            out.writeShort(statistic.type()).writeShort(statistic.value().length());
            out.writeBytes(statistic.value().toArray());
        }
        return end(out);
    }

    private static ByteBuf begin(int type) {
        return begin(type, 0);
    }

    private static ByteBuf begin(int type, int expected) {
        var out = Unpooled.buffer(COMMON_HEADER + BmpPeer.HEADER + Math.max(expected, 64));
        return out.writeByte(VERSION).writeInt(0).writeByte(type);
    }

    private static Octets end(ByteBuf out) {
        out.setInt(LENGTH_AT, out.readableBytes());
        return octets(out);
    }

    private static Octets octets(ByteBuf out) {
        return Octets.of(ByteBufUtil.getBytes(out));
    }

    private static void text(ByteBuf out, int type, String text) {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        var shortened = octets.length > 255 ? Arrays.copyOf(octets, 255) : octets;
        out.writeShort(type).writeShort(shortened.length).writeBytes(shortened);
    }
}

package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection with a neighbour: frames what comes in, in place, and tells {@link ConnectedNeighbor}. All of it on the
 * neighbour's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the end of a channel is told to this handler
final class Connection extends ChannelInboundHandlerAdapter {
    private static final int FIRST_BUFFER = 16 << 10;

    private final ConnectedNeighbor neighbor;
    private final int number;
    private final SocketChannel channel;
    private final MessageTap.Ends ends;
    private final Outbound outbound;
    private final ConnectionTimers timers;

    private byte[] input = new byte[FIRST_BUFFER];
    private int end;
    private int longestMessage = Framing.STANDARD_MESSAGE;
    private boolean done;
    private long lastReadNanos;
    private Octets sentOpen = Octets.NONE;
    private Octets receivedOpen = Octets.NONE;

    private @Nullable EstablishedSession session;
    private @Nullable Inbound inbound;

    /** @param channel connected */
    Connection(ConnectedNeighbor neighbor, int number, SocketChannel channel) {
        this.neighbor = neighbor;
        this.number = number;
        this.channel = channel;
        this.ends = new MessageTap.Ends(neighbor, channel.localAddress(), channel.remoteAddress());
        this.outbound = new Outbound(neighbor, channel, ends);
        this.timers = new ConnectionTimers(neighbor.loop(), this, neighbor::step);
        this.lastReadNanos = neighbor.loop().ticker().nanoTime();
    }

    int number() {
        return number;
    }

    SocketChannel channel() {
        return channel;
    }

    MessageTap.Ends ends() {
        return ends;
    }

    Outbound outbound() {
        return outbound;
    }

    ConnectionTimers timers() {
        return timers;
    }

    @Nullable
    EstablishedSession session() {
        return session;
    }

    /** Time on the event loop of the last octet from the peer, or of the connection's beginning. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    void sendOpen(Open open) {
        var message = channel.alloc().buffer();
        open.encode(message);
        sentOpen = Octets.of(ByteBufUtil.getBytes(message));
        outbound.sendNow(message);
    }

    void sendKeepalive() {
        var message = channel.alloc().buffer(Framing.HEADER);
        Framing.writeKeepalive(message);
        outbound.sendNow(message);
    }

    /** From now on UPDATEs are decoded by what was negotiated. */
    EstablishedSession establish(Negotiated negotiated) {
        longestMessage = negotiated.maxMessageSize();
        var up = new EstablishedSession(neighbor, this, negotiated);
        session = up;
        inbound = new Inbound(this, neighbor, up);
        return up;
    }

    /** Tells the tap of the session on this connection. */
    void introduce(MessageTap tap) {
        var up = session;
        if (up != null) {
            tap.established(ends, up.negotiated(), sentOpen, receivedOpen);
        }
    }

    /** Ends the connection, after the notification if there is one; whatever comes in from now on is not looked at. */
    void finish(@Nullable Notification notification, boolean peerIsGone) {
        if (done) {
            return;
        }
        done = true;
        session = null;
        inbound = null;
        timers.stop();
        channel.config().setAutoRead(true);
        outbound.finish(notification, peerIsGone);
    }

    boolean isDone() {
        return done;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var buffer = (ByteBuf) message;
        try {
            if (!done) {
                take(buffer);
            }
        } finally {
            buffer.release();
        }
    }

    private void take(ByteBuf buffer) {
        int count = buffer.readableBytes();
        if (end + count > input.length) {
            input = Arrays.copyOf(input, Math.max(2 * input.length, end + count));
        }
        buffer.readBytes(input, end, count);
        end += count;
        lastReadNanos = neighbor.loop().ticker().nanoTime();
        neighbor.heard();
        int at = 0;
        while (!done) {
            int length = Framing.length(input, at, end - at, longestMessage);
            if (length == Framing.INCOMPLETE) {
                break;
            }
            if (length == Framing.FAULTY) {
                var answer = Framing.fault(input, at, end - at, longestMessage);
                deliver();
                neighbor.step(
                        new Event.MalformedReceived(number, answer, "malformed message header: " + answer.name()));
                break;
            }
            message(at, length);
            at += length;
        }
        System.arraycopy(input, at, input, 0, end - at);
        end -= at;
    }

    private void message(int at, int length) {
        int type = input[at + 18];
        neighbor.counters().received(type, length);
        if (neighbor.taps().isOn()) {
            var view = Unpooled.wrappedBuffer(input, at, length);
            neighbor.taps().message(ends, MessageTap.Direction.RECEIVED, view);
        }
        switch (type) {
            case Framing.UPDATE -> {
                if (inbound == null) {
                    neighbor.step(new Event.UpdateReceived(number)); // an error, or what makes the session
                }
                if (inbound != null) {
                    inbound.update(input, at, length);
                }
            }
            case Framing.KEEPALIVE -> neighbor.step(new Event.KeepaliveReceived(number));
            case Framing.OPEN -> {
                receivedOpen = Octets.copy(input, at, length);
                switch (Open.decode(input, at, length)) {
                    case Open.Outcome.Valid(var open) -> neighbor.step(new Event.OpenReceived(number, open));
                    case Open.Outcome.Malformed(var answer, var reason) ->
                        neighbor.step(new Event.MalformedReceived(number, answer, reason));
                }
            }
            case Framing.NOTIFICATION -> {
                deliver();
                var notification = Framing.readNotification(input, at, length);
                neighbor.step(new Event.NotificationReceived(number, notification));
            }
            case Framing.ROUTE_REFRESH -> {
                neighbor.step(new Event.RouteRefreshReceived(number));
                if (inbound != null) {
                    inbound.routeRefresh(input, at, length);
                }
            }
            default -> throw new IllegalStateException("framing let type " + type + " pass");
        }
    }

    private void deliver() {
        if (inbound != null) {
            inbound.deliver();
        }
    }

    void pauseReading() {
        channel.config().setAutoRead(false);
    }

    void resumeReading() {
        if (!done) {
            lastReadNanos = neighbor.loop().ticker().nanoTime();
            channel.config().setAutoRead(true);
        }
    }

    boolean isReadingPaused() {
        return !channel.config().isAutoRead();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        deliver();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        outbound.pump();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        lost("closed by the peer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            lost(String.valueOf(cause.getMessage()));
            channel.close();
        } else {
            neighbor.broke(this, cause); // which lets the peer read why
        }
    }

    private void lost(String detail) {
        if (!done) {
            deliver();
            neighbor.step(new Event.Lost(number, detail));
        }
        neighbor.gone(this);
    }
}

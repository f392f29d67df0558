package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection with a neighbour: frames and decodes what comes in, in place, and tells {@link ConnectedNeighbor}. All of it on
 * the neighbour's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the end of a channel is told to this handler
final class Connection extends ChannelInboundHandlerAdapter {
    private static final int FIRST_BUFFER = 16 << 10;
    /** Octets of a batch at which it is handed over before input is drained. */
    private static final long FULL_BATCH = 1 << 20;

    private final ConnectedNeighbor neighbor;
    private final int number;
    private final SocketChannel channel;
    private final Outbound outbound;
    private final ConnectionTimers timers;

    private byte[] input = new byte[FIRST_BUFFER];
    private int end;
    private int longestMessage = Framing.STANDARD_MESSAGE;
    private boolean done;
    private long lastReadNanos;

    private @Nullable EstablishedSession session;
    private @Nullable UpdateDecoder decoder;
    private RouteBatch batch = new RouteBatch();
    private final UpdateDecoder.Sink sink = new BatchSink();

    Connection(ConnectedNeighbor neighbor, int number, SocketChannel channel) {
        this.neighbor = neighbor;
        this.number = number;
        this.channel = channel;
        this.outbound = new Outbound(neighbor, channel);
        this.timers = new ConnectionTimers(neighbor.loop(), this, neighbor::step);
        this.lastReadNanos = neighbor.loop().ticker().nanoTime();
    }

    int number() {
        return number;
    }

    SocketChannel channel() {
        return channel;
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

    /** From now on UPDATEs are decoded by what was negotiated. */
    EstablishedSession establish(Negotiated negotiated) {
        longestMessage = negotiated.maxMessageSize();
        decoder = new UpdateDecoder(negotiated.isEbgp(), negotiated.fourOctetAs(), negotiated.families());
        var up = new EstablishedSession(neighbor, this, negotiated);
        session = up;
        return up;
    }

    /** Ends the connection, after the notification if there is one; whatever comes in from now on is not looked at. */
    void finish(@Nullable Notification notification, boolean peerIsGone) {
        if (done) {
            return;
        }
        done = true;
        session = null;
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
        switch (type) {
            case Framing.UPDATE -> update(at, length);
            case Framing.KEEPALIVE -> neighbor.step(new Event.KeepaliveReceived(number));
            case Framing.OPEN -> {
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
            case Framing.ROUTE_REFRESH -> routeRefresh(at, length);
            default -> throw new IllegalStateException("framing let type " + type + " pass");
        }
    }

    private void update(int at, int length) {
        if (session == null) {
            neighbor.step(new Event.UpdateReceived(number)); // an error, or what makes the session
        }
        var up = session;
        var updates = decoder;
        if (up == null || updates == null) {
            return;
        }
        var fault = updates.decode(input, at, length, sink);
        if (fault != null) {
            neighbor.malformed(up, fault);
            if (fault.cost() == MalformedUpdate.Cost.SESSION_RESET) {
                neighbor.step(new Event.MalformedReceived(number, fault.notification(), fault.toString()));
                return;
            }
        }
        if (batch.size() >= FULL_BATCH) {
            deliver();
        }
    }

    private void routeRefresh(int at, int length) {
        neighbor.step(new Event.RouteRefreshReceived(number));
        var up = session;
        if (up == null) {
            return;
        }
        int afi = BigEndian.uint16(input, at + Framing.HEADER);
        int subtype = input[at + Framing.HEADER + 2];
        int safi = input[at + Framing.HEADER + 3] & 0xFF;
        if (subtype != 0 || length != Framing.HEADER + 4) {
            return; // RFC 7313 marks and RFC 5291 filters, neither of which we offered
        }
        for (var family : up.negotiated().families()) {
            if (family.afi() == afi && family.safi() == safi) {
                deliver();
                neighbor.listener().routeRefresh(up, family);
            }
        }
    }

    /** Hands what was decoded to the listener. */
    private void deliver() {
        var up = session;
        if (up == null || batch.isEmpty()) {
            return;
        }
        var full = batch;
        batch = new RouteBatch();
        if (!neighbor.listener().routes(up, full)) {
            channel.config().setAutoRead(false);
        }
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
        } else {
            neighbor.broke(this, cause);
        }
        channel.close();
    }

    private void lost(String detail) {
        if (!done) {
            deliver();
            neighbor.step(new Event.Lost(number, detail));
        }
        neighbor.gone(this);
    }

    /** Fills the batch at hand. */
    private final class BatchSink implements UpdateDecoder.Sink {
        @Override
        public void attributes(byte[] octets, int from, int length) {
            batch.attributes(octets, from, length);
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            batch.reach(family, high, low, prefixLength, pathId);
        }

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            batch.unreach(family, high, low, prefixLength, pathId);
        }

        @Override
        public void endOfRib(AddressFamily family) {
            batch.endOfRib(family);
        }
    }
}

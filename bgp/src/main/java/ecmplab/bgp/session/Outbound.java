package ecmplab.bgp.session;

import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.socket.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What goes out on a connection. Routes wait in a queue of their own and enter the channel only while it is writable, so that other
 * messages pass them; the event loop owns all but {@link #accept} and the two questions.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the end of a channel is told to its handler
final class Outbound {
    /** Octets of routes that may wait before {@link #isWritable} is false, and at which it is true again. */
    private static final long HIGH_WATER = 1 << 20;

    private static final long LOW_WATER = HIGH_WATER / 4;
    /** How long a peer has to read our NOTIFICATION. Closing sooner, with its input unread, could reset the connection. */
    private static final long LINGER_MILLIS = 1000;

    private final ConnectedNeighbor neighbor;
    private final SocketChannel channel;
    private final MessageTap.Ends ends;
    private final Queue<ByteBuf> routes = new ArrayDeque<>();
    /** Octets of routes accepted and not yet written. */
    private final AtomicLong pending = new AtomicLong();
    /** Octets of all messages in the channel. */
    private long written;

    private long lastProgressNanos;
    private volatile boolean open = true;
    /** Set by whoever fills it up, before the loop hears of the octets that did: by then as many may have been written. */
    private volatile boolean owesWritable;

    Outbound(ConnectedNeighbor neighbor, SocketChannel channel, MessageTap.Ends ends) {
        this.ends = ends;
        this.neighbor = neighbor;
        this.channel = channel;
        this.lastProgressNanos = neighbor.loop().ticker().nanoTime();
    }

    /** Takes routes over; from any thread. False, and the buffer released, when closed or full. */
    boolean accept(ByteBuf messages) {
        if (!isWritable()) {
            messages.release();
            return false;
        }
        if (pending.addAndGet(messages.readableBytes()) >= HIGH_WATER) {
            owesWritable = true;
        }
        channel.eventLoop().execute(() -> enqueue(messages));
        return true;
    }

    boolean isWritable() {
        return open && pending.get() < HIGH_WATER;
    }

    long pendingOctets() {
        return pending.get();
    }

    /** Nanoseconds that something has waited in the channel without TCP taking any of it; 0 when nothing waits. */
    long stalledNanos(long now) {
        return written == 0 ? 0 : now - lastProgressNanos;
    }

    private void enqueue(ByteBuf messages) {
        if (!open) {
            messages.release();
            return;
        }
        routes.add(messages);
        pump();
    }

    /** Moves routes into the channel as far as it takes them. */
    void pump() {
        boolean wrote = false;
        while (open && channel.isWritable()) {
            var messages = routes.poll();
            if (messages == null) {
                break;
            }
            count(messages);
            write(messages, true);
            wrote = true;
        }
        if (wrote) {
            channel.flush();
        }
    }

    /** Sends one message ahead of the routes that wait. */
    void sendNow(ByteBuf message) {
        if (open) {
            count(message);
            write(message, false);
            channel.flush();
        } else {
            message.release();
        }
    }

    private void count(ByteBuf messages) {
        boolean tapped = neighbor.taps().isOn();
        int end = messages.writerIndex();
        for (int at = messages.readerIndex(); at < end; ) {
            int length = messages.getUnsignedShort(at + 16);
            neighbor.counters().sent(messages.getByte(at + 18), length);
            if (tapped) {
                neighbor.taps().message(ends, MessageTap.Direction.SENT, messages.slice(at, length));
            }
            at += length;
        }
    }

    private ChannelFuture write(ByteBuf messages, boolean areRoutes) {
        if (written == 0) {
            lastProgressNanos = neighbor.loop().ticker().nanoTime();
        }
        var promise = channel.newProgressivePromise();
        promise.addListener(new Taken(messages.readableBytes(), areRoutes));
        written += messages.readableBytes();
        return channel.write(messages, promise);
    }

    /** Follows one buffer through the channel: each part of it that TCP takes is progress, or a slow peer would look like a dead one. */
    private final class Taken implements ChannelProgressiveFutureListener {
        private final boolean areRoutes;
        private long left;

        Taken(long octets, boolean areRoutes) {
            left = octets;
            this.areRoutes = areRoutes;
        }

        @Override
        public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
            took(left - (total - progress));
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {
            took(left);
            if (future.isSuccess()) {
                neighbor.wrote();
            }
            if (areRoutes && open && owesWritable && pending.get() <= LOW_WATER) {
                owesWritable = false;
                // Filled up again just before: then what was set is cleared by now.
                if (!isWritable()) {
                    owesWritable = true;
                }
                neighbor.writable(Outbound.this);
            }
        }

        private void took(long octets) {
            left -= octets;
            written -= octets;
            lastProgressNanos = neighbor.loop().ticker().nanoTime();
            if (areRoutes) {
                pending.addAndGet(-octets);
            }
        }
    }

    /**
     * Sends the notification, shuts our side down and gives the peer a second to close its own.
     *
     * @param peerIsGone whether the peer is thought dead: TCP must not go on with it in the background
     */
    void finish(@Nullable Notification notification, boolean peerIsGone) {
        if (notification == null || !channel.isActive()) {
            close();
            channel.close();
            return;
        }
        var message = channel.alloc().buffer();
        Framing.writeNotification(message, notification);
        count(message);
        var sent = write(message, false);
        close();
        channel.flush();
        sent.addListener(result -> channel.shutdownOutput());
        var timeout = channel.eventLoop().schedule(() -> abort(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(result -> timeout.cancel(false));
        if (peerIsGone) {
            resetWhenClosed();
        }
    }

    private void resetWhenClosed() {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
    }

    /** Closes with a reset, so that the kernel keeps nothing of the connection. */
    private void abort() {
        resetWhenClosed();
        channel.close();
    }

    private void close() {
        open = false;
        for (var messages = routes.poll(); messages != null; messages = routes.poll()) {
            pending.addAndGet(-messages.readableBytes());
            messages.release();
        }
    }
}

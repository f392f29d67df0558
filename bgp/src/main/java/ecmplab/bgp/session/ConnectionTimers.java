package ecmplab.bgp.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hold, keepalive and send hold timer of one connection, on its event loop. They fire as events. */
final class ConnectionTimers {
    private final EventLoop loop;
    private final Connection connection;
    private final Consumer<Event> fired;

    private @Nullable Future<?> hold;
    private @Nullable Future<?> keepalive;
    private @Nullable Future<?> sendHold;
    private long holdNanos;
    private long holdFromNanos;

    ConnectionTimers(EventLoop loop, Connection connection, Consumer<Event> fired) {
        this.loop = loop;
        this.connection = connection;
        this.fired = fired;
    }

    /** Starts the hold timer; again with the same time is only a note of the moment, which the timer looks at when it fires. */
    void startHold(Duration after) {
        holdFromNanos = loop.ticker().nanoTime();
        if (after.toNanos() != holdNanos) {
            cancel(hold);
            hold = null;
            holdNanos = after.toNanos();
            if (holdNanos > 0) {
                hold = loop.schedule(this::checkHold, holdNanos, TimeUnit.NANOSECONDS);
            }
        }
    }

    /**
     * Once established, every octet is a sign of life, not only a whole message. While we do not read because the RIB is behind,
     * what the peer says waits unread, so its silence means nothing.
     */
    private void checkHold() {
        long now = loop.ticker().nanoTime();
        long heard = holdFromNanos;
        if (connection.session() != null) {
            heard = connection.isReadingPaused() ? now : Math.max(heard, connection.lastReadNanos());
        }
        long left = heard + holdNanos - now;
        if (left > 0) {
            hold = loop.schedule(this::checkHold, left, TimeUnit.NANOSECONDS);
        } else {
            fired.accept(new Event.HoldTimerExpired(connection.number()));
        }
    }

    void startKeepalive(Duration after) {
        cancel(keepalive);
        keepalive = null;
        if (!after.isZero()) {
            var event = new Event.KeepaliveTimerExpired(connection.number());
            keepalive = loop.schedule(() -> fired.accept(event), after.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Watches that the peer takes what is sent (RFC 9687). */
    void startSendHold(Duration limit) {
        if (limit.isZero()) {
            return;
        }
        long period = limit.toNanos() / 8;
        sendHold = loop.scheduleAtFixedRate(
                () -> {
                    if (connection.outbound().stalledNanos(loop.ticker().nanoTime()) >= limit.toNanos()) {
                        fired.accept(new Event.SendHoldTimerExpired(connection.number()));
                    }
                },
                period,
                period,
                TimeUnit.NANOSECONDS);
    }

    void stop() {
        cancel(hold);
        cancel(keepalive);
        cancel(sendHold);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}

package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Outlet;
import ecmplab.bgp.rib.Peer;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.session.Session;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One established session on its way into and out of the RIB. What it may have in the RIB's inbox is limited in octets: beyond that
 * the session stops reading and TCP pushes back.
 */
final class Exchange implements Outlet {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final long STOP_READING = 1 << 20;
    private static final long READ_ON = STOP_READING / 2;

    final InetAddress neighbor;
    final Session session;
    /** The RIB thread's; null until it has seen the session. */
    @Nullable
    Peer peer;

    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean paused = new AtomicBoolean();

    /** How long the neighbour stays down after it announced more routes than its limit. */
    private final Duration limitRestart;

    /** @param limitRestart null until somebody starts the neighbour again */
    Exchange(InetAddress neighbor, Session session, @Nullable Duration limitRestart) {
        this.neighbor = neighbor;
        this.session = session;
        this.limitRestart = limitRestart == null ? FOR_EVER : limitRestart;
    }

    /** On the RIB thread: the neighbour announced more routes than its limit; the session ends (RFC 4486 section 4). */
    void overLimit() {
        session.reset(Notification.cease(Notification.CEASE_MAX_PREFIXES), limitRestart);
    }

    /** On the event loop: the batch goes to the inbox. Returns whether the session is to read on. */
    boolean offered(RouteBatch batch) {
        if (waiting.addAndGet(batch.size()) <= STOP_READING) {
            return true;
        }
        paused.set(true);
        // The RIB thread may have taken everything before it could see that.
        return waiting.get() <= READ_ON && paused.compareAndSet(true, false);
    }

    /** On the RIB thread: the batch was taken from the inbox. */
    void taken(RouteBatch batch) {
        if (waiting.addAndGet(-batch.size()) <= READ_ON && paused.compareAndSet(true, false)) {
            session.resumeReading();
        }
    }

    @Override
    public boolean isWritable() {
        return session.isWritable();
    }

    @Override
    public boolean send(ByteBuf messages) {
        return session.send(messages);
    }
}

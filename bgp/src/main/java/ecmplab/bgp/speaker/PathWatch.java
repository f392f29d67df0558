package ecmplab.bgp.speaker;

import ecmplab.bgp.bfd.Bfd;
import ecmplab.bgp.bfd.BfdCounters;
import ecmplab.bgp.bfd.BfdEvent;
import ecmplab.bgp.bfd.BfdSession;
import ecmplab.bgp.bfd.BfdSnapshot;
import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.session.Session;
import ecmplab.bgp.wire.Notification;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches the paths to neighbours by BFD, and ends a BGP session at once when the path under it fails (RFC 5882 section 10.2) by
 * Cease/10 (RFC 9384). A neighbour is watched from its first established session on, when both addresses are known, and until it is
 * forgotten. A BFD session that is not up yet, or whose peer is administratively down, ends nothing. Any thread may call, and none waits.
 */
final class PathWatch implements AutoCloseable {
    private final Events events;
    private final Supplier<Bfd> opener;
    private final Map<InetAddress, Watched> watched = new HashMap<>();
    private final Object opening = new Object();
    private volatile @Nullable Bfd bfd;

    /** A neighbour's path, and the BGP session over it. */
    private static final class Watched {
        final InetAddress local;
        volatile BfdTimers timers;

        @Nullable
        BfdSession path;

        volatile Session session;

        Watched(InetAddress local, BfdTimers timers, Session session) {
            this.local = local;
            this.timers = timers;
            this.session = session;
        }
    }

    /** @param opener called when the first neighbour is to be watched */
    PathWatch(Events events, Supplier<Bfd> opener) {
        this.events = events;
        this.opener = opener;
    }

    /**
     * The neighbour's session is established.
     *
     * @param timers null when its path is not to be watched
     */
    synchronized void established(
            InetAddress neighbor, InetAddress local, Session session, @Nullable BfdTimers timers) {
        var known = watched.get(neighbor);
        if (known != null && timers != null && known.local.equals(local)) {
            known.session = session;
            change(known, timers);
            return;
        }
        forget(neighbor);
        if (timers != null) {
            var fresh = new Watched(local, timers, session);
            watched.put(neighbor, fresh);
            Thread.ofPlatform().daemon().name("bfd-begin").start(() -> begin(neighbor, fresh));
        }
    }

    /** Opening sockets is nothing for an event loop. */
    private void begin(InetAddress neighbor, Watched fresh) {
        try {
            var path = thread().watch(
                            fresh.local, neighbor, fresh.timers, (ignored, event) -> changed(neighbor, fresh, event));
            adopt(neighbor, fresh, path);
        } catch (UncheckedIOException | IllegalArgumentException | IllegalStateException refused) {
            events.tell(at -> new SpeakerEvent.BfdRefused(at, neighbor, String.valueOf(refused.getMessage())));
        }
    }

    private Bfd thread() {
        synchronized (opening) {
            var thread = bfd;
            if (thread == null) {
                thread = opener.get();
                bfd = thread;
            }
            return thread;
        }
    }

    private synchronized void adopt(InetAddress neighbor, Watched fresh, BfdSession path) {
        fresh.path = path;
        path.configure(fresh.timers); // they may have changed meanwhile
        if (!fresh.equals(watched.get(neighbor))) {
            path.close();
        }
    }

    private static void change(Watched known, BfdTimers timers) {
        var path = known.path;
        boolean same = known.timers.equals(timers);
        known.timers = timers;
        if (path != null && !same) {
            path.configure(timers);
        }
    }

    /** Tells the neighbour AdminDown. */
    synchronized void forget(InetAddress neighbor) {
        var known = watched.remove(neighbor);
        if (known != null && known.path instanceof BfdSession path) {
            path.close();
        }
    }

    /** On the BFD thread. */
    private void changed(InetAddress neighbor, Watched known, BfdEvent event) {
        if (event.isFailure()) {
            known.session.reset(Notification.cease(Notification.CEASE_BFD_DOWN));
        }
        events.tell(at -> new SpeakerEvent.BfdChanged(at, neighbor, event));
    }

    List<BfdSnapshot> sessions() {
        var open = bfd;
        return open == null ? List.of() : open.sessions();
    }

    /** Empty while no neighbour was watched. */
    Optional<BfdCounters> counters() {
        return Optional.ofNullable(bfd).map(Bfd::counters);
    }

    @Override
    public void close() {
        var open = bfd;
        if (open != null) {
            open.close();
        }
    }
}

package ecmplab.router.divergence;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.divergence.Divergence.Kind;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The divergences that are open, as one who watches finds them. One thread (at a time) writes, any reads. At most {@value #LIMIT} are kept,
 * further ones are counted.
 */
public final class Divergences {
    public static final int LIMIT = 65_536;

    /** Told on the thread that found it. */
    public interface Listener {
        void diverged(Divergence divergence);

        /** It is as it should be again, or is not wanted any more. */
        void converged(Divergence divergence);
    }

    /**
     * @param open now
     * @param raised since the start
     * @param elided that found no room
     */
    public record Counters(int open, long raised, long cleared, long elided) {
        public Counters plus(Counters other) {
            return new Counters(
                    open + other.open, raised + other.raised, cleared + other.cleared, elided + other.elided);
        }
    }

    private final ConcurrentSkipListMap<Prefix, Divergence> open = new ConcurrentSkipListMap<>();
    private final AtomicLong raised = new AtomicLong();
    private final AtomicLong cleared = new AtomicLong();
    private final AtomicLong elided = new AtomicLong();
    private final Listener listener;
    private final InstantSource wall;

    public Divergences(Listener listener, InstantSource wall) {
        this.listener = listener;
        this.wall = wall;
    }

    /** Told once, until it is of another kind or {@link #clear cleared}. */
    public void raise(Prefix prefix, Kind kind, String detail) {
        var known = open.get(prefix);
        if (known != null && known.kind() == kind && known.detail().equals(detail)) {
            return;
        }
        if (known == null && open.size() >= LIMIT) {
            elided.incrementAndGet();
            return;
        }
        var divergence = new Divergence(prefix, kind, detail, wall.instant());
        open.put(prefix, divergence);
        raised.incrementAndGet();
        listener.diverged(divergence);
    }

    public void clear(Prefix prefix) {
        if (open.isEmpty()) {
            return;
        }
        var gone = open.remove(prefix);
        if (gone != null) {
            cleared.incrementAndGet();
            listener.converged(gone);
        }
    }

    public Optional<Divergence> of(Prefix prefix) {
        return Optional.ofNullable(open.get(prefix));
    }

    /** In the order of prefixes. */
    public List<Divergence> all() {
        return List.copyOf(open.values());
    }

    public Counters counters() {
        return new Counters(open.size(), raised.get(), cleared.get(), elided.get());
    }
}

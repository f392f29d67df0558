package ecmplab.lab.show;

import ecmplab.bgp.rib.BestChange;
import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.speaker.SpeakerListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands what happens to a speaker to whoever listens just now. It never slows the speaker: while nobody listens an event costs a look
 * at an empty list, otherwise a place in a bounded queue by listener; a listener that does not keep up is told how many it lost.
 */
public final class EventFeed implements SpeakerListener {
    private static final int MOST_ITEMS = 1 << 14;
    private static final int MOST_ROUTES = 1 << 16;

    private final InstantSource clock;
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

    public EventFeed(InstantSource clock) {
        this.clock = clock;
    }

    /** What a listener is handed. */
    sealed interface Item {
        /** How many events this stands for. */
        int count();
    }

    record Event(SpeakerEvent event) implements Item {
        @Override
        public int count() {
            return 1;
        }
    }

    /** Next hops of these prefixes changed, in one pass of the RIB. */
    record Routes(Instant at, List<RouteListener.Change> changes) implements Item {
        @Override
        public int count() {
            return changes.size();
        }
    }

    /** Best paths of these prefixes changed, in one pass of the RIB. */
    record BestPaths(Instant at, List<BestChange> changes) implements Item {
        @Override
        public int count() {
            return changes.size();
        }
    }

    /** {@inheritDoc} Any thread; never waits. */
    @Override
    public void on(SpeakerEvent event) {
        if (!subscriptions.isEmpty()) {
            subscriptions.forEach(subscription -> subscription.offer(new Event(event)));
        }
    }

    /** The listener, and this feed. */
    public SpeakerListener events(SpeakerListener listener) {
        return event -> {
            listener.on(event);
            on(event);
        };
    }

    /** The listener, and this feed. */
    public RouteListener routes(RouteListener listener) {
        return new RouteListener() {
            @Override
            public boolean isListening() {
                return listener.isListening() || any(false);
            }

            @Override
            public boolean isFollowing() {
                return listener.isFollowing() || any(true);
            }

            @Override
            public void bestChanged(List<BestChange> changes, long lost) {
                listener.bestChanged(changes, lost);
                tell(true, new BestPaths(clock.instant(), changes), lost);
            }

            @Override
            public void changed(List<Change> changes) {
                listener.changed(changes);
                if (!subscriptions.isEmpty()) {
                    tell(false, new Routes(clock.instant(), changes), 0);
                }
            }
        };
    }

    private boolean any(boolean follows) {
        for (var subscription : subscriptions) {
            if (subscription.follows == follows) {
                return true;
            }
        }
        return false;
    }

    private void tell(boolean follows, Item item, long lost) {
        for (var subscription : subscriptions) {
            if (subscription.follows == follows) {
                subscription.offer(item);
                subscription.lost.addAndGet(lost);
            }
        }
    }

    /** Begins to listen to events and changes of next hops, until closed. */
    Subscription subscribe() {
        return add(false);
    }

    /** Begins to listen to events and changes of best paths, until closed. The speaker is to be asked to {@link Speaker#follow}. */
    Subscription follow() {
        return add(true);
    }

    private Subscription add(boolean follows) {
        var subscription = new Subscription(follows);
        subscriptions.add(subscription);
        return subscription;
    }

    /** One listener's queue. */
    final class Subscription implements AutoCloseable {
        private final boolean follows;
        private final ArrayBlockingQueue<Item> items = new ArrayBlockingQueue<>(MOST_ITEMS);
        private final AtomicInteger waiting = new AtomicInteger();
        private final AtomicLong lost = new AtomicLong();

        private Subscription(boolean follows) {
            this.follows = follows;
        }

        private void offer(Item item) {
            int count = item.count();
            if (waiting.addAndGet(count) > MOST_ROUTES || !items.offer(item)) {
                waiting.addAndGet(-count);
                lost.addAndGet(count);
            }
        }

        /** The next item; empty when none came in time. */
        Optional<Item> next(Duration patience) throws InterruptedException {
            var item = items.poll(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
            if (item != null) {
                waiting.addAndGet(-item.count());
            }
            return Optional.ofNullable(item);
        }

        /** Events that found the queue full since this was asked last. */
        long takeLost() {
            return lost.getAndSet(0);
        }

        @Override
        public void close() {
            subscriptions.remove(this);
        }
    }
}

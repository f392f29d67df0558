package ecmplab.bgp.monitor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for a thread that writes it to somewhere slow, limited in octets. Any thread may call. */
final class Backlog<T> {
    private record Waiting<T>(T item, int octets) {}

    private final long mostOctets;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Waiting<T>> items = new ArrayDeque<>();
    private long octets;
    private boolean woken;

    Backlog(long mostOctets) {
        this.mostOctets = mostOctets;
    }

    /** Whether it was taken: not when it does not fit. Never waits for long. */
    boolean offer(T item, int size) {
        lock.lock();
        try {
            if (octets + size > mostOctets) {
                return false;
            }
            octets += size;
            items.add(new Waiting<>(item, size));
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next item; null when there was none for so long, or {@link #wake} was called. */
    @Nullable
    T take(Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (items.isEmpty() && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            var next = items.poll();
            if (next == null) {
                return null;
            }
            octets -= next.octets();
            return next.item();
        } finally {
            lock.unlock();
        }
    }

    /** Ends a wait, now or when it begins. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return items.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    long octets() {
        lock.lock();
        try {
            return octets;
        } finally {
            lock.unlock();
        }
    }
}

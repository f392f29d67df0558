package ecmplab.ovsdb.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Named locks: who holds each, and who waits for it in turn (RFC 7047 section 4.1.8). Belongs to the database thread. */
final class Locks {
    private final Map<String, Deque<Session>> queues = new HashMap<>();

    boolean holds(Session session, String lock) {
        var queue = queues.get(lock);
        return queue != null && queue.peekFirst() == session;
    }

    boolean isQueued(Session session, String lock) {
        return queues.getOrDefault(lock, new ArrayDeque<>()).contains(session);
    }

    /** Returns whether the lock is held at once; else the session has its turn later. */
    boolean lock(Session session, String lock) {
        var queue = queues.computeIfAbsent(lock, ignored -> new ArrayDeque<>());
        queue.addLast(session);
        return queue.peekFirst() == session;
    }

    /** Takes the lock and returns whom it was taken from; that session keeps its request and waits again. */
    @Nullable
    Session steal(Session session, String lock) {
        var queue = queues.computeIfAbsent(lock, ignored -> new ArrayDeque<>());
        var victim = queue.peekFirst();
        queue.addFirst(session);
        return victim;
    }

    /** Returns who has the lock now and had not before, if anybody. */
    @Nullable
    Session unlock(Session session, String lock) {
        var queue = queues.get(lock);
        if (queue == null) {
            return null;
        }
        boolean held = queue.peekFirst() == session;
        queue.remove(session);
        if (queue.isEmpty()) {
            queues.remove(lock);
            return null;
        }
        return held ? queue.peekFirst() : null;
    }
}

package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Rib;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Watches for the moment when TCP has taken what was announced and withdrawn of our own, for every established neighbour. */
final class FlushWatch {
    /** Told of prefixes that are out, to so many peers. */
    @FunctionalInterface
    interface Listener {
        void flushed(List<Prefix> prefixes, int peers);
    }

    /** Changes beyond that many at once are not told of one by one. */
    private static final int MOST_PREFIXES = 100_000;

    private final Set<Prefix> next = new LinkedHashSet<>();
    private final List<Prefix> watched = new ArrayList<>();
    private final List<Exchange> waitedFor = new ArrayList<>();
    private int peers;

    void add(Prefix prefix) {
        if (next.size() < MOST_PREFIXES) {
            next.add(prefix);
        }
    }

    /** After a pass: whether to look again soon. */
    boolean check(Rib rib, List<Exchange> up, Listener listener) {
        if (watched.isEmpty() && !next.isEmpty()) {
            watched.addAll(next);
            next.clear();
            waitedFor.addAll(up);
            peers = up.size();
        }
        if (watched.isEmpty()) {
            return false;
        }
        waitedFor.removeIf(exchange -> {
            var peer = exchange.peer;
            return peer == null || (rib.isUpToDate(peer) && exchange.session.pendingOctets() == 0);
        });
        if (waitedFor.isEmpty()) {
            listener.flushed(watched, peers);
            watched.clear();
        }
        return !watched.isEmpty() || !next.isEmpty();
    }
}

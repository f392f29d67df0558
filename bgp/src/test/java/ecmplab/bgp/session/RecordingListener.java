package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Remembers what a neighbour told, in order, as text and as values. */
final class RecordingListener implements SessionListener {
    final List<String> calls = new CopyOnWriteArrayList<>();
    /** Announcements counted; the first thousand in {@link #reached}. */
    final AtomicInteger reachedCount = new AtomicInteger();

    final List<Prefix> reached = new CopyOnWriteArrayList<>();
    final List<Prefix> unreached = new CopyOnWriteArrayList<>();
    final List<AddressFamily> endsOfRib = new CopyOnWriteArrayList<>();
    final List<AddressFamily> refreshes = new CopyOnWriteArrayList<>();
    final List<CloseReason> closes = new CopyOnWriteArrayList<>();
    final List<CloseReason> failures = new CopyOnWriteArrayList<>();
    final List<MalformedUpdate> faults = new CopyOnWriteArrayList<>();
    volatile @Nullable Session session;
    volatile boolean takesMore = true;

    /** The session that is up. */
    Session up() {
        var up = session;
        if (up == null) {
            throw new AssertionError("no session is up; so far: " + calls);
        }
        return up;
    }

    /** Sends it again and again, as long as the session takes more. */
    void sendAll(byte[] octets) {
        var up = session;
        while (up != null && up.isWritable()) {
            up.send(Unpooled.copiedBuffer(octets));
        }
    }

    boolean isUp() {
        return session != null;
    }

    @Override
    public void established(Session established, Negotiated negotiated) {
        calls.add("established");
        session = established;
    }

    @Override
    public boolean routes(Session from, RouteBatch batch) {
        calls.add("routes " + batch.routes());
        batch.replay(new RouteBatch.Sink() {
            @Override
            public void attributes(byte[] octets, int at, int length) {}

            @Override
            public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
                if (reachedCount.getAndIncrement() < 1000) {
                    reached.add(new Prefix(family, high, low, prefixLength));
                }
            }

            @Override
            public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
                unreached.add(new Prefix(family, high, low, prefixLength));
            }

            @Override
            public void endOfRib(AddressFamily family) {
                endsOfRib.add(family);
            }
        });
        return takesMore;
    }

    @Override
    public void routeRefresh(Session from, AddressFamily family) {
        refreshes.add(family);
    }

    @Override
    public void refreshBegins(Session from, AddressFamily family) {
        calls.add("refresh begins");
    }

    @Override
    public void refreshEnds(Session from, AddressFamily family) {
        calls.add("refresh ends");
    }

    @Override
    public void closed(Session over, CloseReason reason) {
        calls.add("closed");
        closes.add(reason);
        session = null;
    }

    @Override
    public void writable(Session again) {
        calls.add("writable");
    }

    @Override
    public void stateChanged(Neighbor neighbor, State from, State to, String cause) {
        calls.add(from + ">" + to);
    }

    @Override
    public void attemptFailed(Neighbor neighbor, CloseReason reason) {
        failures.add(reason);
    }

    @Override
    public void malformed(Session of, MalformedUpdate fault) {
        faults.add(fault);
    }
}

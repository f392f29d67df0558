package ecmplab.bgp.session;

import ecmplab.bgp.session.SessionSnapshot.MessageCounts;
import ecmplab.bgp.wire.Framing;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counters of a neighbour: written by its event loop alone, at the price of a plain store, and read by any thread. */
final class Counters {
    private static final int OCTETS = 0;
    private static final int TYPES = 8;
    private static final int SENT = TYPES;

    static final int CONNECT_ATTEMPTS = 16;
    static final int ACCEPTED = 17;
    static final int REFUSED = 18;
    static final int ESTABLISHED = 19;
    static final int DISCARDED_ATTRIBUTES = 20;
    static final int TREATED_AS_WITHDRAW = 21;
    /** When something was last read and written, in milliseconds since the epoch; 0 for never. */
    static final int LAST_READ_MILLIS = 22;

    static final int LAST_WRITE_MILLIS = 23;
    private static final int COUNT = 24;

    private final AtomicLongArray values = new AtomicLongArray(COUNT);

    void increment(int counter) {
        values.setOpaque(counter, values.getPlain(counter) + 1);
    }

    void set(int counter, long value) {
        values.setOpaque(counter, value);
    }

    void received(int type, int octets) {
        increment(type);
        values.setOpaque(OCTETS, values.getPlain(OCTETS) + octets);
    }

    void sent(int type, int octets) {
        increment(SENT + type);
        values.setOpaque(SENT + OCTETS, values.getPlain(SENT + OCTETS) + octets);
    }

    long get(int counter) {
        return values.getOpaque(counter);
    }

    MessageCounts received() {
        return counts(0);
    }

    MessageCounts sent() {
        return counts(SENT);
    }

    private MessageCounts counts(int from) {
        return new MessageCounts(
                get(from + Framing.OPEN),
                get(from + Framing.UPDATE),
                get(from + Framing.NOTIFICATION),
                get(from + Framing.KEEPALIVE),
                get(from + Framing.ROUTE_REFRESH),
                get(from + OCTETS));
    }
}

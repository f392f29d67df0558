package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The faults of the message at hand: the strongest, of which the first (RFC 7606 section 3 h), and all for who wants them. */
final class FaultLog {
    private int message;
    private @Nullable MalformedUpdate strongest;
    private @Nullable List<MalformedUpdate> all;

    /** @param messageStart where the marker is; fault offsets count from there */
    void begin(int messageStart) {
        message = messageStart;
        strongest = null;
    }

    /** From now on every fault is also added to {@code faults}; null ends that. */
    void copyTo(@Nullable List<MalformedUpdate> faults) {
        all = faults;
    }

    void add(Cost cost, int type, int subcode, int at, Octets data, String reason, String rule) {
        if (all == null && strongest != null && cost.compareTo(strongest.cost()) <= 0) {
            return;
        }
        var notification = new Notification(Notification.UPDATE_ERROR, subcode, data);
        var fault = new MalformedUpdate(cost, type, reason, rule, at - message, notification);
        if (all != null) {
            all.add(fault);
        }
        if (strongest == null || cost.compareTo(strongest.cost()) > 0) {
            strongest = fault;
        }
    }

    @Nullable
    MalformedUpdate strongest() {
        return strongest;
    }

    boolean costs(Cost cost) {
        return strongest != null && strongest.cost() == cost;
    }
}

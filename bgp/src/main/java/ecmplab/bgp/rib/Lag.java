package ecmplab.bgp.rib;

import java.util.ArrayList;
import java.util.List;

/**
 * What a member that does not follow its update group still has to be told: a bit for each prefix that changed meanwhile. It will
 * be told what is so then, so however far it is behind, this does not grow. A new peer begins with one, for the whole table.
 */
final class Lag {
    final IdSet pending = new IdSet();
    /** By place of the group's tables: prefixes in {@link #pending} that the member was told a route for. */
    private final List<IdSet> announced = new ArrayList<>();
    /** Whether the member is told that this is all of the table, before and after (RFC 7313), and whether it was told that it begins. */
    boolean isDemarcated;

    boolean hasBegun;
    /** Where to look for the next pending prefix. */
    int next;
    /** Whether End-of-RIB follows, because this is the first table. */
    final boolean isInitial;

    Lag(boolean isInitial) {
        this.isInitial = isInitial;
    }

    /** Whether the member was told a route for the prefix. */
    void setAnnounced(int place, int prefix, boolean told) {
        while (told && announced.size() <= place) {
            announced.add(new IdSet());
        }
        if (told) {
            announced.get(place).add(prefix);
        } else {
            settle(place, prefix);
        }
    }

    boolean isAnnounced(int place, int prefix) {
        return place < announced.size() && announced.get(place).contains(prefix);
    }

    /** The member is told what is so now. */
    void settle(int place, int prefix) {
        if (place < announced.size()) {
            announced.get(place).remove(prefix);
        }
    }
}

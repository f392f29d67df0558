package ecmplab.mux.forward;

import ecmplab.mux.table.EndpointId;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Small numbers for the members of endpoints, as flow tables store them. A member keeps its number from plan to plan. A number of
 * one that left is given to another only when no flow table can hold it any more.
 */
final class MemberNumbers {
    /** More are refused: the arrays of a plan are bounded. */
    static final int MOST = 1 << 18;

    record Key(EndpointId endpoint, String member) {}

    /** @param serial of the first plan without the member */
    private record Left(int number, long serial) {}

    private final Map<Key, Integer> present = new HashMap<>();
    private final Map<Key, Left> left = new HashMap<>();
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private int limit;

    /** Numbers given are below this. */
    int limit() {
        return limit;
    }

    /** The number of a member, new or as before; -1 when all are in use. */
    int of(Key key) {
        var number = present.get(key);
        if (number == null) {
            var returning = left.remove(key);
            number = returning != null ? Integer.valueOf(returning.number) : next();
            if (number >= 0) {
                present.put(key, number);
            }
        }
        return number;
    }

    private int next() {
        var freed = free.poll();
        return freed != null ? freed : limit < MOST ? limit++ : -1;
    }

    /** Members other than these left with plan {@code serial}. */
    void retain(Set<Key> members, long serial) {
        present.entrySet().removeIf(entry -> {
            boolean gone = !members.contains(entry.getKey());
            if (gone) {
                left.put(entry.getKey(), new Left(entry.getValue(), serial));
            }
            return gone;
        });
    }

    /** Flow tables have been purged of members that are not in plan {@code serial}. */
    void purged(long serial) {
        left.values().removeIf(gone -> {
            boolean reusable = gone.serial <= serial;
            if (reusable) {
                free.add(gone.number);
            }
            return reusable;
        });
    }
}

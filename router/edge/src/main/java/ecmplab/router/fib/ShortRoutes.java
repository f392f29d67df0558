package ecmplab.router.fib;

import java.util.HashMap;
import java.util.Map;

/** Prefixes of 0 to 16 bits and their groups. Belongs to a writer. */
final class ShortRoutes {
    /** A one, then the bits of the prefix, to group. */
    private final Map<Integer, Integer> groups = new HashMap<>();

    /**
     * @param first16 of the prefix
     * @return by how many prefixes there are more: 1, 0 or -1
     */
    int change(int first16, int length, int group) {
        int key = key(first16, length);
        var before = group == Fib.NO_ROUTE ? groups.remove(key) : groups.put(key, group);
        return (group == Fib.NO_ROUTE ? 0 : 1) - (before == null ? 0 : 1);
    }

    /** The group of the longest prefix over these 16 bits. */
    int match(int first16) {
        for (int length = 16; length >= 0; length--) {
            var group = groups.get(key(first16, length));
            if (group != null) {
                return group;
            }
        }
        return Fib.NO_ROUTE;
    }

    private static int key(int first16, int length) {
        return 1 << length | first16 >>> (16 - length);
    }
}

package ecmplab.lab.show;

import ecmplab.bgp.speaker.OrderedRoutes;
import java.io.IOException;
import java.util.List;

/** Hands out tables in order, page by page. */
final class Pages {
    /** Prefixes asked for at once: a moment of the RIB thread, which then takes what sessions received. */
    private static final int PAGE = 512;

    private Pages() {}

    /** Takes a page. */
    interface Taker<T> {
        void take(List<T> page) throws IOException;
    }

    /**
     * One table after the other.
     *
     * @param limit routes at most, of all
     * @return whether there would have been more
     */
    static <T> boolean write(List<OrderedRoutes<T>> tables, long limit, Taker<T> taker) throws IOException {
        long left = limit;
        for (var table : tables) {
            while (true) {
                var page = table.next(PAGE, left == Long.MAX_VALUE ? left : left + 1);
                if (page.isEmpty()) {
                    break;
                }
                if (left < page.size()) {
                    taker.take(page.stream().limit(left).toList());
                    return true;
                }
                taker.take(page);
                left -= left == Long.MAX_VALUE ? 0 : page.size();
            }
        }
        return false;
    }
}

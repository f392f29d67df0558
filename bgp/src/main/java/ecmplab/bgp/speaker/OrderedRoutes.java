package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Rib;
import ecmplab.bgp.rib.RibScan;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A table in order of prefix, a page at a time. It is no snapshot: what changes before its page is asked for is shown as it is then.
 * Neither the table nor its keys are copied: the RIB is scanned for the lowest {@value RibScan#MOST} prefixes, once for so many that are
 * shown, in pieces between which sessions go on. For one thread, any but the RIB's.
 *
 * @param <T> a prefix may have several
 */
public final class OrderedRoutes<T> {
    private final RibThread thread;
    private final AddressFamily family;
    private final BiPredicate<Rib, RibScan> piece;
    private final BiFunction<Rib, List<Prefix>, List<T>> look;
    private RibScan.@Nullable Found found;
    private int shown;

    /**
     * @param piece has the scan look at another piece, and says whether that was the last
     * @param look what there is of the prefixes now, in their order
     */
    OrderedRoutes(
            RibThread thread,
            AddressFamily family,
            BiPredicate<Rib, RibScan> piece,
            BiFunction<Rib, List<Prefix>, List<T>> look) {
        this.thread = thread;
        this.family = family;
        this.piece = piece;
        this.look = look;
    }

    /**
     * Those of the next prefixes, of which there are at most {@code most}; empty when there are no more.
     *
     * @param likely how many prefixes will be asked for in all from here on: fewer are found sooner
     */
    public List<T> next(int most, long likely) {
        while (true) {
            var prefixes = prefixes(most, likely);
            if (prefixes.isEmpty()) {
                return List.of();
            }
            var routes = thread.ask(rib -> look.apply(rib, prefixes));
            if (!routes.isEmpty()) {
                return routes;
            }
        }
    }

    private List<Prefix> prefixes(int most, long likely) {
        var known = found;
        if (known == null) {
            known = scan(null, likely);
        } else if (shown == known.size() && known.isCut()) {
            known = scan(known.get(known.size() - 1), likely);
        }
        var prefixes = new ArrayList<Prefix>();
        while (prefixes.size() < most && shown < known.size()) {
            prefixes.add(known.get(shown++));
        }
        return prefixes;
    }

    private RibScan.Found scan(@Nullable Prefix above, long likely) {
        var scan = new RibScan(family, Math.clamp(likely, 1, RibScan.MOST), above);
        while (!thread.ask(rib -> piece.test(rib, scan))) {
            // The next piece: the RIB has taken what came in meanwhile.
        }
        var now = scan.found();
        found = now;
        shown = 0;
        return now;
    }
}

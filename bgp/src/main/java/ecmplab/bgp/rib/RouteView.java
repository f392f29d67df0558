package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Prefix;
import java.util.List;

/**
 * A prefix with all paths to it.
 *
 * @param paths the used ones first, then by the order of reasons; not empty
 * @param nextHops where packets are sent, best first; empty when it is unreachable or our own
 */
public record RouteView(Prefix prefix, List<PathView> paths, List<NextHop> nextHops) {
    public RouteView {
        paths = List.copyOf(paths);
        nextHops = List.copyOf(nextHops);
    }
}

package ecmplab.lab.show;

import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteView;
import java.util.Comparator;

/** Why the best path of a prefix is the best: by what the path that came closest lost, in FRRouting's words. */
final class Selected {
    private Selected() {}

    static String reason(RouteView route) {
        return route.paths().stream()
                .map(PathView::reason)
                .filter(reason -> reason.isValid() && !reason.isUsed())
                .max(Comparator.naturalOrder())
                .map(Selected::won)
                .orElse(isMultipath(route) ? "Router ID" : "First path received");
    }

    /** Whether several paths are used. */
    static boolean isMultipath(RouteView route) {
        return route.paths().stream().anyMatch(path -> path.reason() == Reason.MULTIPATH);
    }

    private static String won(Reason lost) {
        return switch (lost) {
            case LOCAL_ROUTE -> "Local Route";
            case LOCAL_PREF -> "Local Pref";
            case AS_PATH_LENGTH -> "AS Path";
            case ORIGIN -> "Origin";
            case MED -> "MED";
            case EBGP_OVER_IBGP -> "Peer Type";
            case ROUTER_ID -> "Router ID";
            case CLUSTER_LIST_LENGTH -> "Cluster length";
            case PEER_ADDRESS -> "Neighbor IP";
            case PATH_ID -> "Nothing left to compare";
            case BEST,
                    MULTIPATH,
                    AS_LOOP,
                    ORIGINATOR_LOOP,
                    CLUSTER_LOOP,
                    FIRST_AS,
                    ROUTE_LEAK,
                    NEXT_HOP_UNUSABLE,
                    REJECTED_BY_POLICY -> "First path received";
        };
    }
}

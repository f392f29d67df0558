package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.Multipath;
import ecmplab.bgp.wire.RouterId;

/**
 * How paths are compared.
 *
 * @param clusterId what we put into CLUSTER_LIST as a route reflector (RFC 4456)
 * @param multipath for both families
 * @param alwaysCompareMed whether MED is compared between neighbouring ASes too
 * @param honourGracefulShutdown whether GRACEFUL_SHUTDOWN makes a route the last choice (RFC 8326)
 */
public record DecisionOptions(
        RouterId clusterId, Multipath multipath, boolean alwaysCompareMed, boolean honourGracefulShutdown) {
    /** At most 64 paths from other ASes, of different ones too, and one from our own AS; GRACEFUL_SHUTDOWN is honoured. */
    public static DecisionOptions of(RouterId routerId) {
        return new DecisionOptions(routerId, new Multipath(64, 1, true), false, true);
    }

    public DecisionOptions withClusterId(RouterId id) {
        return new DecisionOptions(id, multipath, alwaysCompareMed, honourGracefulShutdown);
    }

    public DecisionOptions withMultipath(Multipath paths) {
        return new DecisionOptions(clusterId, paths, alwaysCompareMed, honourGracefulShutdown);
    }

    public DecisionOptions withAlwaysCompareMed(boolean always) {
        return new DecisionOptions(clusterId, multipath, always, honourGracefulShutdown);
    }

    public DecisionOptions withGracefulShutdown(boolean honoured) {
        return new DecisionOptions(clusterId, multipath, alwaysCompareMed, honoured);
    }
}

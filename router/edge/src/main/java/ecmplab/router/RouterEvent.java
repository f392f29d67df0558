package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.MacAddress;
import ecmplab.router.divergence.Divergence;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;

/**
 * What happened, for logs and the time lines of drills.
 */
public sealed interface RouterEvent {
    /** Of the clock the router was given; for changes of routes, when the forwarding thread was shown them. */
    long nanos();

    /** By the wall clock. */
    Instant time();

    /**
     * A prefix has other next hops from now on: published to the forwarding thread when this is told.
     *
     * @param before addresses of the next hops; empty when there was no route, or only a connected one
     * @param after likewise
     * @param group 0 when the prefix has none any more
     * @param bucketsMoved of the prefix's flows, buckets (in other modes than resilient: slots) that changed their next hop
     * @param shareMoved the part of all flows that moved, 0 to 1
     */
    record NextHopsChanged(
            long nanos,
            Instant time,
            Prefix prefix,
            List<InetAddress> before,
            List<InetAddress> after,
            int group,
            int bucketsMoved,
            double shareMoved)
            implements RouterEvent {}

    /** More prefixes changed in one pass than are told one by one. */
    record ChangesElided(long nanos, Instant time, int prefixes) implements RouterEvent {}

    /** Buckets of a resilient group went to members that were short of them, because they were idle or had waited long. */
    record BucketsMigrated(long nanos, Instant time, int group, int buckets, boolean balanced) implements RouterEvent {}

    /**
     * The first packet went to a next hop because of a change of its group.
     *
     * @param destination of the packet
     */
    record FirstPacket(
            long nanos, Instant time, InetAddress destination, int group, InetAddress nextHop, String interfaceName)
            implements RouterEvent {}

    /** BGP has a route that packets do not take: told once, until it is for another reason, or as it should be. */
    record RouteDiverged(long nanos, Instant time, Prefix prefix, Divergence.Kind kind, String detail)
            implements RouterEvent {}

    /** A route that had diverged is as it should be, or is not wanted any more. */
    record RouteConverged(long nanos, Instant time, Prefix prefix, Divergence.Kind kind) implements RouterEvent {}

    /** An interface lost its carrier, or has it again: next hops on it go and come at once, not when BGP finds out. */
    record CarrierChanged(long nanos, Instant time, String interfaceName, boolean up) implements RouterEvent {}

    /** A neighbour answered that was not known, or from another MAC address than before. */
    record NeighborResolved(long nanos, Instant time, String interfaceName, InetAddress address, MacAddress mac)
            implements RouterEvent {}

    /** A neighbour did not answer. */
    record NeighborFailed(long nanos, Instant time, String interfaceName, InetAddress address) implements RouterEvent {}
}

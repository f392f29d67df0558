package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.packet.MacAddress;
import ecmplab.router.ecmp.EcmpMode;
import java.net.InetAddress;
import java.util.Optional;

/** What the router does with a flow, by the tables its packets meet. */
public sealed interface Explanation {
    FlowKey flow();

    /**
     * It goes on.
     *
     * @param prefix the longest match
     * @param hash of the flow
     * @param bucket (remainder, region) that the hash falls into
     * @param nextHop the flow's destination itself on a connected subnet
     * @param mac empty when the neighbour is not known (yet)
     */
    record Forwarded(
            FlowKey flow,
            Prefix prefix,
            int group,
            EcmpMode mode,
            long hash,
            int bucket,
            int buckets,
            InetAddress nextHop,
            Optional<MacAddress> mac,
            String interfaceName)
            implements Explanation {}

    /** To an own address. */
    record ToKernel(FlowKey flow, Prefix prefix) implements Explanation {}

    /** A static route, or the broadcast address of an own subnet, drops it. */
    record Dropped(FlowKey flow, Prefix prefix, RouteProtocol by) implements Explanation {}

    /** Nothing matches, or what matches has lost its last next hop. */
    record NoRoute(FlowKey flow) implements Explanation {}
}

package ecmplab.router.kernel;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.List;

/**
 * What the kernel holds, as values that compare.
 */
final class KernelObjects {
    /** In place of a next-hop id: a route that drops. */
    static final int BLACKHOLE = 0;
    /** In place of a next-hop id: a route that has none of ours, which is never one that we wrote. */
    static final int FOREIGN = -1;

    private KernelObjects() {}

    /** @param device index of the interface */
    record Hop(int device, InetAddress gateway) {}

    /** @param weight 1 to 256 */
    record Share(int hop, int weight) {}

    /** @param shares in the order in which the kernel deals buckets out */
    record HopGroup(List<Share> shares) {
        HopGroup {
            shares = List.copyOf(shares);
        }
    }

    /**
     * A route of the main table.
     *
     * @param hop id of its next-hop object, {@link #BLACKHOLE} or {@link #FOREIGN}
     */
    record KernelRoute(Prefix prefix, int protocol, int metric, int hop) {
        boolean ours() {
            return protocol == RouteMessages.PROTOCOL;
        }
    }
}

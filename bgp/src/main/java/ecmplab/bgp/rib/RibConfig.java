package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.net.InetAddress;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How a {@link Rib} decides. Make one with {@link #of} and change it with the {@code with} methods. MED is always compared
 * deterministically: between all paths of a neighbouring AS at once, whatever the order of arrival.
 *
 * @param clusterId what we put into CLUSTER_LIST as a route reflector (RFC 4456); usually the router id
 * @param multipath by family; families without one use one path
 * @param alwaysCompareMed whether MED is compared between paths of different neighbouring ASes too
 * @param honourGracefulShutdown whether eBGP routes with GRACEFUL_SHUTDOWN get local preference 0 (RFC 8326 section 4.2)
 * @param maximumPrefixes of a family; further prefixes are refused and counted
 * @param usableNextHop whether packets could be sent to a next hop; asked when one is first seen
 * @param hashSeed a random number, so that peers cannot choose routes that collide
 */
public record RibConfig(
        Asn localAs,
        RouterId routerId,
        RouterId clusterId,
        Map<AddressFamily, Multipath> multipath,
        boolean alwaysCompareMed,
        boolean honourGracefulShutdown,
        int maximumPrefixes,
        Predicate<InetAddress> usableNextHop,
        long hashSeed,
        ByteBufAllocator allocator) {
    private static final Multipath SINGLE = new Multipath(1, 1, false);

    public RibConfig {
        multipath = Map.copyOf(multipath);
    }

    /** One path a prefix; GRACEFUL_SHUTDOWN honoured; 4 million prefixes a family; all next hops usable. */
    public static RibConfig of(Asn localAs, RouterId routerId, long hashSeed) {
        return new RibConfig(
                localAs,
                routerId,
                routerId,
                Map.of(),
                false,
                true,
                4_000_000,
                address -> true,
                hashSeed,
                PooledByteBufAllocator.DEFAULT);
    }

    /** Of the family. */
    Multipath multipath(AddressFamily family) {
        return multipath.getOrDefault(family, SINGLE);
    }

    /** The same for all families. */
    public RibConfig withMultipath(Multipath all) {
        return withMultipath(Map.of(AddressFamily.IPV4_UNICAST, all, AddressFamily.IPV6_UNICAST, all));
    }

    public RibConfig withMultipath(Map<AddressFamily, Multipath> byFamily) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                byFamily,
                alwaysCompareMed,
                honourGracefulShutdown,
                maximumPrefixes,
                usableNextHop,
                hashSeed,
                allocator);
    }

    public RibConfig withClusterId(RouterId cluster) {
        return new RibConfig(
                localAs,
                routerId,
                cluster,
                multipath,
                alwaysCompareMed,
                honourGracefulShutdown,
                maximumPrefixes,
                usableNextHop,
                hashSeed,
                allocator);
    }

    public RibConfig withAlwaysCompareMed(boolean always) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                multipath,
                always,
                honourGracefulShutdown,
                maximumPrefixes,
                usableNextHop,
                hashSeed,
                allocator);
    }

    public RibConfig withGracefulShutdown(boolean honoured) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                multipath,
                alwaysCompareMed,
                honoured,
                maximumPrefixes,
                usableNextHop,
                hashSeed,
                allocator);
    }

    public RibConfig withMaximumPrefixes(int maximum) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                multipath,
                alwaysCompareMed,
                honourGracefulShutdown,
                maximum,
                usableNextHop,
                hashSeed,
                allocator);
    }

    public RibConfig withUsableNextHop(Predicate<InetAddress> usable) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                multipath,
                alwaysCompareMed,
                honourGracefulShutdown,
                maximumPrefixes,
                usable,
                hashSeed,
                allocator);
    }

    public RibConfig withAllocator(ByteBufAllocator other) {
        return new RibConfig(
                localAs,
                routerId,
                clusterId,
                multipath,
                alwaysCompareMed,
                honourGracefulShutdown,
                maximumPrefixes,
                usableNextHop,
                hashSeed,
                other);
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * How a {@link Rib} decides.
 *
 * @param multipathMaximum paths used at most for a prefix; 1 is no multipath
 * @param asPathRelax whether paths of different neighbouring ASes, of equal length, may be used together
 * @param maximumPrefixes of a family; further prefixes are refused and counted
 * @param usableNextHop whether packets could be sent to a next hop
 * @param hashSeed a random number, so that peers cannot choose routes that collide
 */
public record RibConfig(
        Asn localAs,
        RouterId routerId,
        int multipathMaximum,
        boolean asPathRelax,
        int maximumPrefixes,
        Predicate<InetAddress> usableNextHop,
        long hashSeed,
        ByteBufAllocator allocator) {}

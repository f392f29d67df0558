package ecmplab.bgp.speaker;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the interface of our end of a session says.
 *
 * @param nextHops our own address by family: our end itself, and for the other family an address of the same interface
 * @param sharedSubnet the subnet that both ends are on; null when there is none
 */
record LocalEnds(
        Map<AddressFamily, InetAddress> nextHops, @Nullable Prefix sharedSubnet) {
    private static final Logger LOG = LoggerFactory.getLogger(LocalEnds.class);

    /** Asks the kernel; takes some ten microseconds. */
    static LocalEnds of(InetAddress local, InetAddress remote) {
        var nextHops = new EnumMap<AddressFamily, InetAddress>(AddressFamily.class);
        if (!local.isLinkLocalAddress()) {
            nextHops.put(NeighborConfig.familyOf(local), local);
        }
        Prefix shared = null;
        for (var own : addresses(local)) {
            var address = own.getAddress();
            var subnet = Prefix.of(address, own.getNetworkPrefixLength());
            if (address.isLoopbackAddress() || address.isLinkLocalAddress()) {
                continue;
            }
            nextHops.putIfAbsent(NeighborConfig.familyOf(address), address);
            if (address.equals(local) && subnet.contains(Prefix.host(remote))) {
                shared = subnet;
            }
        }
        return new LocalEnds(nextHops, shared);
    }

    private static List<InterfaceAddress> addresses(InetAddress local) {
        try {
            var found = NetworkInterface.getByInetAddress(local);
            return found == null ? List.of() : found.getInterfaceAddresses();
        } catch (SocketException unreadable) {
            LOG.warn("The interface of {} cannot be read: {}", local.getHostAddress(), unreadable.getMessage());
            return List.of();
        }
    }
}

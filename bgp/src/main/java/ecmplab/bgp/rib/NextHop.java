package ecmplab.bgp.rib;

import java.net.InetAddress;

/** Where packets for a prefix may be sent, and the peer that said so. */
public record NextHop(InetAddress address, InetAddress peer, long weight) {
    /** Whether the address can be nobody's next hop: 0/8, 127/8, multicast, 240/4 and their like in IPv6. */
    public static boolean isMartian(InetAddress address) {
        var octets = address.getAddress();
        int first = octets[0] & 0xFF;
        boolean reserved = octets.length == 4 && (first == 0 || first >= 240);
        return reserved || address.isAnyLocalAddress() || address.isLoopbackAddress() || address.isMulticastAddress();
    }
}

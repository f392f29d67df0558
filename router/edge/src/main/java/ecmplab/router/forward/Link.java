package ecmplab.router.forward;

import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;

/** An interface as the forwarding thread has it at hand. */
final class Link {
    final RouterInterface via;
    final Port port;
    final long mac;
    final int mtu;
    final int address;
    /** Halves of the IPv6 address; 0 where there is none. */
    final long high;

    final long low;
    final NeighborCache neighbors;

    Link(RouterInterface via, NeighborCache neighbors) {
        this.via = via;
        this.neighbors = neighbors;
        port = via.port();
        mac = port.mac().bits();
        mtu = port.mtu();
        address = Ipv4.bits(via.address());
        var ipv6 = via.ipv6();
        high = ipv6.isEmpty() ? 0 : Ipv6.high(ipv6.get().address());
        low = ipv6.isEmpty() ? 0 : Ipv6.low(ipv6.get().address());
    }

    boolean hasIpv6() {
        return (high | low) != 0;
    }
}

package ecmplab.router.forward;

import ecmplab.packet.Ipv4;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;

/** An interface as the forwarding thread has it at hand. */
final class Link {
    final RouterInterface via;
    final Port port;
    final long mac;
    final int mtu;
    final int address;
    final NeighborCache neighbors;

    Link(RouterInterface via, NeighborCache neighbors) {
        this.via = via;
        this.neighbors = neighbors;
        port = via.port();
        mac = port.mac().bits();
        mtu = port.mtu();
        address = Ipv4.bits(via.address());
    }
}

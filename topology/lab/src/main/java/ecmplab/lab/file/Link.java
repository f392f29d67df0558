package ecmplab.lab.file;

import ecmplab.packet.MacAddress;
import java.util.Optional;

/**
 * A veth pair between two nodes.
 *
 * @param mtu octets, without the Ethernet header, the same at both ends
 */
public record Link(End a, End b, int mtu) {
    /**
     * @param device interface name inside the node's namespace
     * @param address of IPv4, which every link has
     */
    public record End(
            String node, String device, InterfaceAddress address, Optional<InterfaceAddress> ipv6, MacAddress mac) {}

    /** The same link seen from the other end. */
    public Link turned() {
        return new Link(b, a, mtu);
    }
}

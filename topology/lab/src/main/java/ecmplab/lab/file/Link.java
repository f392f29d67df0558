package ecmplab.lab.file;

import ecmplab.packet.MacAddress;

/**
 * A veth pair between two nodes.
 *
 * @param mtu octets, without the Ethernet header, the same at both ends
 */
public record Link(End a, End b, int mtu) {
    /** @param device interface name inside the node's namespace */
    public record End(String node, String device, InterfaceAddress address, MacAddress mac) {}

    /** The same link seen from the other end. */
    public Link turned() {
        return new Link(b, a, mtu);
    }
}

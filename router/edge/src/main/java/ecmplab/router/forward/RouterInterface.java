package ecmplab.router.forward;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Ipv4;
import ecmplab.port.Port;
import java.net.Inet4Address;

/**
 * An interface of the router. The kernel of its namespace holds the same address, answers ARP and takes packets to it.
 *
 * @param length of the subnet's prefix
 */
public record RouterInterface(Port port, Inet4Address address, int length) {
    public RouterInterface {
        if (length < 1 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + " of " + port.name() + ": must be 1 to 32");
        }
    }

    public String name() {
        return port.name();
    }

    /** The subnet. */
    public Prefix prefix() {
        return Prefix.of(address, length);
    }

    /** Whether the subnet has a broadcast address: point-to-point links have none (RFC 3021). */
    public boolean hasBroadcast() {
        return length < 31;
    }

    /** The highest address of the subnet. */
    public Prefix broadcast() {
        return Prefix.v4(Ipv4.bits(address) | -1 >>> length, 32);
    }
}

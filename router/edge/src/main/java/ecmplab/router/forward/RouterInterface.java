package ecmplab.router.forward;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Ipv4;
import ecmplab.port.Port;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Optional;

/**
 * An interface of the router. The kernel of its namespace holds the same addresses, answers ARP and solicitations, and takes
 * packets to them.
 *
 * @param length of the IPv4 subnet's prefix
 */
public record RouterInterface(Port port, Inet4Address address, int length, Optional<Ipv6Subnet> ipv6) {
    /**
     * An own IPv6 address, not a link-local one: of those the kernel has its own, and takes all packets to them.
     *
     * @param length of the subnet's prefix
     */
    public record Ipv6Subnet(Inet6Address address, int length) {
        public Ipv6Subnet {
            if (length < 1 || length > 128) {
                throw new IllegalArgumentException("prefix length " + length + ": must be 1 to 128");
            }
            if (address.isLinkLocalAddress() || address.isMulticastAddress() || address.isAnyLocalAddress()) {
                throw new IllegalArgumentException(
                        address.getHostAddress() + ": must be the address of a node beyond its link");
            }
        }

        public Prefix prefix() {
            return Prefix.of(address, length);
        }
    }

    /** An interface without IPv6. */
    public RouterInterface(Port port, Inet4Address address, int length) {
        this(port, address, length, Optional.empty());
    }

    public RouterInterface {
        if (length < 1 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + " of " + port.name() + ": must be 1 to 32");
        }
    }

    public String name() {
        return port.name();
    }

    /** The IPv4 subnet. */
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

package ecmplab.router.forward;

import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * Where a packet goes next.
 *
 * @param link index of the interface it leaves by
 * @param high half of the address of the neighbour that takes it on, an IPv4 one as IPv4-mapped; both halves 0 when the
 *     destination itself is the neighbour
 */
public record NextHop(int link, long high, long low) {
    /** The neighbours on a link themselves. */
    public static NextHop onLink(int link) {
        return new NextHop(link, 0, 0);
    }

    public static NextHop via(int link, InetAddress address) {
        return address instanceof Inet6Address ipv6
                ? new NextHop(link, Ipv6.high(ipv6), Ipv6.low(ipv6))
                : new NextHop(link, 0, Ipv6.mapped(Ipv4.bits(address)));
    }

    public boolean onLink() {
        return (high | low) == 0;
    }

    /** Not of a next hop that is {@link #onLink}. */
    public InetAddress address() {
        return Ipv6.unmapped(high, low);
    }

    @Override
    public String toString() {
        return onLink() ? "on link " + link : address().getHostAddress() + " on link " + link;
    }
}

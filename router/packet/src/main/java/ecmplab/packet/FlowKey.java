package ecmplab.packet;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * The 5-tuple of a flow, for the edges: tests, {@code explain}, snapshots. The forwarding path keeps the five values.
 * Both addresses are of one family.
 *
 * @param protocol see {@link IpProtocol}
 * @param sourcePort 0 for protocols without ports
 */
public record FlowKey(InetAddress source, InetAddress destination, int protocol, int sourcePort, int destinationPort) {
    public FlowKey {
        if (source.getClass() != destination.getClass()) {
            throw new IllegalArgumentException("flow from " + source.getHostAddress() + " to "
                    + destination.getHostAddress() + ": must be of one address family");
        }
        requireWithin("protocol", protocol, 0xFF);
        requireWithin("source port", sourcePort, 0xFFFF);
        requireWithin("destination port", destinationPort, 0xFFFF);
    }

    private static void requireWithin(String what, int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + " " + value + ": must be 0 to " + max);
        }
    }

    /** A flow over IPv4; addresses as in {@link Ipv4}. */
    public static FlowKey of(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        return new FlowKey(Ipv4.address(source), Ipv4.address(destination), protocol, sourcePort, destinationPort);
    }

    /** A flow over IPv6; addresses as in {@link Ipv6}. */
    public static FlowKey of(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort) {
        return new FlowKey(
                Ipv6.address(sourceHigh, sourceLow),
                Ipv6.address(destinationHigh, destinationLow),
                protocol,
                sourcePort,
                destinationPort);
    }

    public boolean isIpv4() {
        return source instanceof Inet4Address;
    }

    /** The same flow seen in the other direction. */
    public FlowKey reversed() {
        return new FlowKey(destination, source, protocol, destinationPort, sourcePort);
    }

    /** Such as {@code tcp 10.0.0.1:40000 > 203.0.113.10:80} or {@code udp [2001:db8::1]:40000 > [2001:db8::2]:53}. */
    @Override
    public String toString() {
        return IpProtocol.name(protocol) + " " + text(source) + ":" + sourcePort + " > " + text(destination) + ":"
                + destinationPort;
    }

    private static String text(InetAddress address) {
        return address instanceof Inet6Address ipv6
                ? "[" + Ipv6.text(Ipv6.high(ipv6), Ipv6.low(ipv6)) + "]"
                : address.getHostAddress();
    }
}

package ecmplab.packet;

import java.net.Inet4Address;

/**
 * The 5-tuple of a flow, for the edges: tests, {@code explain}, snapshots. The forwarding path keeps the five values.
 *
 * @param protocol see {@link IpProtocol}
 * @param sourcePort 0 for protocols without ports
 */
public record FlowKey(
        Inet4Address source, Inet4Address destination, int protocol, int sourcePort, int destinationPort) {
    public FlowKey {
        requireWithin("protocol", protocol, 0xFF);
        requireWithin("source port", sourcePort, 0xFFFF);
        requireWithin("destination port", destinationPort, 0xFFFF);
    }

    private static void requireWithin(String what, int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + " " + value + ": must be 0 to " + max);
        }
    }

    public static FlowKey of(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        return new FlowKey(Ipv4.address(source), Ipv4.address(destination), protocol, sourcePort, destinationPort);
    }

    /** The same flow seen in the other direction. */
    public FlowKey reversed() {
        return new FlowKey(destination, source, protocol, destinationPort, sourcePort);
    }

    /** Such as {@code tcp 10.0.0.1:40000 > 203.0.113.10:80}. */
    @Override
    public String toString() {
        return IpProtocol.name(protocol) + " " + source.getHostAddress() + ":" + sourcePort + " > "
                + destination.getHostAddress() + ":" + destinationPort;
    }
}

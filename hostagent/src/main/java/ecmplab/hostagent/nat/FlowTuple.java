package ecmplab.hostagent.nat;

import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import java.net.Inet6Address;

/**
 * The five values that name a flow, as numbers: what a forwarding thread looks flows up by. Mutable and reused, one per
 * thread; {@link FlowKey} is its record for the edges. Addresses are 128 bits; an IPv4 address is its IPv4-mapped IPv6
 * address (RFC 4291 section 2.5.5.2), so both families fit one table.
 */
public final class FlowTuple {
    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;
    int protocol;

    /** Addresses in network order as in {@link Ipv4}. */
    public FlowTuple ipv4(int source, int destination, int newProtocol, int newSourcePort, int newDestinationPort) {
        sourceHigh = 0;
        sourceLow = mapped(source);
        destinationHigh = 0;
        destinationLow = mapped(destination);
        protocol = newProtocol;
        sourcePort = newSourcePort;
        destinationPort = newDestinationPort;
        return this;
    }

    public FlowTuple of(FlowKey key) {
        if (key.source() instanceof Inet6Address source && key.destination() instanceof Inet6Address destination) {
            sourceHigh = Ipv6.high(source);
            sourceLow = Ipv6.low(source);
            destinationHigh = Ipv6.high(destination);
            destinationLow = Ipv6.low(destination);
            protocol = key.protocol();
            sourcePort = key.sourcePort();
            destinationPort = key.destinationPort();
            return this;
        }
        return ipv4(
                Ipv4.bits(key.source()),
                Ipv4.bits(key.destination()),
                key.protocol(),
                key.sourcePort(),
                key.destinationPort());
    }

    /** Turns the tuple into that of the flow's other direction. */
    public FlowTuple reverse() {
        long high = sourceHigh;
        long low = sourceLow;
        int port = sourcePort;
        sourceHigh = destinationHigh;
        sourceLow = destinationLow;
        sourcePort = destinationPort;
        destinationHigh = high;
        destinationLow = low;
        destinationPort = port;
        return this;
    }

    public int sourceIpv4() {
        return (int) sourceLow;
    }

    public int destinationIpv4() {
        return (int) destinationLow;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    public int protocol() {
        return protocol;
    }

    /** The same flow as a record, for the edges. */
    public FlowKey key() {
        return FlowKey.of(sourceIpv4(), destinationIpv4(), protocol, sourcePort, destinationPort);
    }

    /** The low half of an IPv4 address; the high half is 0. */
    static long mapped(int ipv4) {
        return IPV4_MAPPED | (ipv4 & 0xFFFF_FFFFL);
    }
}

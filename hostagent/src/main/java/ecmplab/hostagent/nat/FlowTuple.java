package ecmplab.hostagent.nat;

import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketParser;
import java.net.Inet6Address;
import java.net.InetAddress;

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
    /** Source port in the highest 16 bits, then destination port; protocol in the lowest 8. */
    long key;

    /** Addresses in network order as in {@link Ipv4}. */
    public FlowTuple ipv4(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        return of(0, mapped(source), 0, mapped(destination), protocol, sourcePort, destinationPort);
    }

    public FlowTuple of(
            long newSourceHigh,
            long newSourceLow,
            long newDestinationHigh,
            long newDestinationLow,
            int protocol,
            int sourcePort,
            int destinationPort) {
        sourceHigh = newSourceHigh;
        sourceLow = newSourceLow;
        destinationHigh = newDestinationHigh;
        destinationLow = newDestinationLow;
        key = (long) sourcePort << 48 | (long) destinationPort << 32 | protocol;
        return this;
    }

    /** The flow of a packet of either family. */
    public FlowTuple of(PacketParser packet) {
        return of(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.protocol(),
                packet.sourcePort(),
                packet.destinationPort());
    }

    public FlowTuple of(FlowKey flow) {
        return of(
                high(flow.source()),
                low(flow.source()),
                high(flow.destination()),
                low(flow.destination()),
                flow.protocol(),
                flow.sourcePort(),
                flow.destinationPort());
    }

    /** Turns the tuple into that of the flow's other direction. */
    public FlowTuple reverse() {
        return of(destinationHigh, destinationLow, sourceHigh, sourceLow, protocol(), destinationPort(), sourcePort());
    }

    public boolean isIpv4() {
        return isIpv4(destinationHigh, destinationLow);
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public int sourceIpv4() {
        return (int) sourceLow;
    }

    public int destinationIpv4() {
        return (int) destinationLow;
    }

    public int sourcePort() {
        return sourcePort(key);
    }

    public int destinationPort() {
        return destinationPort(key);
    }

    public int protocol() {
        return protocol(key);
    }

    static int sourcePort(long key) {
        return (int) (key >>> 48);
    }

    static int destinationPort(long key) {
        return (int) (key >>> 32) & 0xFFFF;
    }

    static int protocol(long key) {
        return (int) key & 0xFF;
    }

    /** The same flow as a record, for the edges. */
    public FlowKey key() {
        return new FlowKey(
                address(sourceHigh, sourceLow),
                address(destinationHigh, destinationLow),
                protocol(),
                sourcePort(),
                destinationPort());
    }

    /** The low half of an IPv4 address; the high half is 0. */
    public static long mapped(int ipv4) {
        return IPV4_MAPPED | (ipv4 & 0xFFFF_FFFFL);
    }

    /** Whether two halves are an IPv4 address. */
    public static boolean isIpv4(long high, long low) {
        return high == 0 && low >>> 32 == IPV4_MAPPED >>> 32;
    }

    /** The address of two halves. */
    public static InetAddress address(long high, long low) {
        return isIpv4(high, low) ? Ipv4.address((int) low) : Ipv6.address(high, low);
    }

    /** The high half of an address, of either family. */
    public static long high(InetAddress address) {
        return address instanceof Inet6Address ipv6 ? Ipv6.high(ipv6) : 0;
    }

    /** The low half of an address, of either family. */
    public static long low(InetAddress address) {
        return address instanceof Inet6Address ipv6 ? Ipv6.low(ipv6) : mapped(Ipv4.bits(address));
    }
}

package ecmplab.lab.traffic;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Udp;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetSocketAddress;

/** The UDP packet that a flood consists of, of the least length that Ethernet has (60 octets, as without FCS). Only its source port varies. */
final class FloodFrame {
    static final int LENGTH = 60;
    /** Where the source port stands. */
    static final int SOURCE_PORT = Ethernet.LENGTH + Ipv4.MIN_LENGTH;
    /** Source ports are this one and those that follow. */
    static final int FIRST_PORT = 16_384;

    private FloodFrame() {}

    /** The octets, from the first source port, without UDP checksum. */
    static byte[] octets(MacAddress to, MacAddress from, Inet4Address source, InetSocketAddress destination) {
        var octets = new byte[LENGTH];
        var memory = MemorySegment.ofArray(octets);
        new Ethernet().wrap(memory, 0).set(to.bits(), from.bits(), Ethernet.TYPE_IPV4);
        int length = LENGTH - Ethernet.LENGTH;
        var ip = new Ipv4().wrap(memory, Ethernet.LENGTH);
        ip.set(0, length, 64, IpProtocol.UDP, Ipv4.bits(source), Ipv4.bits(destination.getAddress()));
        new Udp().wrap(memory, ip.payload()).set(FIRST_PORT, destination.getPort(), length - Ipv4.MIN_LENGTH);
        return octets;
    }
}

package ecmplab.mux.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;

/** Frames from the router to the MUX, of IPv6. */
final class Ipv6Packets {
    static final int HOP_LIMIT = 63;
    private static final int IP = Ethernet.LENGTH, UPPER = IP + Ipv6.LENGTH, FRAGMENT = 44;

    private Ipv6Packets() {}

    static byte[] tcp(Inet6Address source, int sourcePort, Inet6Address destination, int port, int flags, int payload) {
        var frame = new byte[UPPER + 20 + payload];
        var ip = ip(frame, IpProtocol.TCP, source, destination);
        var tcp = new Tcp().wrap(MemorySegment.ofArray(frame), UPPER);
        tcp.set(sourcePort, port, 1000, 0, flags, 65_535);
        tcp.updateChecksum(ip, 20 + payload);
        return frame;
    }

    static byte[] udp(Inet6Address source, int sourcePort, Inet6Address destination, int port, int payload) {
        var frame = new byte[UPPER + 8 + payload];
        var ip = ip(frame, IpProtocol.UDP, source, destination);
        var udp = new Udp().wrap(MemorySegment.ofArray(frame), UPPER);
        udp.set(sourcePort, port, 8 + payload);
        udp.updateChecksum(ip);
        return frame;
    }

    static byte[] echo(Inet6Address source, Inet6Address destination) {
        return icmp(source, destination, Icmpv6.ECHO_REQUEST, 0, 0, new byte[] {1, 2, 3, 4, 5});
    }

    /** An ICMPv6 message; {@code rest} are its octets 4 to 7, {@code data} follows. */
    static byte[] icmp(Inet6Address source, Inet6Address destination, int type, int code, int rest, byte[] data) {
        var frame = new byte[UPPER + 8 + data.length];
        var ip = ip(frame, IpProtocol.ICMPV6, source, destination);
        System.arraycopy(data, 0, frame, UPPER + 8, data.length);
        var icmp = new Icmpv6().wrap(MemorySegment.ofArray(frame), UPPER);
        icmp.set(type, code);
        icmp.setMtu(rest);
        icmp.updateChecksum(ip, 8 + data.length);
        return frame;
    }

    /** A part of a datagram: {@code octets} of {@code protocol} from {@code offset} on. */
    static byte[] fragment(
            Inet6Address source, Inet6Address destination, int protocol, byte[] octets, int offset, boolean more) {
        var frame = new byte[UPPER + 8 + octets.length];
        ip(frame, FRAGMENT, source, destination);
        frame[UPPER] = (byte) protocol;
        frame[UPPER + 2] = (byte) (offset >>> 8);
        frame[UPPER + 3] = (byte) ((offset & 0xF8) | (more ? 1 : 0));
        frame[UPPER + 7] = 77;
        System.arraycopy(octets, 0, frame, UPPER + 8, octets.length);
        return frame;
    }

    static byte[] withHopLimit(byte[] frame, int hops) {
        var copy = frame.clone();
        copy[IP + 7] = (byte) hops;
        return copy;
    }

    private static Ipv6 ip(byte[] frame, int next, Inet6Address source, Inet6Address destination) {
        var memory = MemorySegment.ofArray(frame);
        new Ethernet().wrap(memory, 0).set(MuxRig.MUX_MAC.bits(), MuxRig.ROUTER_MAC.bits(), Ethernet.TYPE_IPV6);
        var ip = new Ipv6().wrap(memory, IP);
        ip.set(0x12, 0xABCDE, frame.length - UPPER, next, HOP_LIMIT);
        ip.setSource(Ipv6.high(source), Ipv6.low(source));
        ip.setDestination(Ipv6.high(destination), Ipv6.low(destination));
        return ip;
    }
}

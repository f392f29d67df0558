package ecmplab.mux.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Frames from the router to the MUX. */
final class Packets {
    static final int TTL = 63;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Packets() {}

    static byte[] tcp(int source, int sourcePort, int destination, int destinationPort, int flags) {
        return tcp(source, sourcePort, destination, destinationPort, flags, 0);
    }

    static byte[] tcp(int source, int sourcePort, int destination, int destinationPort, int flags, int payload) {
        var frame = new byte[54 + payload];
        var ip = ip(frame, IpProtocol.TCP, source, destination);
        var tcp = new Tcp().wrap(MemorySegment.ofArray(frame), 34);
        tcp.set(sourcePort, destinationPort, 1000, 0, flags, 65_535);
        tcp.updateChecksum(ip);
        return frame;
    }

    static byte[] udp(int source, int sourcePort, int destination, int destinationPort, int payload) {
        var frame = new byte[42 + payload];
        var ip = ip(frame, IpProtocol.UDP, source, destination);
        var udp = new Udp().wrap(MemorySegment.ofArray(frame), 34);
        udp.set(sourcePort, destinationPort, 8 + payload);
        udp.updateChecksum(ip);
        return frame;
    }

    static byte[] echo(int source, int destination) {
        return icmp(source, destination, Icmp.ECHO_REQUEST, 0, new byte[] {1, 2, 3, 4, 5});
    }

    /** An ICMP message; {@code data} follows its eight octets. */
    static byte[] icmp(int source, int destination, int type, int code, byte[] data) {
        var frame = new byte[42 + data.length];
        ip(frame, IpProtocol.ICMP, source, destination);
        System.arraycopy(data, 0, frame, 42, data.length);
        frame[34] = (byte) type;
        frame[35] = (byte) code;
        new Icmp().wrap(MemorySegment.ofArray(frame), 34).updateChecksum(8 + data.length);
        return frame;
    }

    /** Cuts a frame's packet out, up to {@code octets}, as an ICMP error quotes it. */
    static byte[] quote(byte[] frame, int octets) {
        return Arrays.copyOfRange(frame, 14, 14 + Math.min(octets, frame.length - 14));
    }

    /** The same frame with another flags and fragment offset field, offset in octets. */
    static byte[] fragment(byte[] frame, boolean more, int offset) {
        var copy = frame.clone();
        var memory = MemorySegment.ofArray(copy);
        memory.set(U16, 20, (short) ((more ? 0x2000 : 0) | offset >> 3));
        new Ipv4().wrap(memory, 14).updateChecksum();
        return copy;
    }

    static byte[] withTtl(byte[] frame, int ttl) {
        var copy = frame.clone();
        new Ipv4().wrap(MemorySegment.ofArray(copy), 14).setTtl(ttl);
        return copy;
    }

    private static Ipv4 ip(byte[] frame, int protocol, int source, int destination) {
        var memory = MemorySegment.ofArray(frame);
        new Ethernet().wrap(memory, 0).set(MuxRig.MUX_MAC.bits(), MuxRig.ROUTER_MAC.bits(), Ethernet.TYPE_IPV4);
        var ip = new Ipv4().wrap(memory, 14);
        ip.set(0, frame.length - 14, TTL, protocol, source, destination);
        return ip;
    }
}

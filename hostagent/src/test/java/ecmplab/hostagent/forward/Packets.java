package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Packets as octets, made and read by tests. IPv4 packets start with their IP header, frames with their Ethernet header. */
final class Packets {
    private Packets() {}

    static int ip(String dotted) {
        int bits = 0;
        for (var octet : dotted.split("\\.")) {
            bits = bits << 8 | Integer.parseInt(octet);
        }
        return bits;
    }

    /** A segment with sequence number 1000 and acknowledgement number 2000. */
    static byte[] tcp(int source, int sourcePort, int destination, int destinationPort, int flags, int payload) {
        return tcp(source, sourcePort, destination, destinationPort, flags, payload, new byte[0]);
    }

    /** @param options a multiple of four octets */
    static byte[] tcp(
            int source, int sourcePort, int destination, int destinationPort, int flags, int payload, byte[] options) {
        int headers = Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH + options.length;
        var packet = new byte[headers + payload];
        var memory = MemorySegment.ofArray(packet);
        var ip = new Ipv4().wrap(memory, 0);
        ip.set(0, packet.length, 64, IpProtocol.TCP, source, destination);
        var tcp = new Tcp().wrap(memory, ip.payload());
        tcp.set(sourcePort, destinationPort, 1000, 2000, flags, 512);
        System.arraycopy(options, 0, packet, Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH, options.length);
        packet[Ipv4.MIN_LENGTH + 12] = (byte) ((Tcp.MIN_LENGTH + options.length) << 2);
        fill(packet, headers);
        tcp.updateChecksum(ip);
        return packet;
    }

    static byte[] udp(int source, int sourcePort, int destination, int destinationPort, int payload, boolean sum) {
        var packet = new byte[Ipv4.MIN_LENGTH + Udp.LENGTH + payload];
        var memory = MemorySegment.ofArray(packet);
        var ip = new Ipv4().wrap(memory, 0);
        ip.set(0, packet.length, 64, IpProtocol.UDP, source, destination);
        var udp = new Udp().wrap(memory, ip.payload());
        udp.set(sourcePort, destinationPort, Udp.LENGTH + payload);
        fill(packet, Ipv4.MIN_LENGTH + Udp.LENGTH);
        if (sum) {
            udp.updateChecksum(ip);
        }
        return packet;
    }

    /** "Fragmentation needed" of a router about {@code quoted}, to its source. */
    static byte[] fragmentationNeeded(int router, byte[] quoted, int quotedOctets, int mtu) {
        var target = new byte[2048];
        var both = MemorySegment.ofArray(target);
        MemorySegment.copy(MemorySegment.ofArray(quoted), 0, both, 1024, quoted.length);
        int length = Icmp.writeFragmentationNeeded(both, 0, router, mtu, 1024);
        int cut = Math.min(length, Ipv4.MIN_LENGTH + Icmp.LENGTH + quotedOctets);
        var ip = new Ipv4().wrap(both, 0);
        ip.set(0, cut, 64, IpProtocol.ICMP, router, ip.destination());
        new Icmp().wrap(both, ip.payload()).updateChecksum(cut - Ipv4.MIN_LENGTH);
        return Arrays.copyOf(target, cut);
    }

    private static void fill(byte[] packet, int from) {
        for (int i = from; i < packet.length; i++) {
            packet[i] = (byte) (i * 7 + 3);
        }
    }

    static byte[] frame(long destination, long source, int type, byte[] payload) {
        var frame = new byte[Ethernet.LENGTH + payload.length];
        new Ethernet().wrap(MemorySegment.ofArray(frame), 0).set(destination, source, type);
        System.arraycopy(payload, 0, frame, Ethernet.LENGTH, payload.length);
        return frame;
    }

    static byte[] vxlan(long destinationMac, int source, int destination, int sourcePort, int vni, byte[] inner) {
        var frame = new byte[Vxlan.ENCAPSULATION + inner.length];
        var memory = MemorySegment.ofArray(frame);
        System.arraycopy(inner, 0, frame, Vxlan.ENCAPSULATION, inner.length);
        Vxlan.encapsulate(
                memory,
                Vxlan.ENCAPSULATION,
                inner.length,
                destinationMac,
                0x02_0000_0000_99L,
                source,
                destination,
                sourcePort,
                vni);
        return frame;
    }

    static Ethernet ethernet(byte[] frame) {
        return new Ethernet().wrap(MemorySegment.ofArray(frame), 0);
    }

    /** As the other one, over IPv6 when {@code overIpv6}. */
    static byte[] vxlan(
            boolean overIpv6, long destinationMac, int source, int destination, int sourcePort, int vni, byte[] inner) {
        if (!overIpv6) {
            return vxlan(destinationMac, source, destination, sourcePort, vni, inner);
        }
        var frame = new byte[Vxlan.ENCAPSULATION_IPV6 + inner.length];
        System.arraycopy(inner, 0, frame, Vxlan.ENCAPSULATION_IPV6, inner.length);
        Vxlan.encapsulateIpv6(
                MemorySegment.ofArray(frame),
                Vxlan.ENCAPSULATION_IPV6,
                inner.length,
                destinationMac,
                0x02_0000_0000_99L,
                Siit.high(source),
                Siit.low(source),
                Siit.high(destination),
                Siit.low(destination),
                sourcePort,
                vni);
        return frame;
    }

    /** The packet of a frame, after checking that all of it is as it must be, checksums included; as an IPv4 one. */
    static byte[] soundPacket(byte[] frame) {
        var memory = MemorySegment.ofArray(frame);
        var parser = new PacketParser();
        assertEquals(PacketFault.NONE, parser.parse(memory, 0, frame.length));
        assertTrue(parser.version() != 0, "IP");
        var packet = Arrays.copyOfRange(frame, Ethernet.LENGTH, Ethernet.LENGTH + parser.ipLength());
        if (parser.version() == 4) {
            if (!parser.isFragment()) {
                checkTransport(packet);
            }
            return packet;
        }
        if (!parser.isFragment()) {
            checkTransport(memory, parser);
        }
        return Siit.toIpv4(packet);
    }

    private static void checkTransport(MemorySegment memory, PacketParser ipv6) {
        var ip = new Ipv6().wrap(memory, ipv6.ip());
        long at = ipv6.transport();
        int length = ipv6.transportLength();
        switch (ipv6.protocol()) {
            case IpProtocol.TCP ->
                assertTrue(new Tcp().wrap(memory, at).checksumValid(ip, length), "TCP checksum over IPv6");
            case IpProtocol.UDP ->
                assertTrue(
                        new Udp().wrap(memory, at).checksum() == 0
                                || new Udp().wrap(memory, at).checksumValid(ip),
                        "UDP checksum over IPv6");
            case IpProtocol.ICMPV6 -> assertEquals(PacketFault.NONE, Icmpv6.check(memory, ipv6.ip(), at, length));
            default -> {}
        }
    }

    private static void checkTransport(byte[] packet) {
        var memory = MemorySegment.ofArray(packet);
        var ip = new Ipv4().wrap(memory, 0);
        switch (ip.protocol()) {
            case IpProtocol.TCP ->
                assertTrue(new Tcp().wrap(memory, ip.payload()).checksumValid(ip), "TCP checksum");
            case IpProtocol.UDP ->
                assertTrue(new Udp().wrap(memory, ip.payload()).checksumValid(ip), "UDP checksum");
            case IpProtocol.ICMP ->
                assertEquals(PacketFault.NONE, Icmp.check(memory, ip.payload(), ip.payloadLength()));
            default -> {}
        }
    }

    static Ipv4 ipv4(byte[] packet) {
        return new Ipv4().wrap(MemorySegment.ofArray(packet), 0);
    }

    static Tcp tcp(byte[] packet) {
        return new Tcp().wrap(MemorySegment.ofArray(packet), ipv4(packet).payload());
    }

    static Udp udp(byte[] packet) {
        return new Udp().wrap(MemorySegment.ofArray(packet), ipv4(packet).payload());
    }

    /** {@code source:port > destination:port} of a TCP or UDP packet. */
    static String flow(byte[] packet) {
        var ip = ipv4(packet);
        var udp = udp(packet); // ports are at the same place in both
        return Ipv4.text(ip.source()) + ":" + udp.sourcePort() + " > " + Ipv4.text(ip.destination()) + ":"
                + udp.destinationPort();
    }
}

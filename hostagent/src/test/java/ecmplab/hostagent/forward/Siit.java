package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.packet.Checksum;
import ecmplab.packet.ExtensionHeaders;
import ecmplab.packet.Icmp;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Packets of tests from IPv4 to IPv6 and back, as a stateless translator makes them (RFC 7915), so that what is written about the one
 * holds for the other. Right checksums stay right, wrong ones wrong. Unlike there, all 128 bits of an address depend on the IPv4 address,
 * so that nothing passes that forgets a half; and the MTU in an error stays.
 */
final class Siit {
    private static final long HIGH = 0x2001_0DB8_0000_0000L;
    private static final long LOW = 0x5EED_0000_0000_0000L;
    private static final int FRAGMENT_HEADER = 8;

    private Siit() {}

    static long high(int ipv4) {
        return HIGH | (~ipv4 & 0xFFFF_FFFFL);
    }

    static long low(int ipv4) {
        return LOW | (ipv4 & 0xFFFF_FFFFL);
    }

    static Inet6Address address(int ipv4) {
        return Ipv6.address(high(ipv4), low(ipv4));
    }

    /** The IPv4 address of an IPv6 one, after checking that it is one of those above. */
    static int ipv4(long high, long low) {
        assertEquals(Ipv6.text(high((int) low), low((int) low)), Ipv6.text(high, low));
        return (int) low;
    }

    static byte[] toIpv6(byte[] packet) {
        var ip = Packets.ipv4(packet);
        int octets = Math.min(ip.totalLength(), packet.length) - Ipv4.MIN_LENGTH; // an error may quote less than all
        var out = header6(ip, octets);
        int at = out.length - octets;
        System.arraycopy(packet, Ipv4.MIN_LENGTH, out, at, octets);
        if (ip.protocol() == IpProtocol.ICMP) {
            return icmpToIpv6(packet, out, at);
        }
        if (ip.fragmentOffset() == 0) {
            patch(out, at, ip.protocol(), ip, true);
        }
        var padding = Arrays.copyOfRange(packet, Math.min(ip.totalLength(), packet.length), packet.length);
        return concat(out, padding);
    }

    private static byte[] header6(Ipv4 ip, int octets) {
        boolean fragment = ip.isFragment();
        int length = Ipv6.LENGTH + (fragment ? FRAGMENT_HEADER : 0);
        var out = new byte[length + octets];
        int protocol = ip.protocol() == IpProtocol.ICMP ? IpProtocol.ICMPV6 : ip.protocol();
        var ipv6 = new Ipv6().wrap(MemorySegment.ofArray(out), 0);
        ipv6.set(ip.tos(), 0, ip.payloadLength() + length - Ipv6.LENGTH, fragment ? 44 : protocol, ip.ttl());
        ipv6.setSource(high(ip.source()), low(ip.source()));
        ipv6.setDestination(high(ip.destination()), low(ip.destination()));
        if (fragment) {
            ByteBuffer.wrap(out, Ipv6.LENGTH, FRAGMENT_HEADER)
                    .put((byte) protocol)
                    .put((byte) 0)
                    .putShort((short) (ip.fragmentOffset() | (ip.moreFragments() ? 1 : 0)))
                    .putInt(ip.identification());
        }
        return out;
    }

    private static byte[] icmpToIpv6(byte[] packet, byte[] message, int at) {
        var memory = MemorySegment.ofArray(packet);
        var icmp = new Icmp().wrap(memory, Ipv4.MIN_LENGTH);
        int length = packet.length - Ipv4.MIN_LENGTH;
        boolean right = Icmp.check(memory, Ipv4.MIN_LENGTH, length) == PacketFault.NONE;
        byte[] out = message;
        int mtu = icmp.nextHopMtu();
        if (icmp.isError()) {
            var quoted = toIpv6(Arrays.copyOfRange(packet, (int) icmp.quoted(), packet.length));
            out = concat(Arrays.copyOf(message, at + Icmp.LENGTH), quoted);
        }
        var target = MemorySegment.ofArray(out);
        var icmpv6 = new Icmpv6().wrap(target, at);
        switch (icmp.type()) {
            case Icmp.UNREACHABLE -> {
                boolean tooBig = icmp.code() == Icmp.FRAGMENTATION_NEEDED;
                icmpv6.set(tooBig ? Icmpv6.PACKET_TOO_BIG : Icmpv6.UNREACHABLE, tooBig ? 0 : Icmpv6.PORT_UNREACHABLE);
                icmpv6.setMtu(mtu);
            }
            case Icmp.TIME_EXCEEDED -> icmpv6.set(Icmpv6.TIME_EXCEEDED, 0);
            case Icmp.ECHO_REQUEST -> icmpv6.set(Icmpv6.ECHO_REQUEST, 0);
            default -> throw new IllegalArgumentException("ICMP type " + icmp.type());
        }
        var ipv6 = new Ipv6().wrap(target, 0);
        ipv6.setPayloadLength(out.length - Ipv6.LENGTH);
        icmpv6.updateChecksum(ipv6, out.length - at);
        out[at + 2] ^= (byte) (right ? 0 : 1);
        return out;
    }

    static byte[] toIpv4(byte[] packet) {
        var memory = MemorySegment.ofArray(packet);
        var ipv6 = new Ipv6().wrap(memory, 0);
        int whole = Ipv6.LENGTH + ipv6.payloadLength();
        int end = Math.min(whole, packet.length);
        long found = ExtensionHeaders.find(memory, 0, packet.length < whole ? end & ~7 : end);
        assertEquals(PacketFault.NONE, ExtensionHeaders.faultOf(found));
        int at = ExtensionHeaders.at(found);
        int protocol = ExtensionHeaders.protocol(found);
        var out = new byte[Ipv4.MIN_LENGTH + end - at];
        var ip = Packets.ipv4(out);
        int source = ipv4(ipv6.sourceHigh(), ipv6.sourceLow());
        int destination = ipv4(ipv6.destinationHigh(), ipv6.destinationLow());
        boolean isIcmp = protocol == IpProtocol.ICMPV6;
        ip.set(
                ipv6.trafficClass(),
                Ipv4.MIN_LENGTH + whole - at,
                ipv6.hopLimit(),
                isIcmp ? IpProtocol.ICMP : protocol,
                source,
                destination);
        if (ExtensionHeaders.isFragment(found)) {
            var fields = ByteBuffer.wrap(packet, Ipv6.LENGTH + 2, 6);
            int offset = fields.getShort() & 0xFFFF;
            ByteBuffer.wrap(out, 4, 4).putShort((short) fields.getInt()).putShort((short)
                    ((offset & 1) << 13 | offset >>> 3));
            ip.updateChecksum();
        }
        System.arraycopy(packet, at, out, Ipv4.MIN_LENGTH, end - at);
        if (isIcmp) {
            return icmpToIpv4(packet, at, out);
        }
        if (ip.fragmentOffset() == 0) {
            patch(out, Ipv4.MIN_LENGTH, protocol, ip, false);
        }
        return out;
    }

    private static byte[] icmpToIpv4(byte[] packet, int at, byte[] message) {
        var memory = MemorySegment.ofArray(packet);
        var icmpv6 = new Icmpv6().wrap(memory, at);
        byte[] out = message;
        if (icmpv6.isError()) {
            var quoted = toIpv4(Arrays.copyOfRange(packet, (int) icmpv6.quoted(), packet.length));
            out = concat(Arrays.copyOf(message, Ipv4.MIN_LENGTH + Icmp.LENGTH), quoted);
        }
        boolean tooBig = icmpv6.type() == Icmpv6.PACKET_TOO_BIG;
        int type = switch (icmpv6.type()) {
            case Icmpv6.PACKET_TOO_BIG, Icmpv6.UNREACHABLE -> Icmp.UNREACHABLE;
            case Icmpv6.TIME_EXCEEDED -> Icmp.TIME_EXCEEDED;
            default -> throw new IllegalArgumentException("ICMPv6 type " + icmpv6.type());
        };
        out[Ipv4.MIN_LENGTH] = (byte) type;
        out[Ipv4.MIN_LENGTH + 1] = (byte) (tooBig ? Icmp.FRAGMENTATION_NEEDED : type == 3 ? Icmp.PORT_UNREACHABLE : 0);
        var ip = Packets.ipv4(out);
        ip.set(ip.tos(), out.length, ip.ttl(), IpProtocol.ICMP, ip.source(), ip.destination());
        new Icmp().wrap(MemorySegment.ofArray(out), Ipv4.MIN_LENGTH).updateChecksum(out.length - Ipv4.MIN_LENGTH);
        return out;
    }

    /** Keeps a checksum of TCP or UDP as right as it was, where it is there. */
    private static void patch(byte[] packet, int transport, int protocol, Ipv4 ip, boolean toIpv6) {
        int field = transport + (protocol == IpProtocol.TCP ? 16 : protocol == IpProtocol.UDP ? 6 : packet.length);
        if (field + 2 > packet.length) {
            return;
        }
        var octets = ByteBuffer.wrap(packet);
        int checksum = octets.getShort(field) & 0xFFFF;
        boolean udp = protocol == IpProtocol.UDP;
        if (udp && checksum == 0) {
            return;
        }
        for (int address : new int[] {ip.source(), ip.destination()}) {
            long bits = address & 0xFFFF_FFFFL;
            checksum = toIpv6
                    ? Checksum.update128(checksum, 0, bits, high(address), low(address))
                    : Checksum.update128(checksum, high(address), low(address), 0, bits);
        }
        octets.putShort(field, (short) (udp && checksum == 0 ? 0xFFFF : checksum));
    }

    private static byte[] concat(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}

package ecmplab.packet;

import ecmplab.testkit.Hex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Packets for the tests of this package, in memory of their own. */
final class Packets {
    static final int CLIENT = 0x0A00_0001;
    static final int VIP = 0xCB00_710A;

    private Packets() {}

    static MemorySegment hex(String text) {
        var octets = Hex.bytes(text);
        var memory = Arena.ofAuto().allocate(octets.length + 64L);
        MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, 0, octets.length);
        return memory;
    }

    static String text(MemorySegment memory, long offset, int length) {
        return Hex.text(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
    }

    /** A TCP segment with {@code options} (a multiple of four octets) and {@code data} octets, right checksums, at 0. */
    static MemorySegment tcp(int flags, byte[] options, int data) {
        int length = Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH + options.length + data;
        var memory = Arena.ofAuto().allocate(length + 64L);
        var ip = new Ipv4().wrap(memory, 0);
        ip.set(0, length, 64, IpProtocol.TCP, CLIENT, VIP);
        var tcp = new Tcp().wrap(memory, ip.payload());
        tcp.set(40_000, 80, 0x1234_5678, 0, flags, 65_535);
        memory.set(ValueLayout.JAVA_BYTE, tcp.offset() + 12, (byte) (((Tcp.MIN_LENGTH + options.length) / 4) << 4));
        for (int i = 0; i < options.length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, tcp.offset() + Tcp.MIN_LENGTH + i, options[i]);
        }
        for (int i = 0; i < data; i++) {
            memory.set(ValueLayout.JAVA_BYTE, length - data + i, (byte) (i * 37));
        }
        tcp.updateChecksum(ip);
        return memory;
    }

    /** A UDP datagram with a checksum, at 0. */
    static MemorySegment udp(int data) {
        int length = Ipv4.MIN_LENGTH + Udp.LENGTH + data;
        var memory = Arena.ofAuto().allocate(length + 64L);
        var ip = new Ipv4().wrap(memory, 0);
        ip.set(0, length, 64, IpProtocol.UDP, CLIENT, VIP);
        var udp = new Udp().wrap(memory, ip.payload());
        udp.set(40_000, 53, Udp.LENGTH + data);
        for (int i = 0; i < data; i++) {
            memory.set(ValueLayout.JAVA_BYTE, udp.payload() + i, (byte) (i * 31));
        }
        udp.updateChecksum(ip);
        return memory;
    }

    /** High half of the IPv6 addresses of these packets: 2001:db8::/64. */
    static final long NETWORK = 0x2001_0DB8_0000_0000L;

    /**
     * An IPv6 packet from 2001:db8::1 to 2001:db8::2 with extension headers and an upper-layer packet as hex, at 0; flow label
     * 0xABCDE.
     */
    static MemorySegment ipv6(int nextHeader, String headers, String upper) {
        var payload = Hex.bytes(headers + " " + upper);
        var memory = Arena.ofAuto().allocate(Ipv6.LENGTH + payload.length + 64L);
        var ip = new Ipv6().wrap(memory, 0);
        ip.set(0, 0xA_BCDE, payload.length, nextHeader, 64);
        ip.setSource(NETWORK, 1);
        ip.setDestination(NETWORK, 2);
        MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, Ipv6.LENGTH, payload.length);
        return memory;
    }

    /** Octets of an IPv6 packet at 0. */
    static int length6(MemorySegment packet) {
        return Ipv6.LENGTH + new Ipv6().wrap(packet, 0).payloadLength();
    }

    /** A TCP segment over IPv6 with a right checksum, at 0. */
    static MemorySegment tcp6(int data) {
        var memory = ipv6(
                IpProtocol.TCP, "", "9c 40 00 50 12 34 56 78 00 00 00 00 50 02 fa f0 00 00 00 00" + " 5a".repeat(data));
        new Tcp().wrap(memory, Ipv6.LENGTH).updateChecksum(new Ipv6().wrap(memory, 0), Tcp.MIN_LENGTH + data);
        return memory;
    }

    /** A UDP datagram over IPv6 with a checksum, at 0. */
    static MemorySegment udp6(int data) {
        var memory = ipv6(IpProtocol.UDP, "", "9c 40 00 35 00 00 00 00" + " a5".repeat(data));
        var udp = new Udp().wrap(memory, Ipv6.LENGTH);
        udp.set(40_000, 53, Udp.LENGTH + data);
        udp.updateChecksum(new Ipv6().wrap(memory, 0));
        return memory;
    }

    /** An echo request over IPv6 with a checksum, at 0. */
    static MemorySegment echo6(int data) {
        var memory = ipv6(IpProtocol.ICMPV6, "", "80 00 00 00 ab cd 00 07" + " 11".repeat(data));
        new Icmpv6().wrap(memory, Ipv6.LENGTH).updateChecksum(new Ipv6().wrap(memory, 0), Icmpv6.LENGTH + data);
        return memory;
    }
}

package ecmplab.packet;

import static ecmplab.packet.Packets.hex;
import static ecmplab.packet.Packets.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** Headers against octets as they stand on the wire. */
final class HeaderTest {
    /** A SYN as Linux sends it: MSS 1460, SACK permitted, timestamps, window scale 7. */
    private static final String SYN = """
            02 00 00 00 00 02  # destination
            02 00 00 00 00 01  # source
            08 00              # EtherType
            45 00 00 3c        # version, header length, TOS, total length 60
            1c 46 40 00        # identification, do not fragment
            40 06 b1 e6        # TTL 64, TCP, header checksum
            ac 10 0a 63        # 172.16.10.99
            ac 10 0a 0c        # 172.16.10.12
            9c 40 00 50        # ports 40000, 80
            12 34 56 78        # sequence
            00 00 00 00        # acknowledgement
            a0 02 fa f0        # header length 40, SYN, window 64240
            db 41 00 00        # checksum, urgent
            02 04 05 b4        # MSS 1460
            04 02 08 0a 00 00 00 01 00 00 00 00
            01 03 03 07
            """;

    @Test
    void aSynOfLinuxIsReadFieldByField() {
        var memory = hex(SYN);
        var parser = new PacketParser();
        assertEquals(PacketFault.NONE, parser.parse(memory, 0, 74));
        var ethernet = new Ethernet().wrap(memory, 0);
        assertEquals(new MacAddress(0x02_00_00_00_00_02L), new MacAddress(ethernet.destination()));
        assertEquals(0x02_00_00_00_00_01L, ethernet.source());
        assertEquals(Ethernet.TYPE_IPV4, ethernet.type());
        assertFalse(ethernet.toGroup());
        var ip = new Ipv4().wrap(memory, parser.ip());
        assertEquals(20, ip.headerLength());
        assertEquals(60, ip.totalLength());
        assertEquals(40, ip.payloadLength());
        assertEquals(0x1C46, ip.identification());
        assertTrue(ip.dontFragment());
        assertFalse(ip.isFragment());
        assertEquals(64, ip.ttl());
        assertEquals(0xB1E6, ip.checksum());
        assertEquals("172.16.10.99", Ipv4.text(ip.source()));
        assertEquals("172.16.10.12", Ipv4.address(ip.destination()).getHostAddress());
        assertTrue(ip.checksumValid());
        var tcp = new Tcp().wrap(memory, ip.payload());
        assertEquals(40_000, tcp.sourcePort());
        assertEquals(80, tcp.destinationPort());
        assertEquals(0x1234_5678, tcp.sequence());
        assertEquals(40, tcp.headerLength());
        assertTrue(tcp.opens());
        assertEquals(64_240, tcp.window());
        assertEquals(1460, tcp.mss());
        assertTrue(tcp.checksumValid(ip));
        assertEquals(
                "tcp 172.16.10.99:40000 > 172.16.10.12:80", parser.flowKey().toString());
    }

    @Test
    void theIpChecksumOfAKnownHeaderIsComputed() {
        // The example of RFC 1071's readers everywhere: 192.168.0.1 to 192.168.0.199, checksum b861.
        var memory = hex("45 00 00 73 00 00 40 00 40 11 00 00 c0 a8 00 01 c0 a8 00 c7");
        new Ipv4().wrap(memory, 0).updateChecksum();
        assertEquals(0xB861, new Ipv4().wrap(memory, 0).checksum());
    }

    @Test
    void anArpRequestIsWrittenAsAFrame() {
        var memory = hex("00".repeat(64));
        int length = Arp.writeRequest(memory, 4, 0xFFFF_FFFF_FFFFL, 0x02_00_00_00_00_01L, 0x0A00_0001, 0x0A00_00FE);
        assertEquals(42, length);
        assertEquals(Hex.text(Hex.bytes("""
                        ff ff ff ff ff ff 02 00 00 00 00 01 08 06
                        00 01 08 00 06 04 00 01      # Ethernet, IPv4, 6, 4, request
                        02 00 00 00 00 01 0a 00 00 01
                        00 00 00 00 00 00 0a 00 00 fe
                        """)), text(memory, 4, length));
        assertEquals(PacketFault.NONE, new PacketParser().parse(memory, 4, length));
    }

    @Test
    void vxlanStandsInFrontOfTheFrame() {
        var memory = hex("00".repeat(50) + "11 22 33 44 55 66 aa bb cc dd ee ff 08 00 45");
        long outer = Vxlan.encapsulate(
                memory, 50, 100, 0x02_00_00_00_00_0AL, 0x02_00_00_00_00_0BL, 0x0A00_0102, 0x0A00_0203, 50_000, 5001);
        assertEquals(0, outer);
        assertEquals(Hex.text(Hex.bytes("""
                        02 00 00 00 00 0a 02 00 00 00 00 0b 08 00
                        45 00 00 88        # 136 = 20 + 8 + 8 + 100
                        00 00 40 00        # do not fragment
                        40 11 23 61        # TTL 64, UDP, checksum
                        0a 00 01 02 0a 00 02 03
                        c3 50 12 b5        # 50000, 4789
                        00 74 00 00        # 116, no checksum
                        08 00 00 00        # I
                        00 13 89 00        # VNI 5001
                        11 22 33 44 55 66
                        """)), text(memory, 0, 56));
        var parser = new PacketParser();
        assertEquals(PacketFault.BAD_IP_TOTAL_LENGTH, parser.parse(memory, 0, 149));
        var large = Arena.ofAuto().allocate(150);
        MemorySegment.copy(memory, 0, large, 0, 65);
        assertEquals(PacketFault.NONE, parser.parse(large, 0, 150));
        assertEquals(Vxlan.UDP_PORT, parser.destinationPort());
        long vxlan = parser.transport() + Udp.LENGTH;
        assertEquals(PacketFault.NONE, Vxlan.check(large, vxlan, parser.transportLength() - Udp.LENGTH));
        assertEquals(5001, new Vxlan().wrap(large, vxlan).vni());
        assertEquals(50, new Vxlan().wrap(large, vxlan).inner());
    }

    @Test
    void vxlanWithoutAVniOrAFrameIsAFault() {
        var memory = hex("00 00 00 00 00 13 89 00" + "00".repeat(14));
        assertEquals(PacketFault.BAD_VXLAN, Vxlan.check(memory, 0, 22));
        new Vxlan().wrap(memory, 0).set(0xFF_FFFF);
        assertEquals(PacketFault.NONE, Vxlan.check(memory, 0, 22));
        assertEquals(PacketFault.BAD_VXLAN, Vxlan.check(memory, 0, 21));
        assertEquals(0xFF_FFFF, new Vxlan().wrap(memory, 0).vni());
    }

    @Test
    void vxlanSourcePortsAreOfTheDynamicRangeAndSpread() {
        var hash = new FlowHash(1);
        var seen = new HashSet<Integer>();
        for (int i = 0; i < 1000; i++) {
            int port = Vxlan.sourcePort(hash.of(i, 2, 6, 3, 4));
            assertTrue(port >= 49_152 && port <= 65_535);
            seen.add(port);
        }
        assertTrue(seen.size() > 900, seen.size() + " ports for 1000 flows");
    }

    @Test
    void anIpv6HeaderIsReadAndItsHopLimitCountedDown() {
        var memory = hex("""
                60 0a bc de 00 08 3a 40     # version 6, flow label, payload 8, ICMPv6, hop limit 64
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
                80 00 00 00 12 34 00 01     # echo request
                """);
        assertEquals(PacketFault.NONE, Ipv6.check(memory, 0, 48));
        assertEquals(PacketFault.BAD_IP_TOTAL_LENGTH, Ipv6.check(memory, 0, 47));
        assertEquals(PacketFault.IP_TOO_SHORT, Ipv6.check(memory, 0, 39));
        var ip = new Ipv6().wrap(memory, 0);
        assertEquals(0xA_BCDE, ip.flowLabel());
        assertEquals(8, ip.payloadLength());
        assertEquals(IpProtocol.ICMPV6, ip.nextHeader());
        assertEquals(0x2001_0DB8_0000_0000L, ip.sourceHigh());
        assertEquals(2, ip.destinationLow());
        ip.decrementHopLimit();
        assertEquals(63, ip.hopLimit());
        var icmp = new Icmpv6().wrap(memory, Ipv6.LENGTH);
        icmp.updateChecksum(ip, 8);
        assertEquals(0x1213, icmp.checksum());
        assertTrue(icmp.checksumValid(ip, 8));
        assertFalse(icmp.isError());
    }

    @Test
    void addressesAreBitsInNetworkOrder() throws Exception {
        var address = (Inet4Address) InetAddress.getByName("203.0.113.10");
        assertEquals(0xCB00_710A, Ipv4.bits(address));
        assertEquals(address, Ipv4.address(0xCB00_710A));
        assertEquals("203.0.113.10", Ipv4.text(0xCB00_710A));
        assertTrue(Ipv4.isMartianSource(0x7F00_0001));
        assertTrue(Ipv4.isMartianSource(0xFFFF_FFFF));
        assertTrue(Ipv4.isMartianSource(0));
        assertFalse(Ipv4.isMartianSource(0xC0A8_0001));
    }

    @Test
    void aViewNeverReadsBeyondItsMemory() {
        var memory = Arena.ofAuto().allocate(10);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> new Ipv4().wrap(memory, 0).source());
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> new Ipv4().wrap(memory, 8).totalLength());
    }

    @Test
    void aFlowKeyWithAnImpossiblePortIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> FlowKey.of(1, 2, 6, 70_000, 80));
        assertEquals(
                FlowKey.of(2, 1, 6, 80, 1000), FlowKey.of(1, 2, 6, 1000, 80).reversed());
    }
}

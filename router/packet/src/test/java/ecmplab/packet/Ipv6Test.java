package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** IPv6 packets as the parser judges them, and what NAT does to them. */
final class Ipv6Test {
    private static final String TCP = "9c 40 00 50 12 34 56 78 00 00 00 00 50 02 fa f0 00 00 00 00";
    /** Hop-by-hop options: next header TCP, 8 octets, PadN. */
    private static final String HOP_BY_HOP_TCP = "06 00 01 04 00 00 00 00";

    private final PacketParser parser = new PacketParser();

    private PacketFault parse(MemorySegment packet) {
        return parser.parseIpv6(packet, 0, Packets.length6(packet));
    }

    @Test
    void aSegmentIsReadFieldByField() {
        var packet = Packets.tcp6(3);
        var frame = Arena.ofAuto().allocate(14 + 63 + 5);
        new Ethernet().wrap(frame, 0).set(2, 1, Ethernet.TYPE_IPV6);
        MemorySegment.copy(packet, 0, frame, 14, 63);
        assertEquals(PacketFault.NONE, parser.parse(frame, 0, 14 + 63 + 5));
        assertEquals(6, parser.version());
        assertEquals(63, parser.ipLength());
        assertEquals(Packets.NETWORK, parser.sourceHigh());
        assertEquals(1, parser.sourceLow());
        assertEquals(Packets.NETWORK, parser.destinationHigh());
        assertEquals(2, parser.destinationLow());
        assertEquals(0xA_BCDE, parser.flowLabel());
        assertEquals(64, parser.hopLimit());
        assertEquals(IpProtocol.TCP, parser.protocol());
        assertEquals(54, parser.transport());
        assertEquals(23, parser.transportLength());
        assertEquals(40_000, parser.sourcePort());
        assertEquals(80, parser.destinationPort());
        assertFalse(parser.isFragment());
        assertEquals(
                "tcp [2001:db8::1]:40000 > [2001:db8::2]:80", parser.flowKey().toString());
        assertTrue(new Tcp().wrap(frame, 54).checksumValid(new Ipv6().wrap(frame, 14), 23));
    }

    @Test
    void anIpv4PacketHasTheIpv4MappedAddresses() {
        var packet = Packets.udp(4);
        assertEquals(PacketFault.NONE, parse(Packets.udp6(4)));
        assertEquals(PacketFault.NONE, parser.parseIpv4(packet, 0, 32));
        assertEquals(4, parser.version());
        assertEquals(0, parser.sourceHigh());
        assertEquals(0xFFFF_0A00_0001L, parser.sourceLow());
        assertEquals(0, parser.destinationHigh());
        assertEquals(0xFFFF_CB00_710AL, parser.destinationLow());
        assertEquals(0, parser.flowLabel());
        assertEquals(64, parser.hopLimit());
    }

    @Test
    void extensionHeadersArePassed() {
        var chain = "3c 00 01 04 00 00 00 00" // hop-by-hop, then destination options
                + "2b 01 01 0c 00 00 00 00 00 00 00 00 00 00 00 00" // 16 octets, then routing
                + "33 02 04 00 00 00 00 00" + "00".repeat(16) // segments left 0, then authentication
                + "2c 04 00 00 00 00 00 01 00 00 00 02" + "00".repeat(12) // 24 octets, then fragment
                + "06 00 00 00 00 00 00 09"; // of a whole datagram, then TCP
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(0, chain, TCP)));
        assertEquals(IpProtocol.TCP, parser.protocol());
        assertEquals(40 + 8 + 16 + 24 + 24 + 8, parser.transport());
        assertEquals(20, parser.transportLength());
        assertEquals(80, parser.destinationPort());
        assertFalse(parser.isFragment());
    }

    @Test
    void allPartsOfADatagramAreOneFlowWithoutPorts() {
        var hash = new FlowHash(3);
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(44, "06 00 00 01 00 00 00 09", TCP + "00".repeat(4))));
        assertTrue(parser.isFragment());
        assertEquals(0, parser.fragmentOffset());
        assertEquals(0, parser.destinationPort());
        assertEquals(48, parser.transport());
        long first = parser.hash(hash);
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(44, "06 00 00 18 00 00 00 09", "ff")));
        assertTrue(parser.isFragment());
        assertEquals(24, parser.fragmentOffset());
        assertEquals(IpProtocol.TCP, parser.protocol());
        assertEquals(first, parser.hash(hash));
        assertEquals(hash.of(Packets.NETWORK, 1, Packets.NETWORK, 2, IpProtocol.TCP, 0, 0), first);
        // The first part may be too short for ports, and options within the datagram do not tell the parts apart.
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(44, "06 00 00 01 00 00 00 09", "9c 40 00 50 00 00 00 00")));
        assertEquals(first, parser.hash(hash));
        assertEquals(
                PacketFault.NONE,
                parse(Packets.ipv6(44, "3c 00 00 01 00 00 00 09", HOP_BY_HOP_TCP + TCP + "00".repeat(4))));
        assertEquals(60, parser.protocol());
    }

    @Test
    void aFragmentThatFitsIntoNoDatagramIsAFault() {
        assertEquals(PacketFault.BAD_FRAGMENT, parse(Packets.ipv6(44, "06 00 00 01 00 00 00 09", "00".repeat(9))));
        assertEquals(PacketFault.BAD_FRAGMENT, parse(Packets.ipv6(44, "06 00 00 08 00 00 00 09", "")));
        assertEquals(PacketFault.BAD_FRAGMENT, parse(Packets.ipv6(44, "06 00 ff f8 00 00 00 09", "00".repeat(8))));
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(44, "06 00 ff f8 00 00 00 09", "00".repeat(7))));
    }

    @Test
    void aChainThatIsCutOrTooLongIsAFault() {
        assertEquals(PacketFault.BAD_EXTENSION_HEADER, parse(Packets.ipv6(0, "06 00 01 04 00 00 00", "")));
        assertEquals(PacketFault.BAD_EXTENSION_HEADER, parse(Packets.ipv6(60, "06 01 01 04 00 00 00 00", "00")));
        assertEquals(PacketFault.BAD_EXTENSION_HEADER, parse(Packets.ipv6(44, "06 00 00 00", "")));
        assertEquals(
                PacketFault.BAD_EXTENSION_HEADER,
                parse(Packets.ipv6(60, "00 00 01 04 00 00 00 00" + HOP_BY_HOP_TCP, TCP)));
        var options = "3c 00 01 04 00 00 00 00";
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(60, options.repeat(7) + HOP_BY_HOP_TCP, TCP)));
        assertEquals(
                PacketFault.TOO_MANY_EXTENSION_HEADERS,
                parse(Packets.ipv6(60, options.repeat(8) + HOP_BY_HOP_TCP, TCP)));
    }

    @Test
    void aPacketWithNothingInItIsNoFault() {
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(59, "", "")));
        assertEquals(IpProtocol.NONE, parser.protocol());
        assertEquals(0, parser.transportLength());
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(0, "3b 00 01 04 00 00 00 00", "ff ff")));
        assertEquals(IpProtocol.NONE, parser.protocol());
    }

    @Test
    void aTransportHeaderThatDoesNotFitIsAFault() {
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parse(Packets.ipv6(6, "", "00".repeat(19))));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parse(Packets.ipv6(17, "", "00 01 00 02 00 09 00 00")));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parse(Packets.ipv6(58, "", "80 00 00 00 00 00 00")));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parse(Packets.ipv6(0, HOP_BY_HOP_TCP, "00".repeat(19))));
        // ICMP for IPv4 is just another protocol here.
        assertEquals(PacketFault.NONE, parse(Packets.ipv6(1, "", "08")));
    }

    @Test
    void anyChainOfRewritesLeavesTheChecksumsThatRecomputingGives() {
        var random = new Random(1624);
        for (int round = 0; round < 300; round++) {
            int kind = random.nextInt(3);
            int data = random.nextInt(40);
            var packet = kind == 0 ? Packets.tcp6(data) : kind == 1 ? Packets.udp6(data) : Packets.echo6(data);
            assertEquals(PacketFault.NONE, parse(packet));
            var ip = new Ipv6().wrap(packet, 0);
            for (int step = 0; step < 20; step++) {
                long high = random.nextInt(4) == 0 ? 0 : random.nextLong();
                long low = random.nextInt(4) == 0 ? -1 : random.nextLong();
                switch (random.nextInt(3)) {
                    case 0 -> ip.rewriteSource(high, low, parser.protocol(), parser.transport());
                    case 1 -> ip.rewriteDestination(high, low, parser.protocol(), parser.transport());
                    default -> setPort(packet, kind, random.nextInt(65_536));
                }
            }
            int length = parser.transportLength();
            assertTrue(
                    switch (kind) {
                        case 0 -> new Tcp().wrap(packet, 40).checksumValid(ip, length);
                        case 1 -> new Udp().wrap(packet, 40).checksumValid(ip);
                        default -> Icmpv6.check(packet, 0, 40, length) == PacketFault.NONE;
                    });
        }
    }

    private static void setPort(MemorySegment packet, int kind, int port) {
        switch (kind) {
            case 0 -> new Tcp().wrap(packet, 40).setDestinationPort(port);
            case 1 -> new Udp().wrap(packet, 40).setSourcePort(port);
            default -> {}
        }
    }

    @Test
    void noOctetsWhateverMakeTheParserThrowOrReadOutside() {
        var random = new Random(8200);
        int[] protocols = {0, 43, 44, 51, 60, 6, 17, 58, 59};
        var seen = EnumSet.noneOf(PacketFault.class);
        var hash = new FlowHash(1);
        for (int round = 0; round < 200_000; round++) {
            int length = random.nextInt(160);
            var octets = new byte[length];
            random.nextBytes(octets);
            var memory = MemorySegment.ofArray(octets);
            if (length >= 40 && random.nextInt(10) > 0) {
                octets[0] = (byte) (0x60 | (octets[0] & 15));
                octets[4] = 0;
                octets[5] = (byte) (random.nextInt(8) == 0 ? octets[5] : length - 40);
                octets[6] = (byte) protocols[random.nextInt(protocols.length)];
                for (int at = 40; at + 8 <= length; at += 8) {
                    octets[at] = (byte) protocols[random.nextInt(random.nextBoolean() ? 5 : protocols.length)];
                    octets[at + 1] = (byte) random.nextInt(3);
                }
            }
            var fault = parser.parseIpv6(memory, 0, length);
            seen.add(fault);
            if (fault == PacketFault.NONE) {
                assertTrue(parser.transport() + parser.transportLength() <= length && parser.transportLength() >= 0);
                parser.hash(hash);
                Icmpv6.mayReport(memory, 0, Icmpv6.TIME_EXCEEDED);
                NeighborDiscovery.check(memory, 0, parser.transport(), parser.transportLength());
            }
        }
        assertTrue(
                seen.containsAll(EnumSet.of(
                        PacketFault.NONE,
                        PacketFault.IP_TOO_SHORT,
                        PacketFault.BAD_IP_VERSION,
                        PacketFault.BAD_IP_TOTAL_LENGTH,
                        PacketFault.TTL_ZERO,
                        PacketFault.BAD_EXTENSION_HEADER,
                        PacketFault.TOO_MANY_EXTENSION_HEADERS,
                        PacketFault.BAD_FRAGMENT,
                        PacketFault.BAD_TRANSPORT_LENGTH)),
                seen.toString());
    }

    @Test
    void addressesAreWrittenInTheirCanonicalForm() throws Exception {
        for (var text : new String[] {
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "2001:db8:0:1:1:1:1:1",
            "2001:0:0:1::1",
            "2001:db8::1:0:0:1",
            "fe80::1:2:3:4",
            "1:2:3:4:5:6:7:8",
            "1:0:2:3:4:5:6:0",
            "1:2:3:4:5:6::",
            "::3:4:5:6:7:8"
        }) {
            var address = (Inet6Address) InetAddress.getByName(text);
            assertEquals(text, Ipv6.text(Ipv6.high(address), Ipv6.low(address)));
            assertEquals(address, Ipv6.address(Ipv6.high(address), Ipv6.low(address)));
        }
        assertEquals("::ffff:a00:1", Ipv6.text(0, 0xFFFF_0A00_0001L));
        assertEquals(16, Ipv6.address(0, 0xFFFF_0A00_0001L).getAddress().length);
    }

    @Test
    void theKindsOfAddressesAreKnown() {
        assertTrue(Ipv6.isMulticast(0xFF02L << 48));
        assertTrue(Ipv6.isLinkLocal(0xFE80L << 48));
        assertTrue(Ipv6.isLinkLocal(0xFEBFL << 48));
        assertFalse(Ipv6.isLinkLocal(0xFEC0L << 48));
        assertTrue(Ipv6.isMartianSource(0, 1));
        assertFalse(Ipv6.isMartianSource(Packets.NETWORK, 1));
    }

    @Test
    void aFlowIsOfOneFamily() {
        var four = Ipv4.address(Packets.CLIENT);
        var six = Ipv6.address(Packets.NETWORK, 1);
        assertThrows(IllegalArgumentException.class, () -> new FlowKey(four, six, 6, 1, 2));
        assertFalse(new FlowKey(six, six, 6, 1, 2).isIpv4());
        assertTrue(new FlowKey(four, four, 6, 1, 2).isIpv4());
        assertThrows(IllegalArgumentException.class, () -> Ipv4.bits(six));
    }

    @Test
    void theParserAllocatesNothing() {
        var packet = Packets.ipv6(0, "3c 00 01 04 00 00 00 00" + HOP_BY_HOP_TCP, TCP);
        int length = Packets.length6(packet);
        var hash = new FlowHash(7);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (int round = 0; round < 200_000; round++) {
            parser.parseIpv6(packet, 0, length);
            sum += parser.hash(hash);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < 1_000_000; round++) {
            parser.parseIpv6(packet, 0, length);
            sum += parser.hash(hash);
            packet.set(ValueLayout.JAVA_BYTE, 39, (byte) round);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 100_000, allocated + " octets for a million packets, hashes " + sum);
    }
}

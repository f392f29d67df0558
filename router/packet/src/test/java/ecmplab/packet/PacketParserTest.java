package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PacketParserTest {
    private final PacketParser parser = new PacketParser();

    private static MemorySegment frame(MemorySegment packet, int type) {
        var memory = Arena.ofAuto().allocate(packet.byteSize() + Ethernet.LENGTH);
        new Ethernet().wrap(memory, 0).set(2, 1, type);
        MemorySegment.copy(packet, 0, memory, Ethernet.LENGTH, packet.byteSize());
        return memory;
    }

    private static MemorySegment syn() {
        return frame(Packets.tcp(Tcp.SYN, new byte[0], 0), Ethernet.TYPE_IPV4);
    }

    /** Changes an octet of the IP header and makes its checksum right again. */
    private PacketFault withOctet(int at, int value) {
        var memory = syn();
        memory.set(ValueLayout.JAVA_BYTE, Ethernet.LENGTH + at, (byte) value);
        var ip = new Ipv4().wrap(memory, Ethernet.LENGTH);
        if (ip.headerLength() <= 40) {
            ip.updateChecksum();
        }
        return parser.parse(memory, 0, 54);
    }

    @Test
    void eachFaultOfAnIpv4HeaderHasItsName() {
        assertEquals(PacketFault.NONE, withOctet(8, 64));
        assertEquals(PacketFault.BAD_IP_VERSION, withOctet(0, 0x65));
        assertEquals(PacketFault.BAD_IP_HEADER_LENGTH, withOctet(0, 0x44));
        assertEquals(PacketFault.IP_TOO_SHORT, withOctet(0, 0x4F));
        assertEquals(PacketFault.BAD_IP_TOTAL_LENGTH, withOctet(3, 41));
        assertEquals(PacketFault.BAD_IP_TOTAL_LENGTH, withOctet(3, 19));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, withOctet(3, 39));
        assertEquals(PacketFault.TTL_ZERO, withOctet(8, 0));
        var memory = syn();
        memory.set(ValueLayout.JAVA_BYTE, Ethernet.LENGTH + 10, (byte) 0x55);
        assertEquals(PacketFault.BAD_IP_CHECKSUM, parser.parse(memory, 0, 54));
        assertEquals("bad-ip-checksum", PacketFault.BAD_IP_CHECKSUM.label());
    }

    @Test
    void everyCutOfAFrameIsAFault() {
        var memory = syn();
        for (int length = 0; length < 54; length++) {
            var fault = parser.parse(memory, 0, length);
            assertTrue(
                    fault
                            == (length < 14
                                    ? PacketFault.FRAME_TOO_SHORT
                                    : length < 34 ? PacketFault.IP_TOO_SHORT : PacketFault.BAD_IP_TOTAL_LENGTH),
                    length + ": " + fault);
        }
    }

    @Test
    void paddingOfAShortFrameIsNoFault() {
        assertEquals(PacketFault.NONE, parser.parse(syn(), 0, 60));
        assertEquals(40, parser.ipLength());
        assertEquals(20, parser.transportLength());
    }

    @Test
    void aTransportHeaderThatDoesNotFitIsAFault() {
        var memory = syn();
        memory.set(ValueLayout.JAVA_BYTE, 34 + 12, (byte) 0x60);
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parser.parse(memory, 0, 54));
        memory.set(ValueLayout.JAVA_BYTE, 34 + 12, (byte) 0x40);
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parser.parse(memory, 0, 54));
        var udp = frame(Packets.udp(10), Ethernet.TYPE_IPV4);
        assertEquals(PacketFault.NONE, parser.parse(udp, 0, 52));
        udp.set(HeaderView.U16, 34 + 4, (short) 19);
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parser.parse(udp, 0, 52));
        udp.set(HeaderView.U16, 34 + 4, (short) 7);
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, parser.parse(udp, 0, 52));
    }

    @Test
    void fragmentsAreRecognisedAndHaveNoPorts() {
        for (int field : new int[] {0x2000, 0x2001, 0x0001, 0x1FFF}) {
            var memory = syn();
            memory.set(HeaderView.U16, Ethernet.LENGTH + 6, (short) field);
            var ip = new Ipv4().wrap(memory, Ethernet.LENGTH);
            ip.updateChecksum();
            assertEquals(PacketFault.NONE, parser.parse(memory, 0, 54));
            assertTrue(parser.isFragment() && ip.isFragment());
            assertEquals((field & 0x1FFF) * 8, ip.fragmentOffset());
            assertEquals((field & 0x2000) != 0, ip.moreFragments());
            assertEquals(0, parser.sourcePort());
            assertEquals(0, parser.destinationPort());
        }
        parser.parse(syn(), 0, 54);
        assertFalse(parser.isFragment());
        assertEquals(40_000, parser.sourcePort());
    }

    @Test
    void otherEtherTypesAreNoFaultAndNotLookedInto() {
        var memory = frame(Packets.hex("ff ff"), 0x88CC);
        assertEquals(PacketFault.NONE, parser.parse(memory, 0, 16));
        assertEquals(0x88CC, parser.etherType());
        assertEquals(PacketFault.BAD_ARP, parser.parse(frame(Packets.hex("ff ff"), Ethernet.TYPE_ARP), 0, 60));
        assertEquals(PacketFault.BAD_IP_VERSION, parser.parse(frame(Packets.udp(60), Ethernet.TYPE_IPV6), 0, 80));
    }

    @Test
    void noOctetsWhateverMakeTheParserThrowOrReadOutside() {
        var random = new Random(20);
        var seen = EnumSet.noneOf(PacketFault.class);
        for (int round = 0; round < 200_000; round++) {
            int length = random.nextInt(80);
            var octets = new byte[length];
            random.nextBytes(octets);
            var memory = MemorySegment.ofArray(octets);
            if (length >= 15 && random.nextInt(10) > 0) {
                octets[12] = 8;
                octets[13] = (byte) (random.nextInt(8) == 0 ? 6 : 0);
                octets[14] = (byte) (0x44 + random.nextInt(4));
            }
            if (length >= 54 && random.nextBoolean()) {
                octets[16] = 0;
                octets[17] = (byte) random.nextInt(length);
                octets[20] &= 0x40;
                octets[21] = 0;
                octets[23] = (byte) (random.nextBoolean() ? 6 : 17);
                if ((octets[14] & 0xF) <= 8 && (octets[14] & 0xF) >= 5) {
                    new Ipv4().wrap(memory, 14).updateChecksum();
                }
            }
            var fault = parser.parse(memory, 0, length);
            seen.add(fault);
            if (fault == PacketFault.NONE && parser.etherType() == Ethernet.TYPE_IPV4) {
                assertTrue(parser.transport() + parser.transportLength() <= length);
                parser.hash(new FlowHash(1));
                new FlowHash(1).of(memory, parser.ip());
            }
        }
        assertTrue(
                seen.containsAll(EnumSet.of(
                        PacketFault.NONE,
                        PacketFault.FRAME_TOO_SHORT,
                        PacketFault.IP_TOO_SHORT,
                        PacketFault.BAD_IP_HEADER_LENGTH,
                        PacketFault.BAD_IP_TOTAL_LENGTH,
                        PacketFault.BAD_IP_CHECKSUM,
                        PacketFault.BAD_TRANSPORT_LENGTH,
                        PacketFault.BAD_ARP)),
                seen.toString());
    }
}

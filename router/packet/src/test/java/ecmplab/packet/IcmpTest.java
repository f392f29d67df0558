package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class IcmpTest {
    private static final int ROUTER = 0x0A00_00FE;
    private static final int ERROR_AT = 2000;

    private final PacketParser parser = new PacketParser();

    private static MemorySegment echo(int data) {
        int length = Ipv4.MIN_LENGTH + Icmp.LENGTH + data;
        var memory = Arena.ofAuto().allocate(4000);
        new Ipv4().wrap(memory, 0).set(0, length, 9, IpProtocol.ICMP, Packets.CLIENT, Packets.VIP);
        memory.set(HeaderView.U64, 20, 0x0800_0000_ABCD_0007L);
        for (int i = 0; i < data; i++) {
            memory.set(ValueLayout.JAVA_BYTE, 28 + i, (byte) i);
        }
        new Icmp().wrap(memory, 20).updateChecksum(Icmp.LENGTH + data);
        return memory;
    }

    private static MemorySegment roomy(MemorySegment packet) {
        var memory = Arena.ofAuto().allocate(4000);
        MemorySegment.copy(packet, 0, memory, 0, packet.byteSize());
        return memory;
    }

    @Test
    void anEchoIsAnsweredInPlace() {
        var memory = echo(57);
        Icmp.replyToEcho(memory, 0);
        assertEquals(PacketFault.NONE, parser.parseIpv4(memory, 0, 85));
        assertEquals(Packets.VIP, parser.source());
        assertEquals(Packets.CLIENT, parser.destination());
        var icmp = new Icmp().wrap(memory, parser.transport());
        assertEquals(PacketFault.NONE, Icmp.check(memory, icmp.offset(), parser.transportLength()));
        assertEquals(Icmp.ECHO_REPLY, icmp.type());
        assertEquals(0xABCD, icmp.identifier());
        assertEquals(7, icmp.sequence());
        assertEquals(64, new Ipv4().wrap(memory, 0).ttl());
        assertEquals(56, memory.get(ValueLayout.JAVA_BYTE, 28 + 56));
    }

    @Test
    void aTimeExceededQuotesThePacketAndGoesToItsSource() {
        var memory = roomy(Packets.tcp(Tcp.SYN, new byte[0], 0));
        int length = Icmp.writeTimeExceeded(memory, ERROR_AT, ROUTER, 0);
        assertEquals(20 + 8 + 40, length);
        assertEquals(PacketFault.NONE, parser.parseIpv4(memory, ERROR_AT, length));
        assertEquals(ROUTER, parser.source());
        assertEquals(Packets.CLIENT, parser.destination());
        assertEquals(0xC0, new Ipv4().wrap(memory, ERROR_AT).tos());
        var icmp = new Icmp().wrap(memory, parser.transport());
        assertEquals(PacketFault.NONE, Icmp.check(memory, icmp.offset(), parser.transportLength()));
        assertEquals(Icmp.TIME_EXCEEDED, icmp.type());
        assertEquals(0, icmp.code());
        assertTrue(icmp.isError());
        assertEquals(Packets.text(memory, 0, 40), Packets.text(memory, icmp.quoted(), 40));
    }

    @Test
    void anErrorIsNeverLongerThan576Octets() {
        var memory = roomy(Packets.udp(1400));
        int length = Icmp.writeUnreachable(memory, ERROR_AT, ROUTER, Icmp.HOST_UNREACHABLE, 0);
        assertEquals(576, length);
        assertEquals(PacketFault.NONE, parser.parseIpv4(memory, ERROR_AT, length));
        var icmp = new Icmp().wrap(memory, parser.transport());
        assertEquals(PacketFault.NONE, Icmp.check(memory, icmp.offset(), parser.transportLength()));
        assertEquals(Icmp.UNREACHABLE, icmp.type());
        assertEquals(Icmp.HOST_UNREACHABLE, icmp.code());
        assertEquals(Packets.text(memory, 0, 548), Packets.text(memory, icmp.quoted(), 548));
    }

    @Test
    void fragmentationNeededNamesTheMtu() {
        var memory = roomy(Packets.udp(1400));
        Icmp.writeFragmentationNeeded(memory, ERROR_AT, ROUTER, 1400, 0);
        var icmp = new Icmp().wrap(memory, ERROR_AT + 20);
        assertEquals(Icmp.FRAGMENTATION_NEEDED, icmp.code());
        assertEquals(1400, icmp.nextHopMtu());
    }

    @Test
    void someThingsAreNeverReported() {
        assertTrue(Icmp.mayReport(Packets.udp(10), 0));
        assertTrue(Icmp.mayReport(echo(10), 0));
        var error = roomy(Packets.udp(10));
        Icmp.writeTimeExceeded(error, ERROR_AT, ROUTER, 0);
        assertFalse(Icmp.mayReport(error, ERROR_AT));
        var fragment = Packets.udp(10);
        fragment.set(HeaderView.U16, 6, (short) 3);
        assertFalse(Icmp.mayReport(fragment, 0));
        for (int destination : new int[] {0xE000_0001, 0xFFFF_FFFF}) {
            var group = Packets.udp(10);
            new Ipv4().wrap(group, 0).setDestination(destination);
            assertFalse(Icmp.mayReport(group, 0));
        }
        for (int source : new int[] {0, 0x7F00_0001, 0xE000_0001, 0xFFFF_FFFF}) {
            var martian = Packets.udp(10);
            new Ipv4().wrap(martian, 0).setSource(source);
            assertFalse(Icmp.mayReport(martian, 0));
        }
    }

    @Test
    void aMessageWithAWrongChecksumIsAFault() {
        var memory = echo(8);
        memory.set(ValueLayout.JAVA_BYTE, 30, (byte) 99);
        assertEquals(PacketFault.BAD_TRANSPORT_CHECKSUM, Icmp.check(memory, 20, 16));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, Icmp.check(memory, 20, 7));
    }
}

package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class Icmpv6Test {
    private static final int ERROR_AT = 2048;
    private static final long ROUTER = 0xFE;

    private final PacketParser parser = new PacketParser();

    private static MemorySegment roomy(MemorySegment packet) {
        var memory = Arena.ofAuto().allocate(4096);
        MemorySegment.copy(packet, 0, memory, 0, packet.byteSize());
        return memory;
    }

    @Test
    void anEchoIsAnsweredInPlace() {
        var packet = Packets.echo6(57);
        Icmpv6.replyToEcho(packet, 0, 40);
        assertEquals(PacketFault.NONE, parser.parseIpv6(packet, 0, 105));
        assertEquals(2, parser.sourceLow());
        assertEquals(1, parser.destinationLow());
        assertEquals(64, parser.hopLimit());
        assertEquals(PacketFault.NONE, Icmpv6.check(packet, 0, 40, 65));
        var icmp = new Icmpv6().wrap(packet, 40);
        assertEquals(Icmpv6.ECHO_REPLY, icmp.type());
        assertEquals(0xABCD, icmp.identifier());
        assertEquals(7, icmp.sequence());
    }

    @Test
    void anErrorQuotesThePacketAndGoesToItsSource() {
        var memory = roomy(Packets.tcp6(5));
        int length = Icmpv6.writeTimeExceeded(memory, ERROR_AT, Packets.NETWORK, ROUTER, 0);
        assertEquals(40 + 8 + 65, length);
        assertEquals(PacketFault.NONE, parser.parseIpv6(memory, ERROR_AT, length));
        assertEquals(ROUTER, parser.sourceLow());
        assertEquals(1, parser.destinationLow());
        assertEquals(PacketFault.NONE, Icmpv6.check(memory, ERROR_AT, parser.transport(), parser.transportLength()));
        var icmp = new Icmpv6().wrap(memory, parser.transport());
        assertEquals(Icmpv6.TIME_EXCEEDED, icmp.type());
        assertTrue(icmp.isError());
        assertEquals(Packets.text(memory, 0, 65), Packets.text(memory, icmp.quoted(), 65));
        Icmpv6.writeUnreachable(memory, ERROR_AT, Packets.NETWORK, ROUTER, Icmpv6.ADDRESS_UNREACHABLE, 0);
        assertEquals(Icmpv6.UNREACHABLE, icmp.type());
        assertEquals(Icmpv6.ADDRESS_UNREACHABLE, icmp.code());
    }

    @Test
    void aPacketTooBigNamesTheMtuAndIsNeverLongerThan1280Octets() {
        var memory = roomy(Packets.udp6(1400));
        int length = Icmpv6.writePacketTooBig(memory, ERROR_AT, Packets.NETWORK, ROUTER, 1400, 0);
        assertEquals(1280, length);
        assertEquals(PacketFault.NONE, Icmpv6.check(memory, ERROR_AT, ERROR_AT + 40, 1240));
        var icmp = new Icmpv6().wrap(memory, ERROR_AT + 40);
        assertEquals(Icmpv6.PACKET_TOO_BIG, icmp.type());
        assertEquals(1400, icmp.mtu());
        assertEquals(Packets.text(memory, 0, 1232), Packets.text(memory, icmp.quoted(), 1232));
    }

    @Test
    void someThingsAreNeverReported() {
        assertTrue(Icmpv6.mayReport(Packets.udp6(10), 0, Icmpv6.TIME_EXCEEDED));
        assertTrue(Icmpv6.mayReport(Packets.echo6(10), 0, Icmpv6.TIME_EXCEEDED));
        var error = roomy(Packets.udp6(10));
        Icmpv6.writeTimeExceeded(error, ERROR_AT, Packets.NETWORK, ROUTER, 0);
        assertFalse(Icmpv6.mayReport(error, ERROR_AT, Icmpv6.TIME_EXCEEDED));
        // Nor behind extension headers; a redirect neither.
        var hidden = Packets.ipv6(60, "3a 00 01 04 00 00 00 00", "01 00 00 00 00 00 00 00");
        assertFalse(Icmpv6.mayReport(hidden, 0, Icmpv6.UNREACHABLE));
        assertFalse(Icmpv6.mayReport(Packets.ipv6(58, "", "89 00 00 00 00 00 00 00"), 0, Icmpv6.UNREACHABLE));
        var group = Packets.udp6(10);
        new Ipv6().wrap(group, 0).setDestination(0xFF05L << 48, 2);
        assertFalse(Icmpv6.mayReport(group, 0, Icmpv6.TIME_EXCEEDED));
        assertTrue(Icmpv6.mayReport(group, 0, Icmpv6.PACKET_TOO_BIG));
        for (long[] source : new long[][] {{0, 0}, {0, 1}, {0xFF02L << 48, 1}}) {
            var martian = Packets.udp6(10);
            new Ipv6().wrap(martian, 0).setSource(source[0], source[1]);
            assertFalse(Icmpv6.mayReport(martian, 0, Icmpv6.PACKET_TOO_BIG));
        }
    }

    @Test
    void aMessageWithAWrongChecksumIsAFault() {
        var packet = Packets.echo6(8);
        packet.set(ValueLayout.JAVA_BYTE, 50, (byte) 99);
        assertEquals(PacketFault.BAD_TRANSPORT_CHECKSUM, Icmpv6.check(packet, 0, 40, 16));
        assertEquals(PacketFault.BAD_TRANSPORT_LENGTH, Icmpv6.check(packet, 0, 40, 7));
    }
}

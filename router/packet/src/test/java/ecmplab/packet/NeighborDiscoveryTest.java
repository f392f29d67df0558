package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class NeighborDiscoveryTest {
    private static final long MAC = 0x02_00_00_00_00_01L;
    private static final int MESSAGE = Ethernet.LENGTH + Ipv6.LENGTH;

    private final MemorySegment memory = Packets.hex("00".repeat(128));

    private PacketFault check(int length) {
        var ip = new Ipv6().wrap(memory, Ethernet.LENGTH);
        ip.setPayloadLength(length);
        new Icmpv6().wrap(memory, MESSAGE).updateChecksum(ip, length);
        return NeighborDiscovery.check(memory, Ethernet.LENGTH, MESSAGE, length);
    }

    private void solicitation() {
        NeighborDiscovery.writeSolicitation(memory, 0, 0, MAC, Packets.NETWORK, 1, Packets.NETWORK, 0xAB_CDEF);
    }

    private void advertisement(int flags) {
        NeighborDiscovery.writeAdvertisement(memory, 0, 2, MAC, Packets.NETWORK, 2, Packets.NETWORK, 1, flags);
    }

    @Test
    void aSolicitationIsWrittenAsAFrame() {
        assertEquals(
                86,
                NeighborDiscovery.writeSolicitation(memory, 0, 0, MAC, Packets.NETWORK, 1, Packets.NETWORK, 0xAB_CDEF));
        assertEquals(Hex.text(Hex.bytes("""
                33 33 ff ab cd ef 02 00 00 00 00 01 86 dd
                60 00 00 00 00 20 3a ff      # payload 32, ICMPv6, hop limit 255
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01
                ff 02 00 00 00 00 00 00 00 00 00 01 ff ab cd ef
                87 00 7e f5 00 00 00 00      # neighbour solicitation
                20 01 0d b8 00 00 00 00 00 00 00 00 00 ab cd ef
                01 01 02 00 00 00 00 01      # source link-layer address
                """)), Packets.text(memory, 0, 86));
        var parser = new PacketParser();
        assertEquals(PacketFault.NONE, parser.parse(memory, 0, 86));
        assertEquals(PacketFault.NONE, NeighborDiscovery.check(memory, 14, parser.transport(), 32));
        var message = new NeighborDiscovery().wrap(memory, parser.transport(), 32);
        assertTrue(message.isSolicitation());
        assertEquals(Packets.NETWORK, message.targetHigh());
        assertEquals(0xAB_CDEF, message.targetLow());
        assertEquals(MAC, message.linkAddress());
    }

    @Test
    void anAdvertisementTellsWhereItsTargetIs() {
        advertisement(NeighborDiscovery.ROUTER | NeighborDiscovery.SOLICITED);
        assertEquals(PacketFault.NONE, check(32));
        var message = new NeighborDiscovery().wrap(memory, MESSAGE, 32);
        assertFalse(message.isSolicitation());
        assertTrue(message.has(NeighborDiscovery.ROUTER) && message.has(NeighborDiscovery.SOLICITED));
        assertFalse(message.has(NeighborDiscovery.OVERRIDE));
        assertEquals(1, message.targetLow());
        assertEquals(MAC, message.linkAddress());
        assertEquals(PacketFault.NONE, check(24));
        assertEquals(
                NeighborDiscovery.ABSENT,
                new NeighborDiscovery().wrap(memory, MESSAGE, 24).linkAddress());
    }

    @Test
    void whatAForwarderMayHaveTouchedIsNotBelieved() {
        solicitation();
        new Ipv6().wrap(memory, 14).setHopLimit(254);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
    }

    @Test
    void codesTargetsAndOptionsThatAreWrongAreFaults() {
        solicitation();
        memory.set(HeaderView.U8, MESSAGE + 1, (byte) 1);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        solicitation();
        memory.set(HeaderView.U8, MESSAGE + 8, (byte) 0xFF);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        solicitation();
        memory.set(HeaderView.U8, MESSAGE + 25, (byte) 0);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        memory.set(HeaderView.U8, MESSAGE + 25, (byte) 2);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        solicitation();
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(31));
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(23));
        solicitation();
        memory.set(HeaderView.U8, MESSAGE + 20, (byte) 9);
        assertEquals(PacketFault.BAD_TRANSPORT_CHECKSUM, NeighborDiscovery.check(memory, Ethernet.LENGTH, MESSAGE, 32));
    }

    @Test
    void whoProbesAnAddressAsksTheGroupAndDoesNotSayWhereItIs() {
        solicitation();
        var ip = new Ipv6().wrap(memory, 14);
        ip.setSource(0, 0);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        assertEquals(PacketFault.NONE, check(24));
        ip.setDestination(Packets.NETWORK, 0xAB_CDEF);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(24));
    }

    @Test
    void anAdvertisementToAGroupAnswersNobody() {
        advertisement(NeighborDiscovery.SOLICITED);
        new Ipv6().wrap(memory, 14).setDestination(NeighborDiscovery.ALL_NODES_HIGH, NeighborDiscovery.ALL_NODES_LOW);
        assertEquals(PacketFault.BAD_NEIGHBOR_DISCOVERY, check(32));
        memory.set(HeaderView.U32, MESSAGE + 4, NeighborDiscovery.OVERRIDE);
        assertEquals(PacketFault.NONE, check(32));
    }
}

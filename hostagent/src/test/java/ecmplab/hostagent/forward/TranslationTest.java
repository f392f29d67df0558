package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is rewritten in packets, octet by octet; {@link Packets#soundPacket} checks every checksum on the way. */
@ParameterizedClass
@EnumSource(Families.class)
final class TranslationTest {
    private static final int PORT = 40_000;
    private static final int ROUTER = Packets.ip("198.51.100.1");
    private static final TableVersion ONE = version(1, State.ACTIVE, member(1, 1));
    private static final byte[] MSS_1460 = Hex.bytes("02 04 05 b4");
    /** The option at an odd offset, as after a single no-operation. */
    private static final byte[] ODD_MSS_1460 = Hex.bytes("01 02 04 05 b4 01 01 00");

    private final Fabric fabric;
    private final Fabric narrow;
    private final Fabric.Host one;

    TranslationTest(Families families) {
        fabric = new Fabric(families, 2, 2);
        narrow = new Fabric(families, 1, 1, 1400);
        one = fabric.host(1);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(host.balances(), host.agent.ledger() + ""));
        narrow.hosts.forEach(host -> assertTrue(host.balances(), host.agent.ledger() + ""));
    }

    private void open(Fabric on) {
        on.applyAll(policy(ONE));
        on.fromMux(ONE, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 0));
        on.host(1).packetAtVm(1);
    }

    private void openUdp() {
        fabric.applyAll(policy(ONE));
        fabric.fromMux(ONE, Packets.udp(CLIENT, PORT, VIP, 80, 9, true));
        one.packetAtVm(1);
    }

    @Test
    void onlyAddressesPortsAndChecksumsOfASegmentChange() {
        open(fabric);
        var sent = Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.ACK | Tcp.PSH, 37);
        fabric.fromMux(ONE, sent);
        var expected = Packets.tcp(CLIENT, PORT, dip(1, 1), 8080, Tcp.ACK | Tcp.PSH, 37);
        assertEquals(Hex.text(expected), Hex.text(one.packetAtVm(1)));
    }

    @Test
    void onlyAddressesPortsTtlAndChecksumsOfAReplyChange() {
        open(fabric);
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.ACK, 37));
        var expected = Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 37);
        Packets.ipv4(expected).decrementTtl();
        assertEquals(Hex.text(expected), Hex.text(fabric.packetAtGateway()));
    }

    @Test
    void aDatagramKeepsItsChecksumRightAndAMissingOneMissing() {
        openUdp();
        fabric.fromMux(ONE, Packets.udp(CLIENT, PORT, VIP, 80, 9, true));
        assertTrue(Packets.udp(one.packetAtVm(1)).checksum() != 0);
        fabric.fromMux(ONE, Packets.udp(CLIENT, PORT, VIP, 80, 9, false));
        assertEquals(0, Packets.udp(one.packetAtVm(1)).checksum());
        one.packetFromVm(1, Packets.udp(dip(1, 1), 8080, CLIENT, PORT, 9, false));
        var reply = fabric.packetAtGateway();
        assertEquals(0, Packets.udp(reply).checksum());
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(reply));
    }

    @Test
    void paddingOfShortFramesIsNotDelivered() {
        open(fabric);
        var packet = Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.ACK, 0);
        fabric.toMember(member(1, 1), FrameTag.bits(1, 1, 0, 0, 0), Arrays.copyOf(packet, packet.length + 6));
        assertEquals(
                Ethernet.LENGTH + fabric.families.inner(packet).length,
                one.atVm(1).getFirst().length);
    }

    @Test
    void anMssThatFitsIsLeftAlone() {
        fabric.applyAll(policy(ONE));
        fabric.fromMux(ONE, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 0, MSS_1460));
        assertEquals(1460, Packets.tcp(one.packetAtVm(1)).mss());
        assertEquals(0, one.count(HostCount.MSS_CLAMPED));
    }

    @Test
    void anMssIsLoweredBothWaysToWhatVxlanLeaves() {
        narrow.applyAll(policy(ONE));
        var host = narrow.host(1);
        narrow.fromMux(ONE, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 0, MSS_1460));
        int tunnel = narrow.families.outerIpv6 ? 70 : 50;
        int headers = narrow.families.innerIpv6 ? 60 : 40;
        assertEquals(1400 - tunnel - headers, Packets.tcp(host.packetAtVm(1)).mss());
        host.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0, ODD_MSS_1460));
        assertEquals(
                1400 - tunnel - headers, Packets.tcp(narrow.packetAtGateway()).mss());
        assertEquals(2, host.count(HostCount.MSS_CLAMPED));
    }

    @Test
    void aRoutersErrorReachesTheVmTranslatedInsideToo() {
        open(fabric);
        var sent = Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 100);
        for (int quoted : new int[] {28, 38, 140}) {
            toVmOfFlow(Packets.fragmentationNeeded(ROUTER, sent, quoted, 1300));
            var packet = one.packetAtVm(1);
            assertEquals(ROUTER, Packets.ipv4(packet).source());
            assertEquals(dip(1, 1), Packets.ipv4(packet).destination());
            var icmp = icmp(packet);
            assertEquals(1300, icmp.nextHopMtu());
            var inside = Arrays.copyOfRange(packet, (int) icmp.quoted(), packet.length);
            var asTheVmSentIt = Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.ACK, 100);
            assertEquals(Hex.text(Arrays.copyOf(asTheVmSentIt, quoted)), Hex.text(inside), quoted + " octets quoted");
        }
        assertEquals(3, one.count(HostCount.ICMP_TO_VM));
    }

    private static Icmp icmp(byte[] packet) {
        return new Icmp().wrap(MemorySegment.ofArray(packet), Ipv4.MIN_LENGTH);
    }

    private void toVmOfFlow(byte[] packet) {
        fabric.toMember(member(1, 1), FrameTag.bits(1, 1, 0, 0, 0), packet);
    }

    @Test
    void anErrorIsPassedOnToWhereItsFlowLives() {
        open(fabric);
        var moved = version(2, State.ACTIVE, member(2, 1));
        fabric.applyAll(policy(moved, ONE));
        var error = Packets.fragmentationNeeded(ROUTER, Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 9), 28, 1300);
        fabric.toMember(member(2, 1), FrameTag.bits(1, 2, 0, 0, 0), error);
        one.packetAtVm(1);
        var stray = Packets.fragmentationNeeded(ROUTER, Packets.tcp(VIP, 80, CLIENT, 7, Tcp.ACK, 9), 28, 1300);
        fabric.toMember(member(2, 1), FrameTag.bits(1, 2, 0, 0, 0), stray);
        assertEquals(1, one.drops(HostDrop.ICMP_NO_FLOW));
    }

    @Test
    void aClosedPortOfAVmIsReportedAsOneOfTheVip() {
        openUdp();
        var got = Packets.udp(CLIENT, PORT, dip(1, 1), 8080, 9, true);
        var error = new byte[Ipv4.MIN_LENGTH + Icmp.LENGTH + got.length];
        var memory = MemorySegment.ofArray(new byte[256]);
        MemorySegment.copy(MemorySegment.ofArray(got), 0, memory, 128, got.length);
        int length = Icmp.writeUnreachable(memory, 0, dip(1, 1), Icmp.PORT_UNREACHABLE, 128);
        MemorySegment.copy(memory, 0, MemorySegment.ofArray(error), 0, length);
        one.packetFromVm(1, error);

        var packet = fabric.packetAtGateway();
        assertEquals(VIP, Packets.ipv4(packet).source());
        assertEquals(CLIENT, Packets.ipv4(packet).destination());
        var inside = Arrays.copyOfRange(packet, (int) icmp(packet).quoted(), packet.length);
        assertEquals(Hex.text(Packets.udp(CLIENT, PORT, VIP, 80, 9, true)), Hex.text(inside));
        assertEquals(1, one.count(HostCount.ICMP_FROM_VM));
    }

    @Test
    void icmpThatCannotBeTranslatedIsCounted() {
        open(fabric);
        var sent = Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 0);
        var cutShort = Packets.fragmentationNeeded(ROUTER, sent, 27, 1300);
        toVmOfFlow(cutShort);
        var aboutAnother = Packets.fragmentationNeeded(ROUTER, Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 0), 28, 1);
        new Ipv4().wrap(MemorySegment.ofArray(aboutAnother), 0).setDestination(VIP + 1);
        toVmOfFlow(aboutAnother);
        var wrongSum = Packets.fragmentationNeeded(ROUTER, sent, 28, 1300);
        wrongSum[wrongSum.length - 1] ^= 1;
        toVmOfFlow(wrongSum);
        assertEquals(3, one.drops(HostDrop.ICMP_UNUSABLE));
        var echo = Packets.fragmentationNeeded(ROUTER, sent, 28, 1300);
        echo[Ipv4.MIN_LENGTH] = Icmp.ECHO_REQUEST;
        toVmOfFlow(echo);
        assertEquals(1, one.drops(HostDrop.ICMP_NOT_ERROR));
        assertEquals(0, one.count(HostCount.ICMP_TO_VM));
        assertEquals(IpProtocol.ICMP, Packets.ipv4(echo).protocol());
    }
}

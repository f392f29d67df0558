package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.VM_GATEWAY;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.hostSideMac;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static ecmplab.hostagent.forward.Fabric.vmMac;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of what a VM sends: replies, calls to VIPs (its own too), what is the kernel's, and what has no way out. */
@ParameterizedClass
@EnumSource(Families.class)
final class VmSideTest {
    private static final int PORT = 40_000;
    private static final TableVersion TWO = version(1, State.ACTIVE, member(2, 1));

    private final Fabric fabric;
    private final Fabric.Host one;
    private final Fabric.Host two;

    VmSideTest(Families families) {
        fabric = new Fabric(families, 2, 2);
        one = fabric.host(1);
        two = fabric.host(2);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(
                host.balances(),
                host.agent.ledger() + " " + host.agent.snapshot().drops()));
    }

    /** Of VM 1, in the inner family; from the address 0, it looks for doubles. */
    private byte[] askFor(int target, int sender) {
        return fabric.families.innerIpv6 ? solicitation(target, sender) : arpRequest(target, sender);
    }

    private static byte[] solicitation(int target, int sender) {
        var frame = new byte[NeighborDiscovery.FRAME_LENGTH];
        var memory = MemorySegment.ofArray(frame);
        NeighborDiscovery.writeSolicitation(
                memory, 0, 0, vmMac(1, 1), Siit.high(sender), Siit.low(sender), Siit.high(target), Siit.low(target));
        if (sender == 0) { // says not where it is, as it is nowhere yet (RFC 4861 section 4.3)
            int length = NeighborDiscovery.LENGTH - 8;
            var ip = new Ipv6().wrap(memory, Ethernet.LENGTH);
            ip.setSource(0, 0);
            ip.setPayloadLength(length);
            new Icmpv6().wrap(memory, Ethernet.LENGTH + Ipv6.LENGTH).updateChecksum(ip, length);
        }
        return frame;
    }

    private static byte[] arpRequest(int target, int sender) {
        var frame = Packets.frame(MacAddress.BROADCAST.bits(), vmMac(1, 1), Ethernet.TYPE_ARP, new byte[Arp.LENGTH]);
        new Arp().wrap(MemorySegment.ofArray(frame), Ethernet.LENGTH).set(Arp.REQUEST, vmMac(1, 1), sender, 0, target);
        return frame;
    }

    @Test
    void whatIsForTheGatewayIsLeftToTheKernel() {
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, VM_GATEWAY, 50_000, Tcp.SYN | Tcp.ACK, 0));
        var toHost = Packets.tcp(dip(1, 1), 8080, Packets.ip("10.0.0.1"), 50_000, Tcp.ACK, 0);
        int type = fabric.families.outerIpv6 ? Ethernet.TYPE_IPV6 : Ethernet.TYPE_IPV4;
        one.fromVm(1, Packets.frame(hostSideMac(1, 1), vmMac(1, 1), type, fabric.families.outer(toHost)));
        one.fromVm(1, askFor(VM_GATEWAY, dip(1, 1)));
        assertEquals(3, one.count(HostCount.TO_KERNEL));
        assertTrue(one.atVm(1).isEmpty());
        assertTrue(fabric.atGateway.isEmpty());
    }

    @Test
    void aNeighbourOfTheSameSubnetIsAnsweredForByTheHost() {
        one.fromVm(1, askFor(dip(2, 1), dip(1, 1)));
        var frame = one.atVm(1).getFirst();
        assertEquals(vmMac(1, 1), Packets.ethernet(frame).destination());
        if (fabric.families.innerIpv6) {
            assertAdvertises(frame, dip(2, 1));
            return;
        }
        var arp = new Arp().wrap(MemorySegment.ofArray(frame), Ethernet.LENGTH);
        assertEquals(Arp.REPLY, arp.operation());
        assertEquals(dip(2, 1), arp.senderAddress());
        assertEquals(hostSideMac(1, 1), arp.senderMac());
        assertEquals(vmMac(1, 1), arp.targetMac());
    }

    private static void assertAdvertises(byte[] frame, int target) {
        var memory = MemorySegment.ofArray(frame);
        long at = Ethernet.LENGTH + Ipv6.LENGTH;
        assertEquals(PacketFault.NONE, NeighborDiscovery.check(memory, Ethernet.LENGTH, at, NeighborDiscovery.LENGTH));
        var advertisement = new NeighborDiscovery().wrap(memory, at, NeighborDiscovery.LENGTH);
        assertEquals(target, Siit.ipv4(advertisement.targetHigh(), advertisement.targetLow()));
        assertEquals(hostSideMac(1, 1), advertisement.linkAddress());
        assertTrue(advertisement.has(NeighborDiscovery.SOLICITED));
        assertFalse(advertisement.has(NeighborDiscovery.OVERRIDE), "a proxy (RFC 4861 section 7.2.8)");
    }

    @Test
    void aVmThatLooksForDoublesOfItsAddressFindsNone() {
        one.fromVm(1, askFor(dip(1, 1), 0));
        one.fromVm(1, askFor(dip(1, 1), dip(1, 1)));
        assertTrue(one.atVm(1).isEmpty());
        assertEquals(2, one.count(HostCount.TO_KERNEL));
    }

    @Test
    void aPacketWithoutAFlowHasNoWayOutYet() {
        fabric.applyAll(policy(TWO));
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 5000, CLIENT, 443, Tcp.SYN, 0));
        assertEquals(1, two.drops(HostDrop.NO_FLOW));
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 5000, VIP, 80, Tcp.SYN, 0));
        assertEquals(1, one.drops(HostDrop.NO_FLOW), "no backend: nobody would find the way back to it");
    }

    @Test
    void aForeignSourceIsDropped() {
        fabric.applyAll(policy(TWO));
        one.packetFromVm(1, Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.ACK, 0));
        one.packetFromVm(1, Packets.tcp(dip(1, 2), 8080, VIP, 80, Tcp.SYN, 0));
        assertEquals(2, one.drops(HostDrop.SPOOFED_SOURCE));
    }

    @Test
    void anotherVmsReplyIsNotItsOwn() {
        fabric.applyAll(policy(TWO));
        fabric.fromMux(TWO, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 0));
        two.packetAtVm(1);
        two.packetFromVm(2, Packets.tcp(dip(2, 1), 8080, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0));
        assertEquals(1, two.drops(HostDrop.SPOOFED_SOURCE));
        assertTrue(fabric.atGateway.isEmpty());
    }

    @Test
    void aTtlThatEndsHereIsDropped() {
        fabric.applyAll(policy(TWO));
        fabric.fromMux(TWO, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 0));
        two.packetAtVm(1);
        var reply = Packets.tcp(dip(2, 1), 8080, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0);
        Packets.ipv4(reply).setTtl(1);
        two.packetFromVm(1, reply);
        assertEquals(1, two.drops(HostDrop.TTL_EXPIRED));
    }

    @Test
    void fragmentsAreCounted() {
        var fragment = Packets.udp(dip(1, 1), 8080, CLIENT, PORT, 8, false);
        fragment[7] = 1; // eight octets are missing before it
        Packets.ipv4(fragment).updateChecksum();
        one.packetFromVm(1, fragment);
        assertEquals(1, one.drops(HostDrop.FRAGMENT_WITHOUT_FIRST));
    }

    /** A VM calls a VIP that another host's VM answers: out by the router and a MUX, back within the overlay. */
    @Test
    void aVmCallsAVipOfAnotherHostsVm() {
        fabric.applyAll(policy(TWO, version(65_535, State.RETIRED, member(1, 1))));
        one.packetFromVm(1, Packets.tcp(dip(1, 1), PORT, VIP, 80, Tcp.SYN, 0));
        var out = fabric.packetAtGateway();
        assertEquals("10.1.1.11:40000 > 203.0.113.10:80", Packets.flow(out), "unchanged but for its TTL");
        assertEquals(63, Packets.ipv4(out).ttl());
        assertEquals(1, one.count(HostCount.HAIRPINS));

        fabric.fromMux(TWO, out);
        assertEquals("10.1.1.11:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));

        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, dip(1, 1), PORT, Tcp.SYN | Tcp.ACK, 0));
        assertTrue(fabric.atGateway.isEmpty(), "the underlay has no route to a VM's address");
        var frame = one.atVm(1).getFirst();
        assertEquals("203.0.113.10:80 > 10.1.1.11:40000", Packets.flow(Packets.soundPacket(frame)));
        assertEquals(vmMac(1, 1), Packets.ethernet(frame).destination());
        assertEquals(hostSideMac(1, 1), Packets.ethernet(frame).source());
        assertEquals(1, one.count(HostCount.DELIVERED_PLAIN));
    }

    @Test
    void aVmCallsAVipOfAnotherVmOfItsHost() {
        fabric.applyAll(policy(version(1, State.ACTIVE, member(2, 1)), version(65_535, State.RETIRED, member(2, 2))));
        two.packetFromVm(2, Packets.tcp(dip(2, 2), PORT, VIP, 80, Tcp.SYN, 0));
        fabric.fromMux(TWO, fabric.packetAtGateway());
        two.packetAtVm(1);
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, dip(2, 2), PORT, Tcp.SYN | Tcp.ACK, 0));
        assertEquals("203.0.113.10:80 > 10.1.1.22:40000", Packets.flow(two.packetAtVm(2)));
        assertEquals(0, fabric.hostToHost);
    }

    /** It would take no packet from its own address, so it sees the VIP as its client. */
    @Test
    void aVmThatIsChosenToAnswerItselfSeesTheVipAsItsClient() {
        fabric.applyAll(policy(TWO));
        two.packetFromVm(1, Packets.tcp(dip(2, 1), PORT, VIP, 80, Tcp.SYN, 0));
        fabric.fromMux(TWO, fabric.packetAtGateway());
        assertEquals("203.0.113.10:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, VIP, PORT, Tcp.SYN | Tcp.ACK, 0));
        assertEquals("203.0.113.10:80 > 10.1.1.21:40000", Packets.flow(two.packetAtVm(1)));
        two.packetFromVm(1, Packets.tcp(dip(2, 1), PORT, VIP, 80, Tcp.ACK, 5));
        fabric.fromMux(TWO, fabric.packetAtGateway());
        assertEquals("203.0.113.10:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
    }

    @Test
    void aVmIsResetThroughTheOverlayToo() {
        fabric.applyAll(policy(TWO, version(65_535, State.RETIRED, member(1, 1))));
        fabric.fromMux(TWO, Packets.tcp(dip(1, 1), PORT, VIP, 80, Tcp.ACK, 0));
        var packet = one.packetAtVm(1);
        assertEquals("203.0.113.10:80 > 10.1.1.11:40000", Packets.flow(packet));
        assertEquals(Tcp.RST, Packets.tcp(packet).flags());
    }

    @Test
    void onlyAVipMayTalkToAVmPlainly() {
        fabric.applyAll(policy(TWO, version(65_535, State.RETIRED, member(1, 1))));
        fabric.toMember(member(1, 1), 0x0A_0000_0000_01L, Packets.tcp(CLIENT, 80, dip(1, 1), PORT, Tcp.ACK, 0));
        assertEquals(1, one.drops(HostDrop.NOT_A_VIP));
        assertTrue(one.atVm(1).isEmpty());
    }

    @Test
    void whatIsNotForThisHostIsNotForwarded() {
        var packet = Packets.tcp(CLIENT, 80, Packets.ip("10.0.0.77"), PORT, Tcp.ACK, 0);
        fromUnderlay(packet);
        assertEquals(1, one.drops(HostDrop.NOT_OURS));
        var mine = Packets.tcp(CLIENT, 80, Packets.ip("10.0.0.1"), PORT, Tcp.ACK, 0);
        fromUnderlay(mine);
        assertEquals(1, one.count(HostCount.TO_KERNEL));
        assertEquals(
                fabric.families.outer(Packets.ip("10.0.0.1")),
                one.agent.snapshot().addresses().getFirst());
    }

    private void fromUnderlay(byte[] packet) {
        int type = fabric.families.outerIpv6 ? Ethernet.TYPE_IPV6 : Ethernet.TYPE_IPV4;
        one.fromUnderlay(Packets.frame(0x02_00AA_0000_01L, 0x02_00FF_0000_01L, type, fabric.families.outer(packet)));
    }
}

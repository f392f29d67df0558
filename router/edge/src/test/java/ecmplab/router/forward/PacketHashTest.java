package ecmplab.router.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PacketHashTest {
    private static final int CLIENT = 0x0A00_0002;
    private static final int VIP = 0xCB00_710A;
    private static final long NET = 0x2001_0DB8L << 32;
    private static final long SEED = 7;
    private static final int IP = 256;

    private final MemorySegment memory = Arena.ofAuto().allocate(1024);
    private final FlowHash hash = new FlowHash(SEED);

    private PacketHash by(HashPolicy policy) {
        return new PacketHash(memory, policy, SEED);
    }

    private void udp(int sourcePort) {
        new Ipv4().wrap(memory, IP).set(0, 28, 64, IpProtocol.UDP, CLIENT, VIP);
        new Udp().wrap(memory, IP + 20).set(sourcePort, 80, 8);
    }

    private void udp6(int label, int sourcePort) {
        var ip = new Ipv6().wrap(memory, IP);
        ip.set(0, label, 8, IpProtocol.UDP, 64);
        ip.setSource(NET, 1);
        ip.setDestination(NET, 2);
        new Udp().wrap(memory, IP + 40).set(sourcePort, 80, 8);
    }

    @Test
    void eachPolicyHashesWhatItNames() {
        udp(1000);
        assertEquals(
                hash.of(CLIENT, VIP, IpProtocol.UDP, 1000, 80),
                by(HashPolicy.FIVE_TUPLE).ipv4(IP));
        assertEquals(
                hash.of(CLIENT, VIP, IpProtocol.UDP), by(HashPolicy.THREE_TUPLE).ipv4(IP));
        assertEquals(hash.of(CLIENT, VIP), by(HashPolicy.TWO_TUPLE).ipv4(IP));
        assertEquals(
                hash.of(CLIENT, VIP, IpProtocol.UDP, 1000, 80),
                by(HashPolicy.FLOW_LABEL).ipv4(IP));
        assertEquals(
                hash.of(CLIENT, VIP, IpProtocol.UDP, 1000, 80),
                by(HashPolicy.INNER).ipv4(IP));
        udp6(0xABCDE, 1000);
        assertEquals(
                hash.of(NET, 1, NET, 2, IpProtocol.UDP, 1000, 80),
                by(HashPolicy.FIVE_TUPLE).ipv6(IP));
        assertEquals(
                hash.of(NET, 1, NET, 2, IpProtocol.UDP, 0, 0),
                by(HashPolicy.THREE_TUPLE).ipv6(IP));
        assertEquals(hash.of(NET, 1, NET, 2, 0, 0, 0), by(HashPolicy.TWO_TUPLE).ipv6(IP));
        assertEquals(
                hash.ofLabel(NET, 1, NET, 2, 0xABCDE), by(HashPolicy.FLOW_LABEL).ipv6(IP));
        udp6(0, 1000);
        assertEquals(
                hash.of(NET, 1, NET, 2, IpProtocol.UDP, 1000, 80),
                by(HashPolicy.FLOW_LABEL).ipv6(IP));
    }

    @Test
    void explainHashesAsPacketsWithoutLabelDo() {
        for (var policy : HashPolicy.values()) {
            udp(1000);
            assertEquals(by(policy).ipv4(IP), by(policy).of(FlowKey.of(CLIENT, VIP, IpProtocol.UDP, 1000, 80)));
            udp6(0, 1000);
            assertEquals(by(policy).ipv6(IP), by(policy).of(FlowKey.of(NET, 1, NET, 2, IpProtocol.UDP, 1000, 80)));
        }
    }

    @Test
    void theInnerPacketOfVxlanDecidesAndNotItsOuterPort() {
        int inner = 512;
        new Ethernet().wrap(memory, inner).set(2, 1, Ethernet.TYPE_IPV4);
        new Ipv4().wrap(memory, inner + 14).set(0, 28, 64, IpProtocol.UDP, CLIENT, VIP);
        new Udp().wrap(memory, inner + 34).set(1000, 80, 8);
        long outer = Vxlan.encapsulate(memory, inner, 42, 2, 1, 0x0A00_0101, 0x0A00_0201, 50_000, 5001);
        long expected = hash.of(CLIENT, VIP, IpProtocol.UDP, 1000, 80);
        assertEquals(expected, by(HashPolicy.INNER).ipv4(outer + 14));
        assertNotEquals(expected, by(HashPolicy.FIVE_TUPLE).ipv4(outer + 14));
        long outer6 = Vxlan.encapsulateIpv6(memory, inner, 42, 2, 1, NET, 3, NET, 4, 50_000, 5001);
        assertEquals(expected, by(HashPolicy.INNER).ipv6(outer6 + 14));
        // What is no whole packet inside is hashed by what is outside.
        new Ipv4().wrap(memory, inner + 14).set(0, 29, 64, IpProtocol.UDP, CLIENT, VIP);
        assertEquals(
                hash.of(NET, 3, NET, 4, IpProtocol.UDP, 50_000, 4789),
                by(HashPolicy.INNER).ipv6(outer6 + 14));
    }
}

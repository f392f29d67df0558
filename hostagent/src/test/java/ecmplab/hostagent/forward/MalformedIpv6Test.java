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
import ecmplab.packet.Icmpv6;
import ecmplab.packet.Ipv6;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.Tcp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** As {@link MalformedTest}, in IPv6 over IPv6: whatever arrives costs one drop with a name, and nothing else. */
final class MalformedIpv6Test {
    private static final TableVersion ONE = version(1, State.ACTIVE, member(1, 1));
    private static final long UNDERLAY_MAC = 0x02_00AA_0000_01L;
    private static final int OUTER_CHECKSUM = Ethernet.LENGTH + Ipv6.LENGTH + 6;
    private static final int VXLAN = OUTER_CHECKSUM + 2;
    private static final int INNER_IP = Vxlan.ENCAPSULATION_IPV6 + Ethernet.LENGTH;

    private final Fabric fabric = new Fabric(Families.IPV6, 2, 2);
    private final Fabric.Host host = fabric.host(1);

    private static byte[] fromMux(byte[] packet) {
        return outer(Families.IPV6.innerFrame(Fabric.vmMac(1, 1), FrameTag.bits(1, 1, 0, 0, 0), packet));
    }

    private static byte[] outer(byte[] inner) {
        return Packets.vxlan(true, UNDERLAY_MAC, Fabric.MUX, Packets.ip("10.0.0.1"), 50_000, Fabric.VNI, inner);
    }

    private static byte[] syn() {
        return Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN, 0);
    }

    private static byte[] flipped(byte[] frame, int at, int bits) {
        frame[at] ^= (byte) bits;
        return frame;
    }

    private static byte[] withoutChecksum(byte[] frame) {
        frame[OUTER_CHECKSUM] = 0;
        frame[OUTER_CHECKSUM + 1] = 0;
        return frame;
    }

    private void dropped(String reason, byte[] frame) {
        long before = host.agent.snapshot().drops().getOrDefault(reason, -1L);
        host.fromUnderlay(frame);
        assertEquals(
                before + 1,
                host.agent.snapshot().drops().get(reason),
                reason + " of " + host.agent.snapshot().drops());
        assertTrue(host.balances());
    }

    @Test
    void eachFaultHasItsName() {
        fabric.applyAll(policy(ONE));
        dropped("outer-bad-ip-version", flipped(fromMux(syn()), Ethernet.LENGTH, 0x10));
        dropped("outer-bad-transport-checksum", flipped(fromMux(syn()), OUTER_CHECKSUM, 1));
        dropped("outer-bad-transport-checksum", flipped(fromMux(syn()), INNER_IP + 8, 1));
        var whole = fromMux(syn());
        dropped("outer-bad-ip-total-length", Arrays.copyOf(whole, whole.length - 1));
        dropped("outer-bad-vxlan", flipped(withoutChecksum(fromMux(syn())), VXLAN, 0x08));
        dropped("unknown-vni", flipped(withoutChecksum(fromMux(syn())), VXLAN + 6, 1));
        dropped("inner-bad-ip-version", flipped(withoutChecksum(fromMux(syn())), INNER_IP, 0x10));
        dropped("inner-ttl-zero", flipped(withoutChecksum(fromMux(syn())), INNER_IP + 7, 64));
        var header = withoutChecksum(fromMux(syn()));
        header[INNER_IP + 6] = 60; // destination options, longer than the packet
        header[INNER_IP + 41] = 77;
        dropped("inner-bad-extension-header", header);
        dropped("not-a-vip", fromMux(Packets.tcp(CLIENT, 1, VIP + 9, 80, Tcp.SYN, 0)));
        dropped("no-endpoint", fromMux(Packets.tcp(CLIENT, 1, VIP, 81, Tcp.SYN, 0)));
        var tunnel = Packets.udp(Fabric.MUX, 50_000, Packets.ip("10.0.0.1"), Vxlan.UDP_PORT, 64, false);
        tunnel[6] = 0x20; // more fragments
        Packets.ipv4(tunnel).updateChecksum();
        dropped("outer-fragment", Packets.frame(UNDERLAY_MAC, 0, Ethernet.TYPE_IPV6, Siit.toIpv6(tunnel)));
        dropped("not-ours", Packets.frame(UNDERLAY_MAC, 0, Ethernet.TYPE_IPV6, Siit.toIpv6(syn())));
    }

    /** Tunnels may do without one (RFC 6935); a right one is right. */
    @Test
    void aTunnelOverIpv6NeedsNoChecksum() {
        fabric.applyAll(policy(ONE));
        host.fromUnderlay(withoutChecksum(fromMux(syn())));
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(host.packetAtVm(1)));
        host.fromUnderlay(fromMux(syn()));
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(host.packetAtVm(1)));
    }

    /** Only a neighbour on the link can have sent it with this hop limit (RFC 4861 section 7.1). */
    @Test
    void neighbourDiscoveryFromAfarIsNotBelieved() {
        var frame = new byte[NeighborDiscovery.FRAME_LENGTH];
        var memory = MemorySegment.ofArray(frame);
        int own = Packets.ip("10.0.0.1");
        NeighborDiscovery.writeAdvertisement(
                memory,
                0,
                UNDERLAY_MAC,
                0x02_0000_0000_66L,
                Siit.high(own),
                Siit.low(own),
                Siit.high(Fabric.GATEWAY),
                Siit.low(Fabric.GATEWAY),
                NeighborDiscovery.SOLICITED | NeighborDiscovery.OVERRIDE);
        frame[Ethernet.LENGTH + 7] = 64;
        dropped("outer-bad-neighbor-discovery", frame);
        frame[Ethernet.LENGTH + 7] = (byte) 255;
        host.fromUnderlay(frame);
        assertEquals(1, host.count(HostCount.TO_KERNEL));
        assertEquals(
                Icmpv6.NEIGHBOR_ADVERTISEMENT,
                new Icmpv6().wrap(memory, Ethernet.LENGTH + Ipv6.LENGTH).type());
    }

    /** Sound frames of every kind, a few octets changed at random: nothing is thrown, nothing lost, nothing counted twice. */
    @Test
    void randomDamageIsSurvived() {
        var retired = version(65_535, State.RETIRED, member(2, 1), member(1, 2));
        fabric.applyAll(policy(ONE, retired));
        var reply = Packets.tcp(dip(1, 1), 8080, CLIENT, 40_000, Tcp.SYN | Tcp.ACK, 10);
        var error = Packets.fragmentationNeeded(
                Packets.ip("198.51.100.1"), Packets.tcp(VIP, 80, CLIENT, 40_000, Tcp.ACK, 40), 60, 1300);
        var part = Packets.udp(CLIENT, 40_000, VIP, 80, 32, false);
        part[6] = 0x20;
        Packets.ipv4(part).updateChecksum();
        var fromUnderlay = List.of(
                fromMux(syn()),
                fromMux(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 30)),
                fromMux(Packets.udp(CLIENT, 40_000, VIP, 80, 30, true)),
                fromMux(part),
                fromMux(error));
        var fromVm = Families.IPV6.innerFrame(Fabric.hostSideMac(1, 1), Fabric.vmMac(1, 1), reply);
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(3) == 0) {
                host.fromVm(1, damaged(fromVm, random));
            } else {
                host.fromUnderlay(damaged(fromUnderlay.get(random.nextInt(fromUnderlay.size())), random));
            }
            if (i % 50 == 0) {
                fabric.atGateway.clear();
                fabric.hosts.forEach(one -> {
                    one.atVm(1);
                    one.atVm(2);
                    assertTrue(one.balances(), one.agent.ledger().toString());
                });
            }
        }
        assertTrue(host.count(HostCount.DELIVERED) > 1000);
        assertTrue(host.count(HostCount.PASSED_ON) > 10);
        assertTrue(fabric.host(2).agent.ledger().received() > 0);
    }

    /** Three of four come without an outer checksum, so that damage gets past it. */
    private static byte[] damaged(byte[] sound, Random random) {
        var frame = random.nextInt(10) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length + 20)) : sound.clone();
        for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        return random.nextInt(4) > 0 && frame.length > INNER_IP ? withoutChecksum(frame) : frame;
    }
}

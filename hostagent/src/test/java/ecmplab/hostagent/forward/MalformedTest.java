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
import ecmplab.packet.Tcp;
import ecmplab.packet.Vxlan;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever arrives costs one drop with a name, and nothing else. */
final class MalformedTest {
    private static final TableVersion ONE = version(1, State.ACTIVE, member(1, 1));
    private static final long UNDERLAY_MAC = 0x02_00AA_0000_01L;

    private final Fabric fabric = new Fabric(2, 2);
    private final Fabric.Host host = fabric.host(1);

    private static byte[] outer(byte[] inner) {
        return Packets.vxlan(UNDERLAY_MAC, Fabric.MUX, Packets.ip("10.0.0.1"), 50_000, Fabric.VNI, inner);
    }

    private static byte[] inner(byte[] packet) {
        return Packets.frame(Fabric.vmMac(1, 1), FrameTag.bits(1, 1, 0, 0, 0), Ethernet.TYPE_IPV4, packet);
    }

    private static byte[] syn() {
        return Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN, 0);
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
        var noVni = outer(inner(syn()));
        noVni[42] = 0; // VXLAN flags
        dropped("outer-bad-vxlan", noVni);
        var wrongSum = outer(inner(syn()));
        wrongSum[24] ^= 1; // outer IPv4 checksum
        dropped("outer-bad-ip-checksum", wrongSum);
        var otherNetwork = outer(inner(syn()));
        otherNetwork[48] ^= 1; // VNI
        dropped("unknown-vni", otherNetwork);
        var otherVm = outer(inner(syn()));
        otherVm[Vxlan.ENCAPSULATION + 5] ^= 0x40;
        dropped("unknown-vm", otherVm);
        dropped("inner-not-ip", outer(Packets.frame(Fabric.vmMac(1, 1), 0, Ethernet.TYPE_ARP, new byte[28])));
        var innerSum = outer(inner(syn()));
        innerSum[Vxlan.ENCAPSULATION + Ethernet.LENGTH + 10] ^= 1;
        dropped("inner-bad-ip-checksum", innerSum);
        dropped("inner-bad-ip-total-length", outer(inner(Arrays.copyOf(syn(), 39))));
        dropped("not-a-vip", outer(inner(Packets.tcp(CLIENT, 1, VIP + 9, 80, Tcp.SYN, 0))));
        dropped("no-endpoint", outer(inner(Packets.tcp(CLIENT, 1, VIP, 81, Tcp.SYN, 0))));
        var fragment = Packets.udp(CLIENT, 1, VIP, 80, 8, false);
        fragment[7] = 1; // eight octets are missing before it
        Packets.ipv4(fragment).updateChecksum();
        dropped("fragment-without-first", outer(inner(fragment)));
        var outerFragment = outer(inner(syn()));
        outerFragment[20] = 0x20;
        dropped("outer-fragment", withOuterChecksum(outerFragment));
        dropped("outer-frame-too-short", new byte[13]);
        fabric.applyAll(policy(version(2, State.ACTIVE, member(2, 1))));
        dropped("not-a-member", outer(inner(syn())));
    }

    private static byte[] withOuterChecksum(byte[] frame) {
        var packet = Arrays.copyOfRange(frame, Ethernet.LENGTH, frame.length);
        Packets.ipv4(packet).updateChecksum();
        System.arraycopy(packet, 0, frame, Ethernet.LENGTH, packet.length);
        return frame;
    }

    /** Sound frames of every kind, a few octets changed at random: nothing is thrown, nothing lost, nothing counted twice. */
    @Test
    void randomDamageIsSurvived() {
        var retired = version(65_535, State.RETIRED, member(2, 1), member(1, 2));
        fabric.applyAll(policy(ONE, retired));
        var reply = Packets.tcp(dip(1, 1), 8080, CLIENT, 40_000, Tcp.SYN | Tcp.ACK, 10);
        var error = Packets.fragmentationNeeded(
                Packets.ip("198.51.100.1"), Packets.tcp(VIP, 80, CLIENT, 40_000, Tcp.ACK, 40), 60, 1300);
        var fromUnderlay = List.of(
                outer(inner(syn())),
                outer(inner(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 30))),
                outer(inner(Packets.udp(CLIENT, 40_000, VIP, 80, 30, true))),
                outer(inner(error)));
        var fromVm = List.of(
                Packets.frame(Fabric.hostSideMac(1, 1), Fabric.vmMac(1, 1), Ethernet.TYPE_IPV4, reply),
                Packets.frame(-1L >>> 16, Fabric.vmMac(1, 1), Ethernet.TYPE_ARP, new byte[28]));
        var random = new Random(7);
        for (int i = 0; i < 30_000; i++) {
            boolean vm = random.nextInt(3) == 0;
            var frames = vm ? fromVm : fromUnderlay;
            var frame = damaged(frames.get(random.nextInt(frames.size())), random);
            if (vm) {
                host.fromVm(1, frame);
            } else {
                host.fromUnderlay(frame);
            }
            if (i % 50 == 0) {
                fabric.atGateway.clear();
                for (int at = 1; at <= 2; at++) {
                    host.atVm(at);
                    fabric.host(2).atVm(at);
                }
                fabric.hosts.forEach(
                        one -> assertTrue(one.balances(), one.agent.ledger().toString()));
            }
        }
        assertTrue(host.count(HostCount.DELIVERED) > 1000);
        assertTrue(host.count(HostCount.PASSED_ON) > 10);
        assertTrue(fabric.host(2).agent.ledger().received() > 0);
    }

    private static byte[] damaged(byte[] sound, Random random) {
        var frame = random.nextInt(10) == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length + 20)) : sound.clone();
        for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        if (random.nextInt(4) > 0 && frame.length >= Vxlan.ENCAPSULATION + 34) {
            repair(frame, Ethernet.LENGTH);
            repair(frame, Vxlan.ENCAPSULATION + Ethernet.LENGTH);
        }
        return frame;
    }

    /** Sets an IPv4 checksum right, so that damage gets past it. */
    private static void repair(byte[] frame, int at) {
        if ((frame[at] & 0xF) == 5) {
            var header = Arrays.copyOfRange(frame, at, at + 20);
            Packets.ipv4(header).updateChecksum();
            System.arraycopy(header, 0, frame, at, 20);
        }
    }
}

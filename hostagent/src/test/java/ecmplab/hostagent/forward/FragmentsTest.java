package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams in parts: all parts go one way, and together they are what was sent, its checksum valid for the new addresses. */
@ParameterizedClass
@EnumSource(Families.class)
final class FragmentsTest {
    private static final int PORT = 40_000;
    private static final TableVersion OLD = version(1, State.RETIRED, member(1, 1));
    private static final TableVersion NEW = version(2, State.ACTIVE, member(2, 1));

    private final Fabric fabric;
    private final Fabric.Host one;
    private final Fabric.Host two;

    FragmentsTest(Families families) {
        fabric = new Fabric(families, 2, 2);
        one = fabric.host(1);
        two = fabric.host(2);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(host.balances()));
    }

    /** Cuts a packet after each {@code size} octets of its payload, a multiple of eight. */
    private static List<byte[]> fragments(byte[] packet, int identification, int size) {
        var parts = new ArrayList<byte[]>();
        int payload = packet.length - Ipv4.MIN_LENGTH;
        for (int from = 0; from < payload; from += size) {
            int octets = Math.min(size, payload - from);
            var part = new byte[Ipv4.MIN_LENGTH + octets];
            System.arraycopy(packet, 0, part, 0, Ipv4.MIN_LENGTH);
            System.arraycopy(packet, Ipv4.MIN_LENGTH + from, part, Ipv4.MIN_LENGTH, octets);
            boolean more = from + octets < payload;
            part[2] = (byte) (part.length >>> 8);
            part[3] = (byte) part.length;
            part[4] = (byte) (identification >>> 8);
            part[5] = (byte) identification;
            part[6] = (byte) ((more ? 0x20 : 0) | from >>> 11);
            part[7] = (byte) (from >>> 3);
            Packets.ipv4(part).updateChecksum();
            parts.add(part);
        }
        return parts;
    }

    /** The whole packet of frames that carry its parts in order. */
    private static byte[] whole(List<byte[]> frames) {
        var packet = Packets.soundPacket(frames.getFirst());
        for (var frame : frames.subList(1, frames.size())) {
            var part = Packets.soundPacket(frame);
            int at = packet.length;
            packet = Arrays.copyOf(packet, at + part.length - Ipv4.MIN_LENGTH);
            System.arraycopy(part, Ipv4.MIN_LENGTH, packet, at, part.length - Ipv4.MIN_LENGTH);
        }
        packet[2] = (byte) (packet.length >>> 8);
        packet[3] = (byte) packet.length;
        packet[6] = 0;
        Packets.ipv4(packet).updateChecksum();
        return Packets.soundPacket(Packets.frame(0, 0, Ethernet.TYPE_IPV4, packet));
    }

    private static byte[] datagram() {
        return Packets.udp(CLIENT, PORT, VIP, 80, 3000, true);
    }

    @Test
    void partsOfANewFlowsDatagramReachItsVmTranslated() {
        fabric.applyAll(policy(NEW));
        fragments(datagram(), 7, 1480).forEach(part -> fabric.fromMux(NEW, part));
        var packet = whole(two.atVm(1));
        assertEquals("192.0.2.7:40000 > 10.1.1.21:8080", Packets.flow(packet));
        assertArrayEquals(Arrays.copyOfRange(datagram(), 28, 3028), Arrays.copyOfRange(packet, 28, packet.length));
        assertEquals(2, two.count(HostCount.FRAGMENTS));
    }

    @Test
    void partsFollowTheFirstToTheHostWhereItsFlowLives() {
        fabric.applyAll(policy(version(1, State.ACTIVE, member(1, 1))));
        fabric.fromMux(OLD, Packets.udp(CLIENT, PORT, VIP, 80, 10, true));
        one.packetAtVm(1);
        fabric.applyAll(policy(NEW, OLD));
        fragments(datagram(), 7, 1480).forEach(part -> fabric.fromMux(NEW, part));
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(whole(one.atVm(1))));
        assertEquals(3, two.count(HostCount.PASSED_ON));
        assertEquals(0, two.atVm(1).size());
    }

    @Test
    void aReplyInPartsLeavesWithTheVipAsSource() {
        fabric.applyAll(policy(NEW));
        fabric.fromMux(NEW, Packets.udp(CLIENT, PORT, VIP, 80, 10, true));
        two.packetAtVm(1);
        fragments(Packets.udp(dip(2, 1), 8080, CLIENT, PORT, 3000, true), 9, 1480)
                .forEach(part -> two.packetFromVm(1, part));
        var packet = whole(List.copyOf(fabric.atGateway));
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(packet));
        assertEquals(63, Packets.ipv4(packet).ttl());
    }

    @Test
    void partsWithoutTheirFirstAreDroppedAndCounted() {
        fabric.applyAll(policy(NEW));
        var parts = fragments(datagram(), 7, 1480);
        fabric.fromMux(NEW, parts.get(1));
        fabric.fromMux(NEW, parts.getFirst());
        fabric.fromMux(NEW, fragments(datagram(), 8, 1480).get(1));
        fabric.after(Duration.ofSeconds(30));
        fabric.fromMux(NEW, parts.get(2));
        assertEquals(1, two.atVm(1).size());
        assertEquals(3, two.drops(HostDrop.FRAGMENT_WITHOUT_FIRST));
    }

    @Test
    void aFirstPartWithoutItsWholeHeaderIsDropped() {
        fabric.applyAll(policy(NEW));
        fabric.fromMux(
                NEW,
                fragments(Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.SYN, 100), 7, 16)
                        .getFirst());
        assertEquals(1, two.drops(HostDrop.FRAGMENT_UNUSABLE));
        assertEquals(0, two.agent.snapshot().nat().flows());
    }

    @Test
    void moreDatagramsThanAreRememberedCostTheOldestOnes() {
        fabric.applyAll(policy(NEW));
        int datagrams = 5000;
        for (int i = 0; i < datagrams; i++) {
            fabric.fromMux(
                    NEW,
                    fragments(Packets.udp(CLIENT, PORT, VIP, 80, 24, true), i, 16)
                            .getFirst());
            two.atVm(1);
        }
        for (int i = 0; i < datagrams; i++) {
            fabric.fromMux(
                    NEW,
                    fragments(Packets.udp(CLIENT, PORT, VIP, 80, 24, true), i, 16)
                            .get(1));
            two.atVm(1);
        }
        long followed = two.count(HostCount.FRAGMENTS);
        assertTrue(followed > 500 && followed <= 1024, followed + " of at most 1024");
        assertEquals(datagrams - followed, two.drops(HostDrop.FRAGMENT_WITHOUT_FIRST));
    }
}

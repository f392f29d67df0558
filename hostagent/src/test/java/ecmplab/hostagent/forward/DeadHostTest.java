package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static ecmplab.hostagent.forward.Fabric.withDead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Tcp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Older generations name a host that is dead: what lived there is told, what lives elsewhere is still found. */
@ParameterizedClass
@EnumSource(Families.class)
final class DeadHostTest {
    private static final int PORT = 40_000;
    private static final TableVersion FIRST = version(1, State.RETIRED, member(1, 1));
    private static final TableVersion SECOND = version(2, State.RETIRED, member(2, 1));
    private static final TableVersion NEWEST = version(3, State.ACTIVE, member(3, 1));

    private final Fabric fabric;
    private final Fabric.Host one;
    private final Fabric.Host two;
    private final Fabric.Host three;

    DeadHostTest(Families families) {
        fabric = new Fabric(families, 3, 1);
        one = fabric.host(1);
        two = fabric.host(2);
        three = fabric.host(3);
    }

    private static byte[] segment(int flags) {
        return Packets.tcp(CLIENT, PORT, VIP, 80, flags, 10);
    }

    private static byte[] datagram() {
        return Packets.udp(CLIENT, PORT, VIP, 80, 10, true);
    }

    private void flowOn(Fabric.Host host, TableVersion version) {
        fabric.applyAll(policy(new TableVersion(
                version.generation(), version.slots(), version.seed(), version.members(), State.ACTIVE)));
        fabric.fromMux(version, segment(Tcp.SYN));
        host.packetAtVm(1);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(host.balances()));
    }

    @Test
    void aFlowThatDiedWithItsHostIsResetAndNotSentThere() {
        flowOn(two, SECOND);
        fabric.applyAll(policy(NEWEST, SECOND));
        fabric.fromMux(NEWEST, segment(Tcp.ACK));
        two.packetAtVm(1);
        fabric.applyAll(withDead(policy(NEWEST, SECOND), 2));
        fabric.hostToHost = 0;
        fabric.fromMux(NEWEST, segment(Tcp.ACK));
        var reset = fabric.packetAtGateway();
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(reset));
        assertEquals(Tcp.RST, Packets.tcp(reset).flags());
        assertEquals(2000, Packets.tcp(reset).sequence(), "what the client says it expects");
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void aDeadHostInBetweenDoesNotHideOneThatLives() {
        flowOn(one, FIRST);
        fabric.applyAll(withDead(policy(NEWEST, SECOND, FIRST), 2));
        fabric.fromMux(NEWEST, segment(Tcp.ACK));
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(one.packetAtVm(1)));
        assertEquals(1, three.count(HostCount.PASSED_ON));
        assertTrue(fabric.atGateway.isEmpty());
    }

    /** One has heard that host 2 is dead, the other has not yet: the order of the living is the same for both. */
    @Test
    void hostsMayLearnOfADeathAtDifferentTimes() {
        var four = new Fabric(fabric.families, 4, 1);
        var newest = version(4, State.ACTIVE, member(4, 1));
        var versions = policy(newest, version(3, State.RETIRED, member(3, 1)), SECOND, FIRST);
        four.applyAll(policy(version(1, State.ACTIVE, member(1, 1))));
        four.fromMux(FIRST, segment(Tcp.SYN));
        four.host(1).packetAtVm(1);
        four.applyAll(versions);
        four.host(3).apply(withDead(versions, 2));
        four.fromMux(newest, segment(Tcp.ACK));
        four.host(1).packetAtVm(1);
        assertEquals(0, four.host(2).count(HostCount.VXLAN_RECEIVED));
    }

    @Test
    void whatIsNotTcpIsTakenByTheOwnerInForceWhenTheOthersAreDead() {
        fabric.applyAll(withDead(policy(NEWEST, SECOND), 2));
        fabric.fromMux(NEWEST, datagram());
        assertEquals("192.0.2.7:40000 > 10.1.1.31:8080", Packets.flow(three.packetAtVm(1)));
        assertEquals(1, three.count(HostCount.ADOPTED));
    }

    /** Until the SLB manager has made a table without it. */
    @Test
    void aNewFlowForADeadHostIsDropped() {
        var stillActive = version(2, State.ACTIVE, member(2, 1));
        fabric.applyAll(withDead(policy(stillActive, FIRST), 2));
        fabric.fromMux(FIRST, datagram());
        assertEquals(1, one.drops(HostDrop.HOST_DEAD));
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void aHostThatIsThoughtDeadServesWhatItHas() {
        flowOn(two, SECOND);
        fabric.applyAll(withDead(policy(NEWEST, SECOND), 2));
        fabric.fromMux(SECOND, segment(Tcp.ACK));
        two.packetAtVm(1);
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, CLIENT, PORT, Tcp.ACK, 0));
        fabric.packetAtGateway();
    }
}

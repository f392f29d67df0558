package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Tcp;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A VM moves from host 1 to host 2, where its port has another MAC and IP address; its id stays. */
@ParameterizedClass
@EnumSource(Families.class)
final class MovedVmTest {
    private static final int PORT = 40_000;
    private static final Member BEFORE = named("web", member(1, 1));
    private static final Member AFTER = named("web", member(2, 1));
    private static final TableVersion OLD_ACTIVE = version(1, State.ACTIVE, BEFORE);
    private static final TableVersion OLD = version(1, State.RETIRED, BEFORE);
    private static final TableVersion NEW = version(2, State.ACTIVE, AFTER);

    private final Fabric fabric;
    private final Fabric.Host one;
    private final Fabric.Host two;

    MovedVmTest(Families families) {
        fabric = new Fabric(families, 3, 1);
        one = fabric.host(1);
        two = fabric.host(2);
    }

    private static Member named(String id, Member member) {
        return new Member(id, member.dip(), member.port(), member.host(), member.mac(), member.vni(), member.weight());
    }

    private static byte[] segment(int flags) {
        return Packets.tcp(CLIENT, PORT, VIP, 80, flags, 10);
    }

    private void flowBeforeTheMove() {
        fabric.applyAll(policy(OLD_ACTIVE));
        fabric.fromMux(OLD, segment(Tcp.SYN));
        one.packetAtVm(1);
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0));
        fabric.packetAtGateway();
        fabric.fromMux(OLD, segment(Tcp.ACK));
        one.packetAtVm(1);
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(host.balances()));
    }

    @Test
    void newFlowsAreServedWhereTheVmIsNow() {
        flowBeforeTheMove();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, Packets.tcp(CLIENT, PORT + 1, VIP, 80, Tcp.SYN, 0));
        assertEquals("192.0.2.7:40001 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
    }

    @Test
    void aFlowThatDiedWithTheMoveIsResetByTheVmItself() {
        flowBeforeTheMove();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        assertEquals(2, fabric.hostToHost, "the old host knows the flow, and where the VM is");
        assertResetByTheVm();
    }

    @Test
    void anOldHostThatIsDeadIsNotAsked() {
        flowBeforeTheMove();
        var policy = policy(NEW, OLD);
        fabric.applyAll(new SlbPolicy(1, 1, policy.endpoints(), Set.of(BEFORE.host())));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        assertEquals(0, fabric.hostToHost);
        assertResetByTheVm();
    }

    private void assertResetByTheVm() {
        assertEquals("192.0.2.7:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, CLIENT, PORT, Tcp.RST, 0));
        var reset = fabric.packetAtGateway();
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(reset));
        assertTrue(Packets.tcp(reset).has(Tcp.RST));
        assertEquals(1, two.count(HostCount.MOVED_ADOPTED));
    }

    @Test
    void aConnectionThatALateMuxOpensAtTheOldHostIsFoundAfterTheVmHasMovedOn() {
        var third = named("web", member(3, 1));
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(OLD, segment(Tcp.SYN));
        two.packetAtVm(1);
        fabric.applyAll(policy(
                version(4, State.ACTIVE, third),
                version(3, State.RETIRED, third),
                version(2, State.RETIRED, AFTER),
                OLD));
        fabric.fromMux(version(4, State.ACTIVE, third), segment(Tcp.ACK));
        assertEquals(
                "192.0.2.7:40000 > 10.1.1.31:8080", Packets.flow(fabric.host(3).packetAtVm(1)));
    }

    @Test
    void aConnectionThatTheVmBroughtAlongGoesOn() {
        flowBeforeTheMove();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.ACK | Tcp.PSH));
        two.packetAtVm(1);
        two.packetFromVm(1, Packets.tcp(dip(2, 1), 8080, CLIENT, PORT, Tcp.ACK, 100));
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(fabric.packetAtGateway()));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        two.packetAtVm(1);
        assertEquals(1, two.count(HostCount.MOVED_ADOPTED), "once, then it has state");
    }

    @Test
    void anOldHostThatLivesHandsOverWhatALateMuxSendsIt() {
        flowBeforeTheMove();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(OLD, segment(Tcp.ACK));
        assertEquals("192.0.2.7:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        fabric.fromMux(OLD, Packets.tcp(CLIENT, PORT + 1, VIP, 80, Tcp.SYN, 0));
        assertEquals("192.0.2.7:40001 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        assertEquals(0, one.atVm(1).size());
        assertEquals(2, one.count(HostCount.PASSED_ON));
    }

    @Test
    void theVmAddressedByItsOldHostAloneIsAskedAfterOwnersThatStayed() {
        var stayed = named("web0", member(3, 1));
        var first = version(1, State.RETIRED, stayed);
        fabric.applyAll(policy(version(1, State.ACTIVE, stayed)));
        fabric.fromMux(first, segment(Tcp.SYN));
        fabric.host(3).packetAtVm(1);
        fabric.applyAll(policy(version(3, State.ACTIVE, AFTER), version(2, State.RETIRED, BEFORE), first));
        fabric.fromMux(version(3, State.ACTIVE, AFTER), segment(Tcp.ACK));
        assertEquals(
                "192.0.2.7:40000 > 10.1.1.31:8080", Packets.flow(fabric.host(3).packetAtVm(1)));
        assertEquals(0, two.count(HostCount.MOVED_ADOPTED));
    }
}

package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.dip;
import static ecmplab.hostagent.forward.Fabric.member;
import static ecmplab.hostagent.forward.Fabric.policy;
import static ecmplab.hostagent.forward.Fabric.version;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.forward.Explanation.Verdict;
import ecmplab.hostagent.nat.NatPage;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Tcp;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a packet from a MUX, by what is known of its flow: every row of the decision table, over real agents. */
@ParameterizedClass
@EnumSource(Families.class)
final class HostAgentTest {
    private static final int PORT = 40_000;
    private static final TableVersion OLD = version(1, State.RETIRED, member(1, 1));
    private static final TableVersion NEW = version(2, State.ACTIVE, member(2, 1));
    private static final FlowKey FLOW = FlowKey.of(CLIENT, VIP, IpProtocol.TCP, PORT, 80);

    private final Fabric fabric;
    private final Fabric.Host one;
    private final Fabric.Host two;

    HostAgentTest(Families families) {
        fabric = new Fabric(families, 3, 2);
        one = fabric.host(1);
        two = fabric.host(2);
    }

    private static byte[] segment(int flags) {
        return Packets.tcp(CLIENT, PORT, VIP, 80, flags, 10);
    }

    private static byte[] datagram() {
        return Packets.udp(CLIENT, PORT, VIP, 80, 10, true);
    }

    /** The flow is opened through generation 1, so it lives on host 1, and host 1's VM has answered. */
    private void flowOnHostOne() {
        fabric.applyAll(policy(version(1, State.ACTIVE, member(1, 1))));
        fabric.fromMux(OLD, segment(Tcp.SYN));
        one.packetAtVm(1);
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0));
        fabric.packetAtGateway();
    }

    @AfterEach
    void everyFrameIsAccountedFor() {
        fabric.hosts.forEach(host -> assertTrue(
                host.balances(),
                host.agent.ledger() + " " + host.agent.snapshot().drops()));
    }

    @Test
    void aSynMakesStateAtTheMemberItIsSentTo() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.SYN));
        assertEquals("192.0.2.7:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        var flow = two.agent.natFlows(NatPage.START, 10).flows().getFirst();
        assertEquals(fabric.families.flow(FLOW), flow.flow());
        assertEquals(fabric.families.inner(dip(2, 1)), flow.local());
        assertEquals("vm21", two.agent.vms().get(flow.vm()).name());
    }

    @Test
    void theFrameReachesTheVmAsFromItsGateway() {
        fabric.applyAll(policy(NEW));
        fabric.fromMux(NEW, segment(Tcp.SYN));
        var ethernet = Packets.ethernet(two.atVm(1).getFirst());
        assertEquals(Fabric.vmMac(2, 1), ethernet.destination());
        assertEquals(Fabric.hostSideMac(2, 1), ethernet.source());
    }

    @Test
    void aReplyGoesStraightToTheClientWithTheVipAsSource() {
        flowOnHostOne();
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.ACK, 1000));
        var frame = fabric.atGateway.getFirst();
        assertEquals(Fabric.GATEWAY_MAC, Packets.ethernet(frame).destination());
        var packet = fabric.packetAtGateway();
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(packet));
        assertEquals(63, Packets.ipv4(packet).ttl());
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void aFlowWithStateIsDeliveredWhateverTheGeneration() {
        flowOnHostOne();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(OLD, segment(Tcp.ACK));
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(one.packetAtVm(1)));
        assertEquals(0, one.count(HostCount.RESCUED));
    }

    @Test
    void aFlowThatLivesWithAnOlderOwnerIsPassedOnToIt() {
        flowOnHostOne();
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        assertEquals(2, one.atVm(1).size());
        assertEquals(2, two.count(HostCount.PASSED_ON));
        assertEquals(2, one.count(HostCount.RESCUED));
        assertEquals(1, one.count(HostCount.FLOWS_RESCUED));
        one.agent.reportFlows();
        var rescued = assertInstanceOf(HostEvent.FlowRescued.class, one.events.getLast());
        assertEquals(new HostEvent.FlowRescued(Fabric.WALL, fabric.families.flow(FLOW), 2, 1, "vm11"), rescued);
    }

    @Test
    void aFlowThatLivesWithANewerOwnerIsFoundForAMuxThatLags() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.SYN));
        two.packetAtVm(1);
        fabric.fromMux(OLD, segment(Tcp.ACK));
        two.packetAtVm(1);
        assertEquals(1, one.count(HostCount.PASSED_ON));
    }

    /** Host 2 is asked twice, as an older owner and as a newer one; the tag says which it is, or it would go round. */
    @Test
    void theNewerPartOfTheOrderIsNotMistakenForTheOlder() {
        var wide = new Fabric(fabric.families, 4, 1);
        var frames = version(3, State.RETIRED, member(1, 1));
        var newest = version(5, State.ACTIVE, member(4, 1));
        wide.applyAll(policy(
                newest,
                version(4, State.RETIRED, member(2, 1)),
                frames,
                version(2, State.RETIRED, member(2, 1)),
                version(1, State.RETIRED, member(3, 1))));
        wide.fromMux(newest, segment(Tcp.SYN));
        wide.host(4).packetAtVm(1);
        wide.fromMux(frames, segment(Tcp.ACK));
        wide.host(4).packetAtVm(1);
        assertEquals(4, wide.hostToHost);
        assertEquals(2, wide.host(2).count(HostCount.PASSED_ON));
    }

    @Test
    void anotherVmOfTheSameHostIsFoundWithoutAHop() {
        flowOnHostOne();
        var moved = version(2, State.ACTIVE, member(1, 2));
        fabric.applyAll(policy(moved, OLD));
        fabric.fromMux(moved, segment(Tcp.ACK));
        one.packetAtVm(1);
        assertTrue(one.atVm(2).isEmpty());
        assertEquals(1, one.count(HostCount.RESCUED));
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void theWrongMemoryOfAFlowTableIsSetRightByTheSlot() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.SYN));
        two.packetAtVm(1);
        fabric.fromMux(NEW, segment(Tcp.ACK), member(1, 1));
        two.packetAtVm(1);
        assertEquals(1, one.count(HostCount.PASSED_ON));
    }

    @Test
    void aDrainedMemberStaysReachableThroughHistory() {
        flowOnHostOne();
        var drained = version(2, State.ACTIVE, member(2, 1), member(3, 1));
        fabric.applyAll(policy(drained, OLD));
        fabric.fromMux(drained, segment(Tcp.ACK));
        one.packetAtVm(1);
    }

    @Test
    void aPreparedGenerationIsKnownButNotInForce() {
        flowOnHostOne();
        var prepared = version(2, State.PREPARED, member(2, 1));
        var active = version(1, State.ACTIVE, member(1, 1));
        fabric.applyAll(policy(prepared, active));
        fabric.fromMux(prepared, segment(Tcp.ACK));
        one.packetAtVm(1);
        fabric.fromMux(active, Packets.tcp(CLIENT, 50_000, VIP, 80, Tcp.ACK, 0));
        fabric.packetAtGateway();
        assertEquals(
                1, two.count(HostCount.RESETS), "the last to be asked is the newer owner; the frame's is in force");
    }

    @Test
    void aSegmentThatNobodyKnowsIsResetWhenItsGenerationIsInForce() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.ACK | Tcp.PSH));
        var packet = fabric.packetAtGateway();
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(packet));
        var reset = Packets.tcp(packet);
        assertEquals(Tcp.RST, reset.flags());
        assertEquals(2000, reset.sequence(), "what the segment acknowledged");
        assertEquals(0, reset.acknowledgement());
        assertEquals(0, reset.window());
        assertEquals(40, Packets.ipv4(packet).totalLength());
        assertEquals(64, Packets.ipv4(packet).ttl());
        one.agent.reportFlows();
        assertEquals(new HostEvent.ResetSent(Fabric.WALL, fabric.families.flow(FLOW), 2, 1), one.events.getLast());
    }

    @Test
    void aResetOfASegmentWithoutAckAcknowledgesItAll() {
        fabric.applyAll(policy(NEW));
        fabric.fromMux(NEW, Packets.tcp(CLIENT, PORT, VIP, 80, Tcp.FIN | Tcp.PSH, 10));
        var reset = Packets.tcp(fabric.packetAtGateway());
        assertEquals(Tcp.RST | Tcp.ACK, reset.flags());
        assertEquals(0, reset.sequence());
        assertEquals(1011, reset.acknowledgement(), "sequence 1000, ten octets, FIN");
    }

    @Test
    void aResetIsNeverReset() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, segment(Tcp.RST));
        assertTrue(fabric.atGateway.isEmpty());
        assertEquals(1, one.drops(HostDrop.STRAY_RESET));
    }

    @Test
    void resetsAreBoundedPerSecond() {
        fabric.applyAll(policy(NEW));
        for (int i = 0; i < 150; i++) {
            fabric.fromMux(NEW, Packets.tcp(CLIENT, i + 1, VIP, 80, Tcp.ACK, 0));
        }
        assertEquals(100, fabric.atGateway.size());
        assertEquals(50, two.drops(HostDrop.RESET_LIMIT));
        fabric.after(Duration.ofSeconds(1));
        fabric.fromMux(NEW, segment(Tcp.ACK));
        assertEquals(101, fabric.atGateway.size());
    }

    @Test
    void aSegmentOfAnOlderGenerationThatNobodyKnowsIsDroppedInSilence() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(OLD, segment(Tcp.ACK));
        assertTrue(fabric.atGateway.isEmpty());
        assertEquals(1, two.drops(HostDrop.STALE_GENERATION));
    }

    @Test
    void aGenerationThatThisHostHasNotHeardOfIsNotAnsweredForIt() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(version(3, State.ACTIVE, member(2, 1)), segment(Tcp.ACK));
        assertTrue(fabric.atGateway.isEmpty());
        assertEquals(1, one.drops(HostDrop.UNKNOWN_GENERATION));
    }

    @Test
    void noFrameIsPassedOnMoreThanFourTimes() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.toMember(member(2, 1), FrameTag.bits(1, 2, SecondChance.MAX_HOPS, 0, 0), segment(Tcp.ACK));
        assertEquals(1, two.drops(HostDrop.HOP_LIMIT));
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void aDatagramThatNobodyKnowsIsTakenByTheOwnerInForce() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, datagram());
        assertEquals("192.0.2.7:40000 > 10.1.1.21:8080", Packets.flow(two.packetAtVm(1)));
        assertEquals(2, fabric.hostToHost, "host 1 was asked and gave it back");
        assertEquals(1, two.count(HostCount.ADOPTED));
        fabric.fromMux(NEW, datagram());
        two.packetAtVm(1);
        assertEquals(2, fabric.hostToHost, "now there is state");
        assertEquals(0, two.count(HostCount.RESCUED));
    }

    @Test
    void aDatagramFromAMuxThatLagsIsTakenByTheOwnerInForceToo() {
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(OLD, datagram());
        two.packetAtVm(1);
    }

    @Test
    void aDatagramWithoutHistoryIsTakenAtOnce() {
        fabric.applyAll(policy(NEW));
        fabric.fromMux(NEW, datagram());
        two.packetAtVm(1);
        assertEquals(0, fabric.hostToHost);
    }

    @Test
    void aDatagramFlowIsFoundLikeAnyOther() {
        fabric.applyAll(policy(version(1, State.ACTIVE, member(1, 1))));
        fabric.fromMux(OLD, datagram());
        one.packetAtVm(1);
        fabric.applyAll(policy(NEW, OLD));
        fabric.fromMux(NEW, datagram());
        one.packetAtVm(1);
    }

    @Test
    void aSecondSynBeforeAnAnswerMayChooseAnotherVm() {
        fabric.applyAll(policy(version(1, State.ACTIVE, member(1, 1))));
        fabric.fromMux(OLD, segment(Tcp.SYN));
        one.packetAtVm(1);
        var moved = version(2, State.ACTIVE, member(1, 2));
        fabric.applyAll(policy(moved, OLD));
        fabric.fromMux(moved, segment(Tcp.SYN));
        one.packetAtVm(2);
        assertEquals(1, one.agent.snapshot().nat().flows());
    }

    @Test
    void aSecondSynAfterAnAnswerStaysWithItsVm() {
        flowOnHostOne();
        var moved = version(2, State.ACTIVE, member(1, 2));
        fabric.applyAll(policy(moved, OLD));
        fabric.fromMux(moved, segment(Tcp.SYN));
        one.packetAtVm(1);
    }

    @Test
    void aSynOfAClosedFlowChoosesAnew() {
        flowOnHostOne();
        one.packetFromVm(1, Packets.tcp(dip(1, 1), 8080, CLIENT, PORT, Tcp.RST | Tcp.ACK, 0));
        var moved = version(2, State.ACTIVE, member(1, 2));
        fabric.applyAll(policy(moved, OLD));
        fabric.fromMux(moved, segment(Tcp.SYN));
        one.packetAtVm(2);
    }

    @Test
    void stateOutlivesItsEndpoint() {
        flowOnHostOne();
        fabric.applyAll(policy());
        fabric.fromMux(OLD, segment(Tcp.ACK));
        one.packetAtVm(1);
    }

    @Test
    void anIdleFlowIsForgotten() {
        flowOnHostOne();
        fabric.fromMux(OLD, segment(Tcp.ACK));
        one.packetAtVm(1);
        fabric.after(Duration.ofSeconds(239));
        assertEquals(1, one.agent.snapshot().nat().flows());
        fabric.after(Duration.ofSeconds(1));
        assertEquals(0, one.agent.snapshot().nat().flows());
    }

    @Test
    void explainSaysWhatWouldBeDone() {
        flowOnHostOne();
        fabric.applyAll(policy(NEW, OLD));
        assertEquals(
                Verdict.DELIVER, one.agent.explain(fabric.families.flow(FLOW)).verdict());
        assertEquals(
                fabric.families.innerIpv6
                        ? "opening on vm11 as [" + Ipv6.text(Siit.high(dip(1, 1)), Siit.low(dip(1, 1))) + "]:8080"
                        : "opening on vm11 as 10.1.1.11:8080",
                one.agent.explain(fabric.families.flow(FLOW)).why());
        var elsewhere = two.agent.explain(fabric.families.flow(FLOW));
        assertEquals(Verdict.PASS_ON, elsewhere.verdict());
        assertEquals("vm11", elsewhere.next().orElseThrow().id());
        assertEquals(2, elsewhere.owners().size());
        assertTrue(elsewhere.owners().getFirst().onThisHost());
        assertFalse(elsewhere.owners().getLast().onThisHost());
        fabric.applyAll(policy(NEW));
        assertEquals(
                Verdict.RESET, two.agent.explain(fabric.families.flow(FLOW)).verdict());
        var udp = FlowKey.of(CLIENT, VIP, IpProtocol.UDP, PORT, 80);
        assertEquals(Verdict.ADOPT, two.agent.explain(fabric.families.flow(udp)).verdict());
        var other = FlowKey.of(CLIENT, VIP, IpProtocol.TCP, PORT, 81);
        assertEquals(
                Verdict.DROP, two.agent.explain(fabric.families.flow(other)).verdict());
    }

    @Test
    void aFloatingIpIsDeliveredUnchanged() {
        fabric.applyAll(policy(true, NEW));
        var syn = segment(Tcp.SYN);
        fabric.fromMux(NEW, syn);
        assertArrayEquals(syn, two.packetAtVm(1));
        two.packetFromVm(1, Packets.tcp(VIP, 80, CLIENT, PORT, Tcp.SYN | Tcp.ACK, 0));
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(fabric.packetAtGateway()));
    }

    @Test
    void anIdleFlowGoesInSilenceWhereItsEndpointSaysSo() {
        flowOnHostOne();
        fabric.fromMux(OLD, segment(Tcp.ACK));
        one.packetAtVm(1);
        fabric.applyAll(Fabric.silent(policy(version(1, State.ACTIVE, member(1, 1)))));
        fabric.after(Duration.ofMinutes(4));
        assertEquals(0, one.agent.snapshot().nat().flows());
        assertEquals(0, one.count(HostCount.IDLE_RESETS));
        assertTrue(one.atVm(1).isEmpty());
        assertTrue(fabric.atGateway.isEmpty());
    }

    @Test
    void aTcpFlowThatGoesForIdlenessIsResetOnBothSides() {
        flowOnHostOne();
        fabric.fromMux(OLD, segment(Tcp.ACK));
        one.packetAtVm(1);
        fabric.after(Duration.ofMinutes(4));
        var toVm = one.packetAtVm(1);
        assertEquals("192.0.2.7:40000 > 10.1.1.11:8080", Packets.flow(toVm));
        assertTrue(Packets.tcp(toVm).has(Tcp.RST));
        assertEquals(2000, Packets.tcp(toVm).sequence(), "what the VM expects");
        var toClient = fabric.packetAtGateway();
        assertEquals("203.0.113.10:80 > 192.0.2.7:40000", Packets.flow(toClient));
        assertTrue(Packets.tcp(toClient).has(Tcp.RST));
        assertEquals(2000, Packets.tcp(toClient).sequence(), "what the client expects");
        assertEquals(2, one.count(HostCount.IDLE_RESETS));
        assertEquals(0, one.agent.snapshot().nat().flows());
    }
}

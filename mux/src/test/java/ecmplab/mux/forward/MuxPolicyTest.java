package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.VIP_ADDRESS;
import static ecmplab.mux.forward.MuxRig.WEB;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.version;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.announce.VipChange;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Tcp;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How policies enter the forwarding path, what is announced, and what a MUX tells of itself. */
class MuxPolicyTest {
    private final MuxRig rig = new MuxRig();

    @Test
    void aVipIsAnnouncedOnlyOnceItsTableIsInTheForwardingPath() {
        var version = active(7, vm(1, 21));
        rig.mux.apply(new SlbPolicy(1, 5, List.of(web(version))));
        assertEquals(List.of(), rig.routes);
        assertEquals(0, rig.mux.inPath().cfg());

        rig.tick();

        assertEquals(List.of("announce 203.0.113.10/32"), rig.routes);
        var digest = MaglevTable.of(version).digestText();
        assertEquals(
                new PathReport(1, 5, List.of(new PathReport.Table(WEB, 7, TableVersion.State.ACTIVE, digest))),
                rig.mux.inPath());
        assertEquals(
                List.of(MuxEvent.PolicyInPath.class, MuxEvent.VipReady.class, MuxEvent.VipRoute.class),
                rig.events.stream().map(Object::getClass).toList());
        assertTrue(rig.mux.vips().getFirst().announced());
        assertEquals(digest, rig.mux.vips().getFirst().digest());
    }

    @Test
    void aPolicyOfALowerEpochIsRefused() {
        rig.mux.apply(new SlbPolicy(3, 10, List.of(web(active(7, vm(1, 21))))));
        rig.tick();

        var outcome = rig.mux.apply(new SlbPolicy(2, 11, List.of()));
        rig.tick();

        assertEquals(new PolicyOutcome.EpochRefused(2, 3), outcome);
        assertEquals(10, rig.mux.inPath().cfg());
        assertEquals(1, rig.mux.status().epochsRefused());
        var told = rig.events(MuxEvent.EpochRefused.class);
        assertEquals(1, told.size());
        assertEquals(11, told.getFirst().cfg());
        assertEquals(List.of("announce 203.0.113.10/32"), rig.routes);
    }

    @Test
    void aVipThatThePolicyEndsIsWithdrawnBeforeItsPacketsAreDropped() {
        rig.apply(1, web(active(7, vm(1, 21))));
        rig.resolve();
        rig.routes.clear();

        rig.mux.apply(new SlbPolicy(1, 2, List.of()));

        assertEquals(List.of("withdraw 203.0.113.10/32"), rig.routes);
        assertEquals(1, rig.mux.inPath().cfg(), "still in the forwarding path");
        rig.tick();
        assertEquals(2, rig.mux.inPath().cfg());
    }

    @Test
    void aVipWithoutMembersThatTakeFlowsIsNotAnnounced() {
        rig.apply(1, web(active(7)));
        rig.apply(2, web(version(8, TableVersion.State.PREPARED, vm(1, 21)), active(7)));
        assertEquals(List.of(), rig.routes);

        rig.apply(3, web(active(8, vm(1, 21))));
        rig.apply(4, web(active(9)));

        assertEquals(List.of("announce 203.0.113.10/32", "withdraw 203.0.113.10/32"), rig.routes);
    }

    @Test
    void aVipStaysAnnouncedWhileOneOfItsEndpointsHasMembers() {
        var dns = new EndpointId(VIP_ADDRESS, 17, 53);
        rig.apply(1, web(active(7, vm(1, 21))), endpoint(dns, Affinity.FIVE_TUPLE, active(1, vm(2, 22))));
        rig.apply(2, web(active(8)), endpoint(dns, Affinity.FIVE_TUPLE, active(1, vm(2, 22))));

        assertEquals(List.of("announce 203.0.113.10/32"), rig.routes);
    }

    @Test
    void aPolicyThatIsReplacedBeforeItGotIntoThePathIsNeverToldAsThere() {
        rig.mux.apply(new SlbPolicy(1, 1, List.of(web(active(7, vm(1, 21))))));
        rig.mux.apply(new SlbPolicy(1, 2, List.of(web(active(8, vm(1, 21))))));
        rig.tick();

        var told = rig.events(MuxEvent.PolicyInPath.class);
        assertEquals(1, told.size());
        assertEquals(2, told.getFirst().report().cfg());
    }

    @Test
    void anEndpointThatCannotBeServedIsRefusedWithAReasonAndStaysAsItWas() {
        rig.apply(1, web(active(7, vm(1, 21))));
        var twoActive = web(active(9, vm(2, 22)), active(8, vm(2, 22)));
        var v6 = endpoint(
                new EndpointId(InetAddress.ofLiteral("fe80::1"), 6, 80), Affinity.FIVE_TUPLE, active(1, vm(1, 21)));
        var noPrime = endpoint(
                new EndpointId(VIP_ADDRESS, 6, 443),
                Affinity.FIVE_TUPLE,
                new TableVersion(1, 250, 7, List.of(vm(1, 21)), TableVersion.State.ACTIVE));

        var outcome = rig.apply(2, twoActive, v6, noPrime);

        var accepted = assertInstanceOf(PolicyOutcome.Accepted.class, outcome);
        var reasons = accepted.refused().stream()
                .map(refusal -> refusal.endpoint() + ": " + refusal.why())
                .toList();
        assertEquals(
                List.of(
                        "tcp:203.0.113.10:80: 2 active generations: must be one at most",
                        "tcp:[fe80::1]:80: no address that packets are routed to",
                        "tcp:203.0.113.10:443: slots 250: must be a prime of at most 1048576, such as 65537 or 251"),
                reasons);
        assertEquals(3, rig.events(MuxEvent.EndpointRefused.class).size());
        assertEquals(2, rig.mux.inPath().cfg());
        assertEquals(7, rig.mux.vips().getFirst().generation());
        assertEquals(1, rig.mux.vips().size());
    }

    @Test
    void theNumbersOfMembersThatLeftAreGivenAgainOnlyAfterTheFlowTableWasSwept() {
        rig.apply(1, web(active(1, vm(1, 21))));
        rig.resolve();
        // Each policy replaces the only member; the flow was given to the first.
        rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN));
        for (int i = 2; i < 100; i++) {
            rig.apply(i, web(active(i, vm(i, 21))));
        }
        assertEquals(98, numberOfNewFlow(50_000), "no number was given twice");
        assertEquals(1, rig.mux.flows(0, 1000).flows().size(), "the old flow is over");

        for (int ticks = 0; ticks < 3 * 260; ticks++) {
            rig.tick();
        }
        for (int i = 100; i < 190; i++) {
            rig.apply(i, web(active(i, vm(i, 21))));
        }
        assertTrue(numberOfNewFlow(50_001) < 100, "numbers were given again");
        assertEquals(1, rig.mux.counters().flows().memberGone(), "swept");
    }

    private int numberOfNewFlow(int port) {
        rig.forward(Packets.tcp(CLIENT, port, VIP, 80, Tcp.SYN));
        return rig.mux.flows(0, 1000).flows().stream()
                .filter(flow -> flow.flow().clientPort() == port)
                .findFirst()
                .orElseThrow()
                .flow()
                .member();
    }

    @Test
    void theFirstPacketOfAGenerationIsToldOnce() {
        rig.apply(1, web(active(7, vm(1, 21))));
        rig.resolve();
        for (int port = 40_000; port < 40_003; port++) {
            rig.send(Packets.tcp(CLIENT, port, VIP, 80, Tcp.SYN));
        }
        rig.apply(2, web(active(7, vm(1, 21))));
        rig.send(Packets.tcp(CLIENT, 40_003, VIP, 80, Tcp.SYN));
        rig.apply(3, web(active(8, vm(1, 21), vm(2, 22))));
        rig.send(Packets.tcp(CLIENT, 40_004, VIP, 80, Tcp.SYN));

        assertEquals(
                List.of(7, 8),
                rig.events(MuxEvent.FirstPacket.class).stream()
                        .map(MuxEvent.FirstPacket::generation)
                        .toList());
    }

    @Test
    void flowsThatAnotherMuxHadAreToldOnceForAll() {
        rig.apply(1, web(active(7, vm(1, 21))));
        rig.resolve();
        rig.send(Packets.tcp(CLIENT, 39_999, VIP, 80, Tcp.SYN));
        assertEquals(0, rig.events(MuxEvent.FlowsTakenOver.class).size());

        for (int port = 40_000; port < 40_020; port++) {
            rig.send(Packets.tcp(CLIENT, port, VIP, 80, Tcp.ACK));
            rig.advance(Duration.ofMillis(100));
        }
        assertEquals(1, rig.events(MuxEvent.FlowsTakenOver.class).size());
        assertEquals(20, rig.mux.vips().getFirst().takenOver());

        rig.advance(Duration.ofSeconds(2));
        rig.send(Packets.tcp(CLIENT, 40_050, VIP, 80, Tcp.ACK));
        assertEquals(2, rig.events(MuxEvent.FlowsTakenOver.class).size());
    }

    @Test
    void aDrainTellsItsStagesAndForwardsAllTheWhile() {
        rig.apply(1, web(active(7, vm(1, 21))));
        rig.resolve();
        rig.events.clear();
        rig.routes.clear();
        var done = new ArrayList<String>();

        rig.mux.drain(Duration.ofSeconds(1), Duration.ofSeconds(10), () -> done.add("done"));
        rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN));
        rig.later.removeFirst().run();
        rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK));
        assertEquals(List.of(), done);
        rig.later.removeFirst().run();

        assertEquals(List.of("done"), done);
        assertEquals(List.of("announce 203.0.113.10/32 leaving", "withdraw 203.0.113.10/32"), rig.routes);
        assertTrue(rig.mux.status().leaving());
        assertInstanceOf(MuxEvent.Draining.class, rig.events.getFirst());
        assertInstanceOf(MuxEvent.Drained.class, rig.events.getLast());
        assertEquals(
                List.of(VipChange.State.LEAVING, VipChange.State.WITHDRAWN),
                rig.events(MuxEvent.VipRoute.class).stream()
                        .map(MuxEvent.VipRoute::state)
                        .toList());
    }

    @Test
    void aHeldVipIsWithdrawnWhateverThePolicySays() {
        rig.apply(1, web(active(7, vm(1, 21))));
        rig.mux.hold(VIP_ADDRESS);
        rig.apply(2, web(active(8, vm(1, 21))));
        assertEquals(List.of("announce 203.0.113.10/32", "withdraw 203.0.113.10/32"), rig.routes);

        rig.mux.release(VIP_ADDRESS);
        assertEquals("announce 203.0.113.10/32", rig.routes.getLast());
    }

    @Test
    void explainingAFlowTellsWhatEachGenerationSaysAndWhatTheMuxWouldDo() {
        var old = version(7, TableVersion.State.RETIRED, vm(1, 21), vm(2, 22));
        rig.apply(1, web(active(7, vm(1, 21), vm(2, 22))));
        rig.resolve();
        var flow = FlowKey.of(CLIENT, VIP, 6, 40_000, 80);
        long mac = MuxForwardingTest.macFor(rig, 40_000, Tcp.SYN);
        rig.apply(2, web(active(8, vm(3, 23)), old));
        var before = rig.mux.counters();

        var known = rig.mux.explain(flow);
        var unknown = rig.mux.explain(FlowKey.of(CLIENT, VIP, 6, 40_001, 80));

        assertEquals(WEB, known.endpoint());
        assertEquals(
                List.of(8, 7),
                known.views().stream().map(Explanation.View::generation).toList());
        assertEquals(vm(3, 23), known.views().getFirst().owner());
        assertNotNull(known.choice());
        assertTrue(known.choice().fromFlowTable());
        assertEquals(mac, known.choice().member().mac().bits());
        assertEquals(known.choice().member(), known.views().getLast().owner(), "as generation 7 had it");
        assertNotNull(known.known());
        assertNull(unknown.known());
        assertNotNull(unknown.choice());
        assertFalse(unknown.choice().fromFlowTable());
        assertEquals(vm(3, 23), unknown.choice().member());
        assertEquals("by its slot in the active generation 8", unknown.why());
        assertEquals(before, rig.mux.counters(), "asking changes nothing");

        assertNull(rig.mux.explain(FlowKey.of(CLIENT, VIP, 6, 40_000, 81)).endpoint());
        assertEquals(
                "no VIP of this MUX",
                rig.mux.explain(FlowKey.of(CLIENT, CLIENT, 6, 40_000, 80)).why());
    }

    @Test
    void snapshotsShowTablesFlowsAndPeers() {
        rig.apply(1, web(version(8, TableVersion.State.PREPARED, vm(1, 21)), active(7, vm(1, 21), vm(2, 22))));
        rig.resolve();
        for (int port = 40_000; port < 40_010; port++) {
            rig.forward(Packets.tcp(CLIENT, port, VIP, 80, Tcp.SYN));
        }

        var tables = rig.mux.tables();
        assertEquals(
                List.of(8, 7),
                tables.stream().map(MuxSnapshot.Table::generation).toList());
        assertEquals(
                251,
                tables.getLast().shares().stream()
                        .mapToInt(MuxSnapshot.Share::slots)
                        .sum());
        var flows = rig.mux.flows(0, 100).flows();
        assertEquals(10, flows.size());
        assertTrue(flows.stream().allMatch(flow -> flow.member() != null));
        var peers = rig.mux.peers();
        assertEquals(
                List.of("10.0.2.21", "10.0.2.22"),
                peers.stream().map(peer -> peer.host().getHostAddress()).toList());
        assertEquals(10, peers.stream().mapToLong(MuxSnapshot.Peer::packets).sum());
        assertEquals(10 * 90, peers.stream().mapToLong(MuxSnapshot.Peer::octets).sum());
        assertEquals(10, rig.mux.vips().getFirst().packets());
        assertEquals(10 * 40, rig.mux.vips().getFirst().octets());
    }
}

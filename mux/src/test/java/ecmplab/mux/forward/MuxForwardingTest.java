package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.MUX;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.VIP_ADDRESS;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.version;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Tcp;
import ecmplab.testkit.Hex;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MuxForwardingTest {
    private static final int SYN = Tcp.SYN, ACK = Tcp.ACK, RST = Tcp.RST;

    @Test
    void aSynToTheVipLeavesInVxlanOctetForOctet() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));

        var out = rig.forward(Hex.bytes("""
                02 00 00 00 00 11  02 00 00 00 00 01  08 00   # to the MUX, from the router, IPv4
                45 00 00 28  12 34 40 00  3f 06 c3 56         # 40 octets, DF, TTL 63, TCP
                c6 33 64 07  cb 00 71 0a                      # 198.51.100.7 to 203.0.113.10
                9c 40 00 50  00 00 00 01  00 00 00 00         # port 40000 to 80
                50 02 ff ff  00 00 00 00                      # SYN
                00 00 00 00 00 00                             # padding of a short frame
                """));

        assertEquals(Hex.text(Hex.bytes("""
                02 00 00 00 00 01  02 00 00 00 00 11  08 00   # to the router, from the MUX, IPv4
                45 00 00 5a  00 00 40 00  40 11 24 6e         # 90 octets, DF, TTL 64, UDP
                0a 00 00 11  0a 00 02 15                      # 10.0.0.17 to the host 10.0.2.21
                db 3b 12 b5  00 46 00 00                       # port by flow hash to 4789, no checksum
                08 00 00 00  00 13 89 00                      # VXLAN: I, VNI 5001
                02 00 00 01 00 01  02 a1 00 07 00 02 08 00  # to the VM; MUX a1, generation 7, slot
                45 00 00 28  12 34 40 00  3e 06 c4 56         # TTL 62
                c6 33 64 07  cb 00 71 0a
                9c 40 00 50  00 00 00 01  00 00 00 00
                50 02 ff ff  00 00 00 00
                """)), Hex.text(out));
    }

    @Test
    void everyFieldOfRfc7348IsAsItMustBe() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        var in = Packets.tcp(CLIENT, 40_000, VIP, 80, ACK, 600);

        var out = OuterFrame.read(rig.forward(in));

        assertEquals(MuxRig.ROUTER_MAC.bits(), out.destinationMac());
        assertEquals(MuxRig.MUX_MAC.bits(), out.sourceMac());
        assertEquals(MUX, out.source());
        assertEquals(0x0A00_0215, out.destination());
        assertTrue(out.sourcePort() >= 49_152);
        assertEquals(5001, out.vni());
        assertEquals(0x02_00_00_01_00_01L, out.innerDestinationMac());
        assertEquals(Packets.TTL - 1, out.innerTtl());
        var expected = Packets.quote(Packets.withTtl(in, Packets.TTL - 1), 2000);
        assertEquals(Hex.text(expected), out.inner());
    }

    @Test
    void flowsSpreadOverMembersAndEachStaysAtItsOwn() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var members = new HashMap<Integer, Long>();
        var ports = new HashSet<Integer>();
        for (int port = 40_000; port < 40_300; port++) {
            var out = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, port, VIP, 80, SYN)));
            members.put(port, out.innerDestinationMac());
            ports.add(out.sourcePort());
        }
        assertEquals(3, new HashSet<>(members.values()).size());
        assertTrue(ports.size() > 250, "the underlay sees many flows: " + ports.size());
        members.forEach((port, mac) -> {
            var out = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, port, VIP, 80, ACK)));
            assertEquals(mac, out.innerDestinationMac());
            assertTrue(out.isFromFlowTable());
        });
        assertEquals(300, rig.mux.vips().getFirst().newFlows());
        assertEquals(600, rig.mux.vips().getFirst().packets());
    }

    @Test
    void whenTheGenerationChangesFlowsStayAndNewOnesFollowTheNewTable() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var before = new HashMap<Integer, Long>();
        for (int port = 40_000; port < 40_200; port++) {
            before.put(port, macFor(rig, port, SYN));
            macFor(rig, port, ACK);
        }

        rig.apply(
                2,
                web(
                        active(8, vm(2, 22), vm(4, 22)),
                        version(7, TableVersion.State.RETIRED, vm(1, 21), vm(2, 22), vm(3, 21))));

        before.forEach((port, mac) -> {
            var out = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, port, VIP, 80, ACK)));
            assertEquals(mac, out.innerDestinationMac());
            assertEquals(8, out.generation(), "the tag names the generation the MUX is at");
        });
        var after = new HashSet<Long>();
        for (int port = 50_000; port < 50_200; port++) {
            after.add(macFor(rig, port, SYN));
        }
        assertEquals(
                new HashSet<>(
                        Arrays.asList(vm(2, 22).mac().bits(), vm(4, 22).mac().bits())),
                after);
    }

    @Test
    void flowsOfAMemberThatIsInNoGenerationAnyMoreGoToTheOwnerOfTheirSlot() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        macFor(rig, 40_000, SYN);
        macFor(rig, 40_000, ACK);

        rig.apply(2, web(active(8, vm(2, 22))));

        assertEquals(vm(2, 22).mac().bits(), macFor(rig, 40_000, ACK));
        assertEquals(1, rig.mux.counters().flows().memberGone());
    }

    @Test
    void aMemberThatMovedToAnotherHostIsFollowed() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        macFor(rig, 40_000, SYN);

        rig.apply(2, web(active(8, vm(1, 22)), version(7, TableVersion.State.RETIRED, vm(1, 21))));

        var out = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, ACK)));
        assertEquals(0x0A00_0216, out.destination());
        assertTrue(out.isFromFlowTable());
    }

    @Test
    void aSynChoosesAnewUnlessItRepeatsAYoungOne() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        macFor(rig, 40_000, SYN);
        macFor(rig, 40_001, SYN);
        macFor(rig, 40_001, ACK);
        rig.apply(2, web(active(8, vm(2, 22)), version(7, TableVersion.State.RETIRED, vm(1, 21))));

        rig.advance(Duration.ofSeconds(1));
        assertEquals(vm(1, 21).mac().bits(), macFor(rig, 40_000, SYN), "repeated");
        assertEquals(vm(2, 22).mac().bits(), macFor(rig, 40_001, SYN), "a new connection on an old tuple");
        rig.advance(Duration.ofSeconds(9));
        assertEquals(vm(2, 22).mac().bits(), macFor(rig, 40_000, SYN), "no longer young");
    }

    @Test
    void withoutAnActiveGenerationKnownFlowsGoOnAndNewOnesAreDropped() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        macFor(rig, 40_000, SYN);

        rig.apply(2, web(version(7, TableVersion.State.RETIRED, vm(1, 21))));

        var known = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, ACK)));
        assertEquals(7, known.generation());
        assertTrue(rig.send(Packets.tcp(CLIENT, 40_001, VIP, 80, SYN)).isEmpty());
        assertEquals(1, drops(rig, "no-member"));
    }

    @Test
    void aPreparedGenerationTakesNoFlows() {
        var rig = MuxRig.serving(web(version(8, TableVersion.State.PREPARED, vm(2, 22)), active(7, vm(1, 21))));

        assertEquals(vm(1, 21).mac().bits(), macFor(rig, 40_000, SYN));
    }

    @Test
    void anEndpointForAllPortsServesThoseWithoutOneOfTheirOwn() {
        var any = endpoint(new EndpointId(VIP_ADDRESS, 6, 0), Affinity.FIVE_TUPLE, active(3, vm(9, 29)));
        var rig = MuxRig.serving(web(active(7, vm(1, 21))), any);

        assertEquals(vm(1, 21).mac().bits(), macFor(rig, 40_000, SYN));
        var other = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 8443, SYN)));
        assertEquals(vm(9, 29).mac().bits(), other.innerDestinationMac());
    }

    @Test
    void withSourceAffinityAllFlowsOfAClientGoToOneMember() {
        var endpoint = endpoint(MuxRig.WEB, Affinity.SOURCE_IP, active(7, vm(1, 21), vm(2, 22), vm(3, 21)));
        var rig = MuxRig.serving(endpoint);
        var members = new HashSet<Long>();
        for (int port = 40_000; port < 40_100; port++) {
            members.add(macFor(rig, port, SYN));
        }
        assertEquals(1, members.size());
    }

    @Test
    void allFragmentsOfADatagramGoToOneMember() {
        var dns = endpoint(
                new EndpointId(VIP_ADDRESS, 17, 53),
                Affinity.FIVE_TUPLE,
                active(7, vm(1, 21), vm(2, 22), vm(3, 21), vm(4, 22)));
        var rig = MuxRig.serving(dns);
        for (int client = CLIENT; client < CLIENT + 20; client++) {
            var whole = Packets.udp(client, 5353, VIP, 53, 64);
            var first = OuterFrame.read(rig.forward(Packets.fragment(whole, true, 0)));
            var second = OuterFrame.read(rig.forward(Packets.fragment(whole, false, 72)));
            assertEquals(first.innerDestinationMac(), second.innerDestinationMac());
        }
    }

    @Test
    void fragmentsThatCouldBelongToSeveralEndpointsAreDropped() {
        var one = endpoint(new EndpointId(VIP_ADDRESS, 17, 53), Affinity.FIVE_TUPLE, active(1, vm(1, 21)));
        var two = endpoint(new EndpointId(VIP_ADDRESS, 17, 443), Affinity.FIVE_TUPLE, active(1, vm(2, 22)));
        var rig = MuxRig.serving(one, two);

        assertTrue(rig.send(Packets.fragment(Packets.udp(CLIENT, 5353, VIP, 53, 64), true, 0))
                .isEmpty());

        assertEquals(1, drops(rig, "fragment-ambiguous"));
    }

    @Test
    void anIcmpErrorGoesToTheMemberThatSentThePacketItQuotes() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        for (int port = 40_000; port < 40_050; port++) {
            long mac = macFor(rig, port, SYN);
            macFor(rig, port, ACK);
            var sent = Packets.tcp(VIP, 80, CLIENT, port, ACK, 1000);
            int routerOnTheWay = 0xC0A8_0101;

            var error = Packets.icmp(routerOnTheWay, VIP, 3, 4, Packets.quote(sent, 28));
            var out = OuterFrame.read(rig.forward(error));

            assertEquals(mac, out.innerDestinationMac());
            assertTrue(out.isFromFlowTable());
        }
        assertEquals(50, rig.mux.vips().getFirst().newFlows(), "errors enter nothing");
    }

    @Test
    void anIcmpErrorOfAFlowThatIsNotKnownGoesByItsSlot() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var unknown = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        for (int port = 40_000; port < 40_050; port++) {
            var error = Packets.icmp(CLIENT, VIP, 11, 0, Packets.quote(Packets.tcp(VIP, 80, CLIENT, port, ACK), 28));
            var out = OuterFrame.read(unknown.forward(error));

            assertEquals(macFor(rig, port, SYN), out.innerDestinationMac());
            assertFalse(out.isFromFlowTable());
        }
        assertEquals(0, unknown.mux.counters().flows().untrusted());
    }

    @Test
    void aResetOfAnUnknownFlowIsForwardedAndNotRemembered() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));

        assertEquals(vm(1, 21).mac().bits(), macFor(rig, 40_000, RST));

        assertEquals(0, rig.mux.counters().flows().untrusted());
    }

    @Test
    void thePacketsThatWaitForTheGatewaysAddressLeaveWhenItAnswers() {
        var rig = new MuxRig();
        rig.apply(1, web(active(7, vm(1, 21))));

        assertEquals(
                1,
                rig.mux.ledger().held() + rig.mux.ledger().sent(),
                "the gateway is asked for before there is a packet");
        assertEquals(0, rig.send(Packets.tcp(CLIENT, 40_000, VIP, 80, SYN)).size());
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
        assertEquals(1, rig.mux.ledger().held());

        rig.resolve();
        assertEquals(0, rig.mux.ledger().held());
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
    }

    static long macFor(MuxRig rig, int port, int flags) {
        return OuterFrame.read(rig.forward(Packets.tcp(CLIENT, port, VIP, 80, flags)))
                .innerDestinationMac();
    }

    static long drops(MuxRig rig, String reason) {
        return rig.mux.counters().drops().getOrDefault(reason, -1L);
    }

    /** Only a host can tell them, and a dead one does not. */
    @Test
    void flowsOfADeadHostGoToTheOwnerOfTheirSlot() {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        macFor(rig, 40_000, SYN);
        macFor(rig, 40_000, ACK);
        var next = web(active(8, vm(2, 22)), version(7, TableVersion.State.RETIRED, vm(1, 21)));

        rig.apply(2, next);
        assertEquals(vm(1, 21).mac().bits(), macFor(rig, 40_000, ACK), "it may be alive");

        rig.mux.apply(new SlbPolicy(1, 3, List.of(next), Set.of(vm(1, 21).host())));
        rig.tick();
        var out = OuterFrame.read(rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, ACK)));
        assertEquals(vm(2, 22).mac().bits(), out.innerDestinationMac());
        assertFalse(out.isFromFlowTable());
    }
}

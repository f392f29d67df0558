package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.port.neighbor.NeighborDrop;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.IcmpCount;
import ecmplab.router.forward.PacketCount;
import ecmplab.router.forward.RouterDrop;
import ecmplab.testkit.Hex;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private RouterRig rig = new RouterRig();

    @AfterEach
    void nothingIsLost() {
        rig.run();
        rig.assertConserved();
        rig.close();
    }

    @Test
    void aPacketGoesOnWithNewMacsOneHopLessAndARightChecksum() {
        rig.announce(RouterRig.VIP, 1);
        rig.inject(0, Hex.bytes("""
                02 00 00 00 00 00  02 00 00 00 c0 00  08 00                 # to eth0
                45 00 00 20  12 34 40 00  40 11 e2 8c                       # TTL 64, UDP
                0a 00 00 02  cb 00 71 0a                                    # 10.0.0.2 to 203.0.113.10
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                00 00 00 00                                                 # padding
                """));
        assertEquals(List.of(arrival(1, """
                02 00 00 00 c0 01  02 00 00 00 00 01  08 00
                45 00 00 20  12 34 40 00  3f 11 e3 8c
                0a 00 00 02  cb 00 71 0a
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                """)), rig.run());
        assertEquals(1, rig.router.forwarder().packets().of(PacketCount.FORWARDED));
    }

    @Test
    void aPacketWhoseTtlEndsHereIsReportedFromTheReceivingInterface() {
        rig.announce(RouterRig.VIP, 1);
        rig.inject(0, Hex.bytes("""
                02 00 00 00 00 00  02 00 00 00 c0 00  08 00
                45 00 00 20  12 34 40 00  01 11 21 8d                       # TTL 1
                0a 00 00 02  cb 00 71 0a
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                """));
        assertEquals(List.of(arrival(0, """
                02 00 00 00 c0 00  02 00 00 00 00 00  08 00
                45 c0 00 3c  00 00 40 00  40 01 25 ff                       # internetwork control, ICMP
                0a 00 00 01  0a 00 00 02                                    # from eth0's address
                0b 00 85 aa  00 00 00 00                                    # time exceeded in transit
                45 00 00 20  12 34 40 00  01 11 21 8d                       # the packet as it came
                0a 00 00 02  cb 00 71 0a
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                """)), rig.run());
        assertOneDrop(RouterDrop.TTL_EXCEEDED);
        assertEquals(1, rig.router.forwarder().icmp().of(IcmpCount.SENT_TIME_EXCEEDED));
    }

    @Test
    void aPacketWithoutARouteIsReportedAsNetUnreachable() {
        rig.inject(0, Hex.bytes("""
                02 00 00 00 00 00  02 00 00 00 c0 00  08 00
                45 00 00 20  12 34 40 00  40 11 5c 96
                0a 00 00 02  c0 00 02 01                                    # to 192.0.2.1
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                """));
        assertEquals(List.of(arrival(0, """
                02 00 00 00 c0 00  02 00 00 00 00 00  08 00
                45 c0 00 3c  00 00 40 00  40 01 25 ff
                0a 00 00 01  0a 00 00 02
                03 00 8d aa  00 00 00 00                                    # net unreachable
                45 00 00 20  12 34 40 00  40 11 5c 96
                0a 00 00 02  c0 00 02 01
                9c 40 00 35  00 0c 00 00  65 63 6d 70
                """)), rig.run());
        assertOneDrop(RouterDrop.NO_ROUTE);
    }

    @Test
    void aPacketTooBigForTheWayOutIsReportedWithItsMtuWhenItMustNotBeFragmented() {
        replaceRig(new RouterRig(EcmpMode.RESILIENT, 1450));
        rig.announce(RouterRig.VIP, 1);
        rig.inject(0, Frames.ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 0x4000, Frames.payload(1000, 1431)));
        var arrivals = rig.run();
        assertEquals(1, arrivals.size());
        assertEquals(0, arrivals.getFirst().link());
        var error = Hex.bytes(arrivals.getFirst().hex());
        assertEquals(14 + 576, error.length, "quotes as much as an error may");
        assertEquals(3, error[34], "unreachable");
        assertEquals(4, error[35], "fragmentation needed");
        assertEquals(1450, (error[40] & 0xFF) << 8 | (error[41] & 0xFF), "next-hop MTU");
        assertOneDrop(RouterDrop.FRAGMENTATION_NEEDED);
    }

    @Test
    void aPacketOfExactlyTheMtuGoesOnAndALongerOneThatMayBeFragmentedIsDropped() {
        replaceRig(new RouterRig(EcmpMode.RESILIENT, 1450));
        rig.announce(RouterRig.VIP, 1);
        rig.inject(0, Frames.ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 0x4000, Frames.payload(1000, 1430)));
        rig.inject(0, Frames.ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 0, Frames.payload(1000, 1431)));
        assertEquals(List.of(1), rig.run().stream().map(RouterRig.Arrival::link).toList());
        assertOneDrop(RouterDrop.TOO_BIG);
    }

    @Test
    void everyBucketChoiceIsTheOneThatExplainNames() {
        for (var mode : EcmpMode.values()) {
            replaceRig(new RouterRig(mode, 1500));
            rig.announce(RouterRig.VIP, 1, 2, 3);
            for (int port = 1000; port < 1200; port++) {
                rig.inject(0, Frames.udp(port));
                var arrival = rig.run().getFirst();
                var flow = FlowKey.of(0x0A00_0002, 0xCB00_710A, IpProtocol.UDP, port, 80);
                var explained = (Explanation.Forwarded) rig.router.explain(flow, Optional.empty());
                assertEquals("eth" + arrival.link(), explained.interfaceName(), mode + " port " + port);
                assertEquals(
                        "10.0." + arrival.link() + ".1", explained.nextHop().getHostAddress());
                assertEquals(Optional.of(RouterRig.farMac(arrival.link())), explained.mac());
                assertEquals(RouterRig.VIP, explained.prefix().toString());
            }
        }
    }

    @Test
    void allFragmentsOfADatagramGoOneWay() {
        rig.announce(RouterRig.VIP, 1, 2, 3);
        for (int port = 1000; port < 1050; port++) {
            rig.inject(
                    0, Frames.ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 0x2000, Frames.payload(port, 800)));
            rig.inject(
                    0,
                    Frames.ipv4("10.0.0.2", "203.0.113.10", 64, IpProtocol.UDP, 100, Frames.payload(7777 + port, 800)));
        }
        assertEquals(
                1,
                rig.run().stream().mapToInt(RouterRig.Arrival::link).distinct().count());
    }

    @Test
    void packetsToOwnAddressesAreTheKernelsWhateverTheirTtl() {
        rig.inject(0, Frames.ipv4("10.0.0.2", "10.0.0.1", 1, IpProtocol.TCP, 0, new byte[20]));
        rig.inject(0, Frames.ipv4("10.0.0.2", "10.0.2.0", 64, IpProtocol.TCP, 0, new byte[20]));
        assertEquals(List.of(), rig.run());
        assertEquals(2, rig.router.forwarder().packets().of(PacketCount.TO_KERNEL));
        assertEquals(0, rig.router.forwarder().drops().total());
    }

    @Test
    void eachFrameThatIsNotForwardedCountsOnceForItsReason() {
        rig.announce(RouterRig.VIP, 1);
        var good = Frames.udp(1000);
        assertDropped(RouterDrop.FRAME_TOO_SHORT, new byte[13]);
        assertDropped(RouterDrop.OTHER_HOST, Frames.with(good, 5, 0x77));
        assertDropped(RouterDrop.LINK_BROADCAST, Frames.with(good, 0, 0x03));
        assertDropped(RouterDrop.BAD_IP_VERSION, Frames.with(Frames.with(good, 12, 0x86), 13, 0xDD));
        assertDropped(RouterDrop.UNKNOWN_ETHERTYPE, Frames.with(good, 13, 0x42));
        assertDropped(RouterDrop.BAD_ARP, Frames.with(good, 13, 0x06));
        assertDropped(RouterDrop.IP_TOO_SHORT, Arrays.copyOf(good, 14 + 19));
        assertDropped(RouterDrop.BAD_IP_VERSION, Frames.with(good, 14, 0x65));
        assertDropped(RouterDrop.BAD_IP_HEADER_LENGTH, Frames.with(good, 14, 0x44));
        assertDropped(RouterDrop.BAD_IP_TOTAL_LENGTH, Frames.with(good, 16, 0x05));
        assertDropped(RouterDrop.BAD_IP_CHECKSUM, Frames.with(good, 24, good[24] + 1));
        assertDropped(RouterDrop.TTL_ZERO, to("203.0.113.10", 0));
        assertDropped(RouterDrop.MARTIAN_SOURCE, from("127.0.0.1"));
        assertDropped(RouterDrop.MARTIAN_SOURCE, from("224.0.0.1"));
        assertDropped(RouterDrop.MARTIAN_DESTINATION, to("127.0.0.1", 64));
        assertDropped(RouterDrop.MARTIAN_DESTINATION, to("0.1.2.3", 64));
        assertDropped(RouterDrop.MARTIAN_DESTINATION, to("240.0.0.1", 64));
        assertDropped(RouterDrop.MULTICAST, to("224.0.0.5", 64));
        assertDropped(RouterDrop.BROADCAST, to("255.255.255.255", 64));
        assertDropped(RouterDrop.BROADCAST, to("10.0.0.255", 64));
        assertDropped(RouterDrop.LINK_LOCAL, to("169.254.1.1", 64));
        assertDropped(RouterDrop.LINK_LOCAL, from("169.254.1.1"));
        assertEquals(0, rig.router.forwarder().packets().of(PacketCount.FORWARDED));
    }

    @Test
    void aBlackHoleSwallowsInSilence() {
        replaceRig(withStatic(new StaticRoute(Prefix.parse("203.0.113.0/24"), List.of())));
        rig.inject(0, Frames.udp(1000));
        assertEquals(List.of(), rig.run());
        assertOneDrop(RouterDrop.BLACKHOLE);
    }

    @Test
    void noErrorIsSentAboutErrorsLaterFragmentsAndGroupAddresses() {
        var timeExceeded = Hex.bytes("0b 00 f4 ff 00 00 00 00 00 00 00 00 00 00 00 00");
        rig.inject(0, Frames.ipv4("10.0.0.2", "192.0.2.1", 64, IpProtocol.ICMP, 0, timeExceeded));
        rig.inject(0, Frames.ipv4("10.0.0.2", "192.0.2.1", 64, IpProtocol.UDP, 100, new byte[40]));
        rig.inject(0, Frames.ipv4("10.0.0.2", "224.0.0.9", 1, IpProtocol.UDP, 0, new byte[40]));
        assertEquals(List.of(), rig.run());
        assertEquals(2, rig.router.forwarder().icmp().of(IcmpCount.NOT_REPORTABLE));
        assertEquals(2, rig.router.forwarder().icmp().total());
    }

    @Test
    void anErrorThatCannotGetBackIsCounted() {
        rig.inject(0, from("198.51.100.1"));
        assertEquals(List.of(), rig.run());
        assertEquals(1, rig.router.forwarder().icmp().of(IcmpCount.NO_WAY_BACK));
    }

    @Test
    void errorsAreLimitedToABurstAndThenARate() {
        rig.inject(2, toClient(2)); // makes the client known: few packets wait for a neighbour
        rig.run();
        for (int i = 0; i < 60; i++) {
            rig.inject(0, to("192.0.2.1", 64));
        }
        assertEquals(50, rig.run().size());
        assertEquals(10, rig.router.forwarder().icmp().of(IcmpCount.RATE_LIMITED));
        rig.nanos += 5_000_000;
        for (int i = 0; i < 10; i++) {
            rig.inject(0, to("192.0.2.1", 64));
        }
        assertEquals(5, rig.run().size(), "1000 a second for 5 ms");
    }

    @Test
    void packetsWaitForTheirNeighbourAndThenGoInOrder() {
        rig.announce(RouterRig.VIP, 1);
        rig.answersArp(1, false);
        for (int port = 1000; port < 1003; port++) {
            rig.inject(0, Frames.udp(port));
        }
        assertEquals(List.of(), rig.run());
        assertEquals(3, rig.router.forwarder().ledger().held());
        rig.assertConserved();
        rig.answersArp(1, true);
        var ports = rig.pass(1010).stream()
                .map(arrival -> Hex.bytes(arrival.hex()))
                .map(octets -> (octets[34] & 0xFF) << 8 | (octets[35] & 0xFF))
                .toList();
        assertEquals(List.of(1000, 1001, 1002), ports);
        var resolved = rig.events(RouterEvent.NeighborResolved.class).getFirst();
        assertEquals("10.0.1.1", resolved.address().getHostAddress());
        assertEquals(RouterRig.farMac(1), resolved.mac());
    }

    @Test
    void nextHopsAreAskedForBeforeTheFirstPacketNeedsThem() {
        rig.announce(RouterRig.VIP, 1, 2);
        assertEquals(List.of(), rig.pass(10));
        assertEquals(2, rig.events(RouterEvent.NeighborResolved.class).size());
        assertEquals(2, rig.router.neighbors().size());
    }

    @Test
    void aNeighbourThatNeverAnswersCostsAHostUnreachable() {
        rig.announce(RouterRig.VIP, 1);
        rig.answersArp(1, false);
        rig.inject(0, Frames.udp(1000));
        var arrivals = rig.pass(5000);
        assertEquals(1, arrivals.size());
        var error = Hex.bytes(arrivals.getFirst().hex());
        assertEquals(3, error[34], "unreachable");
        assertEquals(1, error[35], "host");
        assertEquals(1, rig.router.forwarder().neighborDrops(1).of(NeighborDrop.UNRESOLVED));
        assertEquals(1, rig.events(RouterEvent.NeighborFailed.class).size());
    }

    @Test
    void aPacketToAConnectedSubnetGoesToItsDestinationItself() {
        rig.inject(2, toClient(2));
        var arrivals = rig.run();
        assertEquals(1, arrivals.size());
        assertEquals(0, arrivals.getFirst().link());
        assertTrue(arrivals.getFirst().hex().startsWith("02 00 00 00 c0 00 02 00 00 00 00 00 08 00"));
    }

    private static byte[] toClient(int link) {
        var frame = Frames.ipv4("203.0.113.10", "10.0.0.2", 64, IpProtocol.TCP, 0, new byte[20]);
        return Frames.with(frame, 5, link);
    }

    private static byte[] to(String destination, int ttl) {
        return Frames.ipv4("10.0.0.2", destination, ttl, IpProtocol.UDP, 0, Frames.payload(1, 8));
    }

    private static byte[] from(String source) {
        return Frames.ipv4(source, "192.0.2.1", 64, IpProtocol.UDP, 0, Frames.payload(1, 8));
    }

    private static RouterRig.Arrival arrival(int link, String hex) {
        return new RouterRig.Arrival(link, Hex.text(Hex.bytes(hex)));
    }

    private static RouterRig withStatic(StaticRoute route) {
        return new RouterRig(
                EcmpPolicy.RESILIENT, ForwardingSettings.of(42), RouterConfig.Limits.STANDARD, 1500, List.of(route));
    }

    private void replaceRig(RouterRig other) {
        rig.close();
        rig = other;
    }

    private void assertOneDrop(RouterDrop reason) {
        var drops = rig.router.forwarder().drops();
        assertEquals(1, drops.of(reason), () -> nonZero(drops.snapshot()));
        assertEquals(1, drops.total(), () -> nonZero(drops.snapshot()));
    }

    private void assertDropped(RouterDrop reason, byte[] frame) {
        var drops = rig.router.forwarder().drops();
        long before = drops.of(reason);
        long total = drops.total();
        rig.inject(0, frame);
        assertEquals(List.of(), rig.run(), reason.toString());
        assertEquals(before + 1, drops.of(reason), () -> reason + " in " + nonZero(drops.snapshot()));
        assertEquals(total + 1, drops.total());
    }

    private static String nonZero(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .filter(count -> count.getValue() > 0)
                .toList()
                .toString();
    }
}

package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.forward.IcmpCount;
import ecmplab.router.forward.PacketCount;
import ecmplab.router.forward.RouterDrop;
import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** IPv6 packets through the router, between far ends that the test plays. */
class Ipv6ForwardingTest {
    private static final String VIP = "2001:db8:ffff::10/128";

    private RouterRig rig = new RouterRig();

    @AfterEach
    void nothingIsLost() {
        rig.assertConserved();
        rig.close();
    }

    private void replaceRig(RouterRig other) {
        nothingIsLost();
        rig = other;
    }

    /** UDP from a client on {@code eth0}, without a checksum, as forwarders do not look at it. */
    private static byte[] udp(String source, String destination, int hopLimit, int sourcePort, int octets) {
        var frame = new byte[Ethernet.LENGTH + Ipv6.LENGTH + octets];
        var memory = MemorySegment.ofArray(frame);
        new Ethernet()
                .wrap(memory, 0)
                .set(RouterRig.routerMac(0).bits(), RouterRig.farMac(0).bits(), Ethernet.TYPE_IPV6);
        var ip = new Ipv6().wrap(memory, Ethernet.LENGTH);
        ip.set(octets, IpProtocol.UDP, hopLimit);
        var from = (Inet6Address) InetAddress.ofLiteral(source);
        var to = (Inet6Address) InetAddress.ofLiteral(destination);
        ip.setSource(Ipv6.high(from), Ipv6.low(from));
        ip.setDestination(Ipv6.high(to), Ipv6.low(to));
        System.arraycopy(Frames.payload(sourcePort, octets), 0, frame, Ethernet.LENGTH + Ipv6.LENGTH, octets);
        return frame;
    }

    private static byte[] toVip(int sourcePort) {
        return udp("2001:db8::2", "2001:db8:ffff::10", 64, sourcePort, 32);
    }

    private static RouterRig.Arrival arrival(int link, String hex) {
        return new RouterRig.Arrival(link, Hex.text(Hex.bytes(hex)));
    }

    private void assertOneDrop(RouterDrop reason) {
        var drops = rig.router.forwarder().drops();
        assertEquals(1, drops.total());
        assertEquals(1, drops.of(reason));
    }

    /** Type and code of the one ICMPv6 error that came back to the client. */
    private byte[] error(int type, int code) {
        var arrivals = rig.run();
        assertEquals(1, arrivals.size());
        assertEquals(0, arrivals.getFirst().link());
        var error = Hex.bytes(arrivals.getFirst().hex());
        assertEquals(type, error[54]);
        assertEquals(code, error[55]);
        return error;
    }

    @Test
    void aPacketGoesOnWithNewMacsAndOneHopLess() {
        rig.announceViaIpv6(VIP, 1);
        rig.inject(0, Hex.bytes("""
                02 00 00 00 00 00  02 00 00 00 c0 00  86 dd                 # to eth0
                6a b1 23 45  00 0c 11 40                                    # class, label, 12 octets of UDP, hop limit 64
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
                20 01 0d b8 ff ff 00 00 00 00 00 00 00 00 00 10
                9c 40 00 35  00 0c 12 34  65 63 6d 70
                00 00                                                       # padding
                """));
        assertEquals(List.of(arrival(1, """
                02 00 00 00 c0 01  02 00 00 00 00 01  86 dd
                6a b1 23 45  00 0c 11 3f
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
                20 01 0d b8 ff ff 00 00 00 00 00 00 00 00 00 10
                9c 40 00 35  00 0c 12 34  65 63 6d 70
                """)), rig.run());
        assertEquals(1, rig.router.forwarder().packets().of(PacketCount.FORWARDED));
        var resolved = rig.events(RouterEvent.NeighborResolved.class).getFirst();
        assertEquals(InetAddress.ofLiteral("2001:db8:1::1"), resolved.address());
    }

    /** The weights of BGP's next hops are shares of link bandwidth, whatever the family. */
    @Test
    void flowsSpreadByTheWeightsOfTheNextHops() {
        var slow = InetAddress.ofLiteral("2001:db8:1::1");
        var fast = InetAddress.ofLiteral("2001:db8:2::1");
        rig.router.changed(List.of(new RouteListener.Change(
                Prefix.parse(VIP),
                List.of(
                        new RouteListener.NextHop(slow, slow, 1_000_000),
                        new RouteListener.NextHop(fast, fast, 3_000_000)))));

        int[] arrived = new int[RouterRig.LINKS];
        for (int port = 1000; port < 2000; port++) {
            rig.inject(0, toVip(port));
            rig.run().forEach(arrival -> arrived[arrival.link()]++);
        }

        assertEquals(1000, arrived[1] + arrived[2]);
        assertTrue(arrived[1] > 190 && arrived[1] < 310, arrived[1] + " of 1000 over the link with a quarter");
        assertEquals(
                List.of(128, 384),
                rig.router.group(Prefix.parse(VIP)).orElseThrow().members().stream()
                        .map(EcmpSnapshot.MemberSnapshot::buckets)
                        .toList());
    }

    @Test
    void aPacketWhoseHopLimitEndsHereIsReportedFromTheReceivingInterface() {
        rig.announceViaIpv6(VIP, 1);
        rig.inject(0, udp("2001:db8::2", "2001:db8:ffff::10", 1, 1000, 8));
        assertEquals(List.of(arrival(0, """
                02 00 00 00 c0 00  02 00 00 00 00 00  86 dd
                60 00 00 00  00 38 3a 40                                    # 56 octets of ICMPv6
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01             # from eth0's address
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
                03 00 d0 4a  00 00 00 00                                    # hop limit exceeded in transit
                60 00 00 00  00 08 11 01                                    # the packet as it came
                20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02
                20 01 0d b8 ff ff 00 00 00 00 00 00 00 00 00 10
                03 e8 00 50  00 08 00 00
                """)), rig.run());
        assertOneDrop(RouterDrop.TTL_EXCEEDED);
    }

    @Test
    void whatCannotGoOnIsReportedWithItsReason() {
        rig.inject(0, toVip(1000));
        error(1, 0);
        assertOneDrop(RouterDrop.NO_ROUTE);
        replaceRig(new RouterRig());
        rig.announceViaIpv6(VIP, 1);
        rig.inject(0, udp("fe80::2", "2001:db8:ffff::10", 64, 1000, 8));
        rig.run();
        assertEquals(1, rig.router.forwarder().icmp().of(IcmpCount.SENT_BEYOND_SCOPE));
        assertOneDrop(RouterDrop.LINK_LOCAL);
        replaceRig(new RouterRig());
        rig.announceViaIpv6(VIP, 1);
        rig.answersArp(1, false);
        rig.inject(0, toVip(1000));
        assertEquals(List.of(), rig.run());
        var late = rig.pass(4000);
        assertEquals(1, late.size());
        assertEquals(3, Hex.bytes(late.getFirst().hex())[55], "address unreachable");
        assertEquals(1, rig.events(RouterEvent.NeighborFailed.class).size());
    }

    @Test
    void aPacketLongerThanTheWayOutTakesIsReportedWithThatMtu() {
        replaceRig(new RouterRig(EcmpMode.RESILIENT, 1450));
        rig.announceViaIpv6(VIP, 1);
        rig.inject(0, udp("2001:db8::2", "2001:db8:ffff::10", 64, 1000, 1450 - 40));
        assertEquals(1, rig.run().size());
        rig.inject(0, udp("2001:db8::2", "2001:db8:ffff::10", 64, 1000, 1451 - 40));
        var error = error(2, 0);
        assertEquals(14 + 1280, error.length, "quotes as much as an error may");
        assertEquals(1450, (error[60] & 0xFF) << 8 | (error[61] & 0xFF));
        assertOneDrop(RouterDrop.FRAGMENTATION_NEEDED);
    }

    @Test
    void whatIsNoHostsPacketIsDroppedByItsReasonAndNotReported() {
        rig.announceViaIpv6(VIP, 1);
        for (var source : List.of("::", "::1", "ff02::1")) {
            rig.inject(0, udp(source, "2001:db8:ffff::10", 64, 1000, 8));
        }
        rig.inject(0, udp("2001:db8::2", "ff05::2", 64, 1000, 8));
        rig.inject(0, udp("2001:db8::2", "::1", 64, 1000, 8));
        rig.inject(0, Frames.with(toVip(1000), 14 + 7, 0));
        rig.inject(0, Frames.with(toVip(1000), 14 + 5, 200));
        rig.inject(0, Frames.with(Frames.with(toVip(1000), 0, 0x33), 1, 0x33));
        assertEquals(List.of(), rig.run());
        var drops = rig.router.forwarder().drops();
        assertEquals(3, drops.of(RouterDrop.MARTIAN_SOURCE));
        assertEquals(1, drops.of(RouterDrop.MULTICAST));
        assertEquals(1, drops.of(RouterDrop.MARTIAN_DESTINATION));
        assertEquals(1, drops.of(RouterDrop.TTL_ZERO));
        assertEquals(1, drops.of(RouterDrop.BAD_IP_TOTAL_LENGTH));
        assertEquals(1, drops.of(RouterDrop.LINK_BROADCAST));
        assertEquals(8, drops.total());
    }

    @Test
    void whatIsForOwnAddressesIsLeftToTheKernel() {
        rig.inject(0, udp("2001:db8::2", "2001:db8::1", 1, 1000, 8));
        rig.inject(0, udp("2001:db8::2", "2001:db8:2::", 64, 1000, 8));
        rig.inject(0, udp("fe80::2", "fe80::1", 64, 1000, 8));
        assertEquals(List.of(), rig.run());
        assertEquals(3, rig.router.forwarder().packets().of(PacketCount.TO_KERNEL));
        assertEquals(0, rig.router.forwarder().drops().total());
    }

    @Test
    void messagesOfNeighboursAreReadAndBadOnesDropped() {
        var frame = new byte[NeighborDiscovery.FRAME_LENGTH];
        var memory = MemorySegment.ofArray(frame);
        long net = 0x2001_0DB8L << 32;
        NeighborDiscovery.writeSolicitation(memory, 0, 0, RouterRig.farMac(0).bits(), net, 2, net, 1);
        rig.inject(0, frame);
        rig.inject(0, Frames.with(frame, 14 + 7, 254));
        NeighborDiscovery.writeAdvertisement(
                memory,
                0,
                0x3333_0000_0001L,
                RouterRig.farMac(0).bits(),
                NeighborDiscovery.ALL_NODES_HIGH,
                NeighborDiscovery.ALL_NODES_LOW,
                net,
                2,
                NeighborDiscovery.OVERRIDE);
        rig.inject(0, frame);
        assertEquals(List.of(), rig.run());
        assertEquals(2, rig.router.forwarder().packets().of(PacketCount.NEIGHBOR_DISCOVERY));
        assertOneDrop(RouterDrop.BAD_NEIGHBOR_DISCOVERY);
    }

    @Test
    void everyBucketChoiceIsTheOneThatExplainNames() {
        for (var mode : EcmpMode.values()) {
            replaceRig(new RouterRig(mode, 1500));
            rig.announceViaIpv6(VIP, 1, 2, 3);
            var client = InetAddress.ofLiteral("2001:db8::2");
            var vip = InetAddress.ofLiteral("2001:db8:ffff::10");
            for (int port = 1000; port < 1200; port++) {
                rig.inject(0, toVip(port));
                var arrival = rig.run().getFirst();
                var flow = new FlowKey(client, vip, IpProtocol.UDP, port, 80);
                var explained = (Explanation.Forwarded) rig.router.explain(flow, Optional.empty());
                assertEquals("eth" + arrival.link(), explained.interfaceName());
                assertEquals(InetAddress.ofLiteral("2001:db8:" + arrival.link() + "::1"), explained.nextHop());
            }
            assertEquals(
                    3,
                    rig.router.group(Prefix.parse(VIP)).orElseThrow().members().size());
        }
    }

    @Test
    void anIpv4RouteMayHaveIpv6NextHops() {
        rig.announceViaIpv6(RouterRig.VIP, 1, 2);
        for (int port = 1000; port < 1020; port++) {
            rig.inject(0, Frames.udp(port));
        }
        var links = rig.run().stream()
                .map(RouterRig.Arrival::link)
                .distinct()
                .sorted()
                .toList();
        assertEquals(List.of(1, 2), links);
        assertTrue(rig.router.routes(Prefix.parse(RouterRig.VIP)).getFirst().installed());
    }

    @Test
    void anIpv6RouteHasNoIpv4NextHops() {
        var address = RouterRig.address("10.0.1.1");
        rig.router.changed(List.of(
                new RouteListener.Change(Prefix.parse(VIP), List.of(new RouteListener.NextHop(address, address, 1)))));
        assertFalse(rig.router.routes(Prefix.parse(VIP)).getFirst().installed());
    }
}

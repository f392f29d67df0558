package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.CLIENT6;
import static ecmplab.mux.forward.MuxRig.MUX6;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.VIP6;
import static ecmplab.mux.forward.MuxRig.WEB6;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.version;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.vm6;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.PacketFault;
import ecmplab.packet.Tcp;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MuxIpv6Test {
    private static final int SYN = Tcp.SYN, ACK = Tcp.ACK;

    @Test
    void anIpv6PacketLeavesInVxlanOverIpv4WithItsHopLimitLess() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21))));
        var in = Ipv6Packets.tcp(CLIENT6, 40_000, VIP6, 80, SYN, 9);

        var out = rig.forward(in);

        assertEquals(in.length + 50, out.length);
        assertEquals("0800", hex(out, 12, 14));
        assertEquals("0a000011" + "0a000215", hex(out, 26, 34), "from the MUX to the host");
        assertEquals("12b5", hex(out, 36, 38));
        assertEquals("0800000000138900", hex(out, 42, 50), "VXLAN, VNI 5001");
        assertEquals("020000010001", hex(out, 50, 56), "to the VM");
        assertEquals("02a10007", hex(out, 56, 60), "from MUX a1, generation 7");
        assertEquals("86dd", hex(out, 62, 64));
        var inner = Ipv6Packets.withHopLimit(in, Ipv6Packets.HOP_LIMIT - 1);
        assertEquals(hex(inner, 14, inner.length), hex(out, 64, out.length));
    }

    @Test
    void anIpv4AndAnIpv6PacketLeaveInVxlanOverIpv6WithAChecksum() {
        var rig = MuxRig.serving(web(active(7, vm6(1, 21))), web6(active(7, vm6(2, 22))));
        var ipv4 = Packets.tcp(CLIENT, 40_000, VIP, 80, SYN, 9);
        var ipv6 = Ipv6Packets.tcp(CLIENT6, 40_000, VIP6, 80, SYN, 9);

        var out4 = rig.forward(ipv4);
        var out6 = rig.forward(ipv6);

        for (var out : List.of(out4, out6)) {
            assertEquals("86dd", hex(out, 12, 14));
            assertEquals("60000000", hex(out, 14, 18));
            assertEquals("1140", hex(out, 20, 22), "UDP, hop limit 64");
            assertEquals("20010db8000000010000000000000011", hex(out, 22, 38));
            assertEquals("12b5", hex(out, 56, 58));
            assertEquals("0800000000138900", hex(out, 62, 70));
            assertUdpChecksum(out);
        }
        assertEquals("20010db8000200000000000000000021", hex(out4, 38, 54));
        assertEquals("20010db8000200000000000000000022", hex(out6, 38, 54));
        assertEquals("0800", hex(out4, 82, 84));
        assertEquals("86dd", hex(out6, 82, 84));
        var inner = Packets.quote(Packets.withTtl(ipv4, Packets.TTL - 1), 2000);
        assertEquals(hex(inner), hex(out4, 84, out4.length));
    }

    @Test
    void flowsSpreadAndStayAtTheirMembersWhenTheTableChanges() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var members = new HashMap<Integer, String>();
        for (int port = 40_000; port < 40_200; port++) {
            members.put(port, member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, SYN, 0)));
            member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, ACK, 0));
        }
        assertEquals(3, new HashSet<>(members.values()).size());

        rig.apply(
                2,
                web6(
                        active(8, vm(2, 22), vm(4, 22)),
                        version(7, TableVersion.State.RETIRED, vm(1, 21), vm(2, 22), vm(3, 21))));

        members.forEach(
                (port, before) -> assertEquals(before, member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, ACK, 0))));
        var after = new HashSet<String>();
        for (int port = 50_000; port < 50_100; port++) {
            after.add(member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, SYN, 0)));
        }
        assertEquals(Set.of("020000010002", "020000010004"), after);
        assertEquals(300, rig.mux.counters().flows().inserted());
        var shown = rig.mux.flows(0, 10_000);
        while (shown.flows().isEmpty()) {
            shown = rig.mux.flows(shown.next(), 10_000);
        }
        assertEquals(CLIENT6, shown.flows().getFirst().flow().client());
        assertEquals(VIP6, shown.flows().getFirst().flow().vip());
    }

    @Test
    void affinityTakesSourceOrSourceAndProtocolAndTheRuleForAllPortsServesThem() {
        var all = new EndpointId(VIP6, 6, 0);
        var udp = new EndpointId(VIP6, 17, 0);
        var members = active(7, vm(1, 21), vm(2, 22), vm(3, 21), vm(4, 22), vm(5, 21));
        for (var affinity : List.of(Affinity.SOURCE_IP, Affinity.SOURCE_IP_PROTOCOL)) {
            var rig = MuxRig.serving(endpoint(all, affinity, members), endpoint(udp, affinity, members));
            boolean differs = false;
            for (int client = 1; client < 40; client++) {
                var source = MuxRig.ipv6("2001:db8:c::" + client);
                var first = member(rig, Ipv6Packets.tcp(source, 40_000, VIP6, 80, SYN, 0));
                assertEquals(first, member(rig, Ipv6Packets.tcp(source, 40_001, VIP6, 443, SYN, 0)));
                differs |= !first.equals(member(rig, Ipv6Packets.udp(source, 40_000, VIP6, 53, 9)));
            }
            assertEquals(affinity == Affinity.SOURCE_IP_PROTOCOL, differs);
        }
    }

    @Test
    void anEchoRequestToAVipIsAnswered() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21))));

        var reply = rig.forward(Ipv6Packets.echo(CLIENT6, VIP6));

        assertEquals(hex(address(VIP6)) + hex(address(CLIENT6)), hex(reply, 22, 54));
        assertEquals(Icmpv6.ECHO_REPLY, reply[54] & 0xFF);
        assertEquals("0102030405", hex(reply, 62, 67));
        assertEquals(1, rig.mux.counters().echoesAnswered());

        var damaged = Ipv6Packets.echo(CLIENT6, VIP6);
        damaged[66]++;
        assertEquals(List.of(), rig.send(damaged));
        assertEquals(1, rig.mux.counters().drops().get(PacketFault.BAD_TRANSPORT_CHECKSUM.label()));
    }

    @Test
    void errorsGoToTheMemberWhoseFlowTheyQuote() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var router = MuxRig.ipv6("2001:db8:9::9");
        for (int port = 40_000; port < 40_050; port++) {
            var expected = member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, SYN, 0));
            var sent = Ipv6Packets.tcp(VIP6, 80, CLIENT6, port, ACK, 1300);
            var quote = Arrays.copyOfRange(sent, 14, 14 + 1232);
            assertEquals(
                    expected,
                    member(rig, Ipv6Packets.icmp(router, VIP6, Icmpv6.PACKET_TOO_BIG, 0, 1280, quote)),
                    "too big, port " + port);
            var unreachable =
                    Ipv6Packets.icmp(router, VIP6, Icmpv6.UNREACHABLE, Icmpv6.NO_ROUTE, 0, Arrays.copyOf(quote, 44));
            assertEquals(expected, member(rig, unreachable), "unreachable, port " + port);
        }
    }

    @Test
    void errorsWithAQuoteThatIsCutShortOrOfAnotherSenderAreDroppedByReason() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21))));
        var sent = Ipv6Packets.tcp(VIP6, 80, CLIENT6, 40_000, ACK, 0);
        var quote = Arrays.copyOfRange(sent, 14, sent.length);

        assertDropped(rig, icmpError(Arrays.copyOf(quote, 39)), "icmp-quote-short");
        assertDropped(rig, icmpError(Arrays.copyOf(quote, 43)), "icmp-quote-short");
        var foreign = quote.clone();
        foreign[23]++;
        assertDropped(rig, icmpError(foreign), "icmp-quote-foreign");
        assertDropped(rig, Ipv6Packets.icmp(CLIENT6, VIP6, Icmpv6.ECHO_REPLY, 0, 0, new byte[8]), "icmp-unserved");
    }

    @Test
    void allFragmentsOfADatagramGoToOneMemberAndSoDoesAnErrorThatQuotesOne() {
        var rig = MuxRig.serving(endpoint(
                new EndpointId(VIP6, 17, 53), Affinity.FIVE_TUPLE, active(7, vm(1, 21), vm(2, 22), vm(3, 21))));
        var members = new HashSet<String>();
        for (int client = 1; client < 30; client++) {
            var source = MuxRig.ipv6("2001:db8:c::" + client);
            var datagram = Ipv6Packets.udp(source, 40_000, VIP6, 53, 56);
            var udp = Arrays.copyOfRange(datagram, 54, datagram.length);
            var first = Ipv6Packets.fragment(source, VIP6, 17, Arrays.copyOf(udp, 32), 0, true);
            var last = Ipv6Packets.fragment(source, VIP6, 17, Arrays.copyOfRange(udp, 32, 64), 32, false);
            var expected = member(rig, last);
            assertEquals(expected, member(rig, first));
            members.add(expected);

            var answer = Ipv6Packets.fragment(VIP6, source, 17, new byte[1200], 0, true);
            var quote = Arrays.copyOfRange(answer, 14, 14 + 101); // not a multiple of eight
            var error = Ipv6Packets.icmp(CLIENT6, VIP6, Icmpv6.PACKET_TOO_BIG, 0, 1280, quote);
            assertEquals(expected, member(rig, error));
        }
        assertEquals(3, members.size());
    }

    @Test
    void whatMayNotPassIsToldAndDroppedByReason() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21))));

        var expired = rig.forward(Ipv6Packets.withHopLimit(Ipv6Packets.tcp(CLIENT6, 4, VIP6, 80, SYN, 0), 1));
        assertEquals(Icmpv6.TIME_EXCEEDED, expired[54] & 0xFF);
        assertEquals(hex(address(MUX6)) + hex(address(CLIENT6)), hex(expired, 22, 54));

        var tooBig = rig.forward(Ipv6Packets.tcp(CLIENT6, 4, VIP6, 80, ACK, 1460));
        assertEquals(Icmpv6.PACKET_TOO_BIG, tooBig[54] & 0xFF);
        assertEquals(1500, ByteBuffer.wrap(tooBig).getInt(58), "1550 less 50");
        assertEquals(14 + 1280, tooBig.length);

        var noPort = rig.forward(Ipv6Packets.udp(CLIENT6, 4, VIP6, 53, 8));
        assertEquals("0104", hex(noPort, 54, 56));
        assertEquals(hex(address(VIP6)), hex(noPort, 22, 38));

        var drops = rig.mux.counters().drops();
        assertEquals(1, drops.get("ttl-exceeded"));
        assertEquals(1, drops.get("too-big"));
        assertEquals(1, drops.get("no-endpoint"));
        assertDropped(rig, Ipv6Packets.tcp(MuxRig.ipv6("fe80::7"), 4, VIP6, 80, SYN, 0), "bad-source");
        assertDropped(rig, Ipv6Packets.tcp(MuxRig.ipv6("::"), 4, VIP6, 80, SYN, 0), "bad-source");
        assertDropped(rig, Ipv6Packets.tcp(CLIENT6, 4, MuxRig.ipv6("2001:db8:ff::11"), 80, SYN, 0), "not-a-vip");
        var cut = Ipv6Packets.tcp(CLIENT6, 4, VIP6, 80, SYN, 0);
        assertDropped(rig, Arrays.copyOf(cut, cut.length - 1), PacketFault.BAD_IP_TOTAL_LENGTH.label());
        long kernel = rig.mux.counters().toKernel();
        assertEquals(List.of(), rig.send(Ipv6Packets.tcp(CLIENT6, 4, MUX6, 179, SYN, 0)));
        assertEquals(List.of(), rig.send(Ipv6Packets.udp(CLIENT6, 4, MuxRig.ipv6("ff02::1"), 5, 0)));
        assertEquals(kernel + 2, rig.mux.counters().toKernel());
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
    }

    @Test
    void overIpv6LessFits() {
        var rig = MuxRig.serving(web6(active(7, vm6(1, 21))));
        var tooBig = rig.forward(Ipv6Packets.tcp(CLIENT6, 4, VIP6, 80, ACK, 1421));
        assertEquals(1480, ByteBuffer.wrap(tooBig).getInt(58));
        assertEquals(14 + 36 + 14 + 1480 + 20, rig.forward(Ipv6Packets.tcp(CLIENT6, 4, VIP6, 80, ACK, 1420)).length);
    }

    @Test
    void aMuxWithoutAnIpv6AddressRefusesMembersOnIpv6Hosts() {
        var planner = new Planner(Set.of(), false);
        var policy = new SlbPolicy(1, 1, List.of(web6(active(7, vm6(1, 21)))));
        assertEquals(
                "member vm1 on an IPv6 host, and this MUX has no IPv6 address",
                planner.plan(policy, 0).refused().getFirst().why());
    }

    @Test
    void theExplanationIsWhatHappens() {
        var rig = MuxRig.serving(web6(active(7, vm(1, 21), vm(2, 22))));
        for (int port = 40_000; port < 40_020; port++) {
            var flow = new FlowKey(CLIENT6, VIP6, IpProtocol.TCP, port, 80);
            var before = Objects.requireNonNull(rig.mux.explain(flow).choice());
            assertFalse(before.fromFlowTable());
            var member = member(rig, Ipv6Packets.tcp(CLIENT6, port, VIP6, 80, SYN, 0));
            assertEquals(member, before.member().mac().toString().replace(":", ""));
            assertTrue(Objects.requireNonNull(rig.mux.explain(flow).choice()).fromFlowTable());
        }
    }

    private static EndpointPolicy web6(TableVersion... versions) {
        return endpoint(WEB6, Affinity.FIVE_TUPLE, versions);
    }

    private static byte[] icmpError(byte[] quote) {
        return Ipv6Packets.icmp(CLIENT6, VIP6, Icmpv6.UNREACHABLE, 0, 0, quote);
    }

    private static void assertDropped(MuxRig rig, byte[] frame, String reason) {
        long before = rig.mux.counters().drops().getOrDefault(reason, 0L);
        assertEquals(List.of(), rig.send(frame));
        assertEquals(before + 1, rig.mux.counters().drops().get(reason), reason);
    }

    /** The inner Ethernet destination of what comes out, over IPv4. */
    private static String member(MuxRig rig, byte[] frame) {
        return hex(rig.forward(frame), 50, 56);
    }

    /** Over pseudo header and all octets (RFC 8200 section 8.1), added up word by word here. */
    private static void assertUdpChecksum(byte[] frame) {
        long sum = 17L + frame.length - 54;
        for (int at = 22; at < frame.length; at++) {
            sum += (long) (frame[at] & 0xFF) << (at % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xFFFF) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        assertEquals(0xFFFF, sum);
    }

    private static byte[] address(Inet6Address address) {
        return address.getAddress();
    }

    private static String hex(byte[] octets) {
        return hex(octets, 0, octets.length);
    }

    private static String hex(byte[] octets, int from, int to) {
        return HexFormat.of().formatHex(octets, from, to);
    }
}

package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.MUX;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.flow.FlowLimits;
import ecmplab.packet.Icmp;
import ecmplab.packet.MacAddress;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is not forwarded: each packet for one reason, and nothing gets lost on the books. */
class MuxDropTest {
    private final MuxRig rig = MuxRig.serving(web(active(7, vm(1, 21), vm(2, 22))));

    private final byte[] syn = Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN);

    @Test
    void anEchoToTheVipIsAnsweredByTheMux() {
        var request = Packets.echo(CLIENT, VIP);

        var reply = rig.forward(request);

        assertEquals(MuxRig.ROUTER_MAC, macAt(reply, 0));
        assertEquals(MuxRig.MUX_MAC, macAt(reply, 6));
        var expected = Packets.icmp(VIP, CLIENT, 0, 0, new byte[] {1, 2, 3, 4, 5});
        assertEquals(Hex.text(Packets.quote(Packets.withTtl(expected, 64), 100)), Hex.text(Packets.quote(reply, 100)));
        assertEquals(2, rig.mux.counters().echoesAnswered(), "with the one that made the router's address known");
    }

    @Test
    void anEchoWithAWrongChecksumIsNotAnswered() {
        var request = Packets.echo(CLIENT, VIP);
        request[44]++;

        assertDropped("bad-transport-checksum", request);
    }

    @Test
    void aPacketWhoseTimeEndsHereIsReportedSoTracerouteShowsTheMux() {
        var error = rig.forward(Packets.withTtl(syn, 1));

        assertError(error, MUX, 11, 0);
        assertCounted("ttl-exceeded");
    }

    @Test
    void aPortThatNobodyServesIsUnreachableSoTracerouteEndsAtTheVip() {
        var error = rig.forward(Packets.udp(CLIENT, 33_434, VIP, 33_434, 12));

        assertError(error, VIP, 3, 3);
        assertCounted("no-endpoint");
    }

    @Test
    void aPacketTooBigForTheUnderlayIsReportedWithTheSizeThatFits() {
        assertEquals(
                1, rig.send(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 1460)).size(), "1500 + 50 octets fit");
        var narrow = new MuxRig(FlowLimits.LAB, 1500);
        narrow.apply(1, web(active(7, vm(1, 21))));
        narrow.resolve();
        assertEquals(
                1,
                narrow.send(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 1410)).size());

        var error = narrow.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 1411));

        assertError(error, MUX, 3, 4);
        assertEquals(1450, (error[40] & 0xFF) << 8 | (error[41] & 0xFF), "next-hop MTU (RFC 1191)");
        assertEquals(1, narrow.mux.counters().drops().get("too-big"));
    }

    @Test
    void aPacketThatIsTooBigAndMayBeFragmentedIsNot() {
        var narrow = new MuxRig(FlowLimits.LAB, 1500);
        narrow.apply(1, web(active(7, vm(1, 21))));
        narrow.resolve();
        var big = Packets.fragment(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 1411), false, 0);

        assertTrue(narrow.send(big).isEmpty());
        assertEquals(1, narrow.mux.counters().drops().get("too-big-unfragmented"));
    }

    @Test
    void errorsAreLimitedInNumber() {
        for (int i = 0; i < 200; i++) {
            rig.send(Packets.udp(CLIENT, 1000, VIP, 33_434 + i, 12));
        }
        assertEquals(50, rig.mux.counters().errorsSent());
        assertEquals(150, rig.mux.counters().errorsSuppressed());
        rig.advance(Duration.ofMillis(50));
        assertEquals(1, rig.send(Packets.udp(CLIENT, 1000, VIP, 33_434, 12)).size());
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
    }

    @Test
    void noErrorIsSentAboutAnError() {
        var quoted = Packets.quote(Packets.udp(VIP, 53, CLIENT, 5353, 10), 28);

        assertDropped("no-endpoint", Packets.icmp(CLIENT, VIP, 3, 3, quoted));
    }

    @Test
    void eachReasonIsCountedOnce() {
        assertDropped("not-for-us", changed(syn, 5, 0x99));
        assertDropped("not-ip", changed(syn, 12, 0x88));
        assertDropped("not-a-vip", Packets.tcp(CLIENT, 40_000, 0xCB00_7163, 80, Tcp.SYN));
        assertDropped("frame-too-short", Arrays.copyOf(syn, 13));
        assertDropped("ip-too-short", Arrays.copyOf(syn, 30));
        assertDropped("bad-ip-version", changed(syn, 14, 0x65));
        assertDropped("bad-ip-header-length", changed(syn, 14, 0x44));
        assertDropped("bad-ip-total-length", changed(syn, 17, 0xFF));
        assertDropped("bad-ip-checksum", changed(syn, 24, syn[24] + 1));
        assertDropped("ttl-zero", Packets.withTtl(syn, 0));
        assertDropped("bad-transport-length", changed(syn, 46, 0x10));
        assertDropped("icmp-unserved", Packets.icmp(CLIENT, VIP, 13, 0, new byte[12]));
        assertDropped("icmp-quote-short", Packets.icmp(CLIENT, VIP, 3, 4, new byte[19]));
        var other = Packets.quote(Packets.tcp(0xCB00_7163, 80, CLIENT, 40_000, Tcp.ACK), 28);
        assertDropped("icmp-quote-foreign", Packets.icmp(CLIENT, VIP, 3, 4, other));
        var cut = Packets.quote(Packets.tcp(VIP, 80, CLIENT, 40_000, Tcp.ACK), 23);
        assertDropped("icmp-quote-short", Packets.icmp(CLIENT, VIP, 3, 4, cut));
    }

    @Test
    void whatIsForTheMuxItselfIsTheKernels() {
        long before = rig.mux.counters().toKernel();
        int bgp = 179;
        assertTrue(rig.send(
                        Packets.tcp(MuxRig.ROUTER, 40_000, MUX, bgp, Tcp.SYN),
                        Packets.tcp(MuxRig.ROUTER, 40_000, 0x0A00_00FE, bgp, Tcp.SYN),
                        Packets.udp(MuxRig.ROUTER, 1, 0xE000_0005, 1, 4))
                .isEmpty());

        assertEquals(before + 3, rig.mux.counters().toKernel());
    }

    @Test
    void whateverComesInIsAccountedFor() {
        var random = new Random(11);
        var samples = List.of(
                syn,
                Packets.tcp(CLIENT, 40_001, VIP, 80, Tcp.ACK, 700),
                Packets.udp(CLIENT, 5353, VIP, 53, 40),
                Packets.echo(CLIENT, VIP),
                Packets.icmp(CLIENT, VIP, 3, 4, Packets.quote(Packets.tcp(VIP, 80, CLIENT, 40_000, Tcp.ACK), 28)),
                Packets.fragment(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 64), true, 0),
                Packets.tcp(MuxRig.ROUTER, 40_000, MUX, 179, Tcp.SYN));
        for (int i = 0; i < 20_000; i++) {
            var frame = samples.get(random.nextInt(samples.size())).clone();
            for (int flips = random.nextInt(3); flips > 0; flips--) {
                frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(10) == 0) {
                frame = Arrays.copyOf(frame, 1 + random.nextInt(frame.length));
            }
            rig.send(frame);
            rig.advance(Duration.ofMillis(random.nextInt(3)));
            if (i % 100 == 0) {
                rig.tick();
            }
            assertTrue(rig.mux.ledger().balances(), rig.mux.ledger() + " after packet " + i);
        }
        var counters = rig.mux.counters();
        assertEquals(
                counters.received(),
                counters.forwarded() + counters.echoesAnswered() + counters.toKernel() + counters.dropped());
        assertEquals(rig.port.pool().size(), rig.port.pool().available(), "every frame is back in the pool");
    }

    private void assertDropped(String reason, byte[] frame) {
        var before = rig.mux.counters();
        assertTrue(rig.send(frame).isEmpty(), reason + ": came through");
        var after = rig.mux.counters();
        assertEquals(Map.of(reason, 1L), difference(before.drops(), after.drops()));
        assertEquals(before.dropped() + 1, after.dropped());
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
    }

    private void assertCounted(String reason) {
        var reasons = difference(Map.of(), rig.mux.counters().drops());
        assertEquals(Map.of(reason, 1L), reasons);
        assertTrue(rig.mux.ledger().balances(), rig.mux.ledger().toString());
    }

    private static Map<String, Long> difference(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .filter(entry -> entry.getValue() != (long) before.getOrDefault(entry.getKey(), 0L))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue() - before.getOrDefault(entry.getKey(), 0L)));
    }

    /** An ICMP error from {@code from} to the client, with right checksums. */
    private static void assertError(byte[] frame, int from, int type, int code) {
        assertEquals(MuxRig.ROUTER_MAC, macAt(frame, 0));
        var parser = new PacketParser();
        var memory = MemorySegment.ofArray(frame);
        assertEquals(PacketFault.NONE, parser.parse(memory, 0, frame.length));
        assertEquals(from, parser.source());
        assertEquals(CLIENT, parser.destination());
        assertEquals(PacketFault.NONE, Icmp.check(memory, parser.transport(), parser.transportLength()));
        assertEquals(type, frame[34]);
        assertEquals(code, frame[35]);
    }

    private static byte[] changed(byte[] frame, int at, int octet) {
        var copy = frame.clone();
        copy[at] = (byte) octet;
        return copy;
    }

    private static MacAddress macAt(byte[] frame, int at) {
        long bits = 0;
        for (int i = at; i < at + 6; i++) {
            bits = bits << 8 | (frame[i] & 0xFF);
        }
        return new MacAddress(bits);
    }
}

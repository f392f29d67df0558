package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another dissector makes of IPv6 packets that are made here. */
final class DissectionTest {
    private static final int ERROR_AT = 2048;

    private static byte[] frame(MemorySegment memory, long packet, int length) {
        var frame = new byte[Ethernet.LENGTH + length];
        var segment = MemorySegment.ofArray(frame);
        new Ethernet().wrap(segment, 0).set(0x02_00_00_00_00_02L, 0x02_00_00_00_00_01L, Ethernet.TYPE_IPV6);
        MemorySegment.copy(memory, packet, segment, Ethernet.LENGTH, length);
        return frame;
    }

    private static byte[] octets(MemorySegment memory, long frame, int length) {
        return memory.asSlice(frame, length).toArray(HeaderView.U8);
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkFindsEveryChecksumRightAndReadsWhatWasMeant(@TempDir Path folder) throws Exception {
        var memory = Arena.ofAuto().allocate(8192);
        var frames = new ArrayList<byte[]>();
        var udp = Packets.udp6(1401);
        new Ipv6().wrap(udp, 0).rewriteSource(0x2001_0DB8_0001_0000L, 0xFFFF_0000_1234L, IpProtocol.UDP, 40);
        frames.add(frame(udp, 0, 40 + 8 + 1401));
        MemorySegment.copy(udp, 0, memory, 0, 40 + 8 + 1401);
        int length = Icmpv6.writePacketTooBig(memory, ERROR_AT, Packets.NETWORK, 0xFE, 1400, 0);
        frames.add(frame(memory, ERROR_AT, length));
        length = NeighborDiscovery.writeSolicitation(memory, 0, 0, 1, Packets.NETWORK, 1, Packets.NETWORK, 0xAB_CDEF);
        frames.add(octets(memory, 0, length));
        length = NeighborDiscovery.writeAdvertisement(
                memory, 0, 2, 1, Packets.NETWORK, 1, Packets.NETWORK, 2, NeighborDiscovery.SOLICITED);
        frames.add(octets(memory, 0, length));
        var inner = frame(Packets.tcp6(5), 0, 65);
        MemorySegment.copy(MemorySegment.ofArray(inner), 0, memory, 1024, inner.length);
        long outer = Vxlan.encapsulateIpv6(
                memory, 1024, inner.length, 2, 1, Packets.NETWORK, 0xA, Packets.NETWORK, 0xB, 50_000, 0xAB_CDEF);
        assertEquals(1024 - Vxlan.ENCAPSULATION_IPV6, outer);
        frames.add(octets(memory, outer, inner.length + Vxlan.ENCAPSULATION_IPV6));
        var echo = Packets.echo6(3);
        Icmpv6.replyToEcho(echo, 0, 40);
        frames.add(frame(echo, 0, 51));
        assertEquals(
                List.of(
                        "2001:db8:1::ffff:0:1234|||1|||",
                        "2001:db8::fe,2001:db8:1::ffff:0:1234|2|1400|2|||1", // the quoted datagram is cut: not verified
                        "2001:db8::1|135|||2001:db8::ab:cdef||1",
                        "2001:db8::2|136||||2001:db8::2|1",
                        "2001:db8::a,2001:db8::1|||1|||",
                        "2001:db8::2|129|||||1"),
                dissect(folder, frames));
    }

    /** IPv6 sources, ICMPv6 type, MTU, UDP checksum status (1 right, 2 not verified), targets of NS and NA, ICMPv6 checksum status. */
    private static List<String> dissect(Path folder, List<byte[]> frames) throws Exception {
        var file = folder.resolve("ipv6.pcapng");
        try (var writer = new PcapngWriter(Files.newOutputStream(file), "test")) {
            int port = writer.addInterface("eth0");
            for (var frame : frames) {
                var memory = MemorySegment.ofArray(frame);
                writer.write(port, Instant.EPOCH, PcapngWriter.Direction.OUTBOUND, memory, 0, frame.length, null);
            }
        }
        var command = new ArrayList<>(List.of(
                "tshark",
                "-n",
                "-r",
                file.toString(),
                "-T",
                "fields",
                "-E",
                "separator=|",
                "-o",
                "udp.check_checksum:TRUE"));
        for (var field : List.of(
                "ipv6.src",
                "icmpv6.type",
                "icmpv6.mtu",
                "udp.checksum.status",
                "icmpv6.nd.ns.target_address",
                "icmpv6.nd.na.target_address",
                "icmpv6.checksum.status")) {
            command.addAll(List.of("-e", field));
        }
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor());
        return lines;
    }
}

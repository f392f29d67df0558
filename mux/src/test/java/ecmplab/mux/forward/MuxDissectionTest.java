package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.packet.PcapngWriter;
import ecmplab.packet.Tcp;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another dissector makes of the frames. */
class MuxDissectionTest {
    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsTheClientsPacketsInTheVxlanOfTheMuxAndFindsEveryChecksumRight(@TempDir Path folder)
            throws Exception {
        var rig = MuxRig.serving(web(active(7, vm(1, 21))));
        var echo = rig.forward(Packets.echo(CLIENT, VIP));
        var expired = rig.forward(Packets.withTtl(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN), 1));
        var syn = rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.SYN));
        var data = rig.forward(Packets.tcp(CLIENT, 40_000, VIP, 80, Tcp.ACK, 1001));

        var lines = dissect(folder, List.of(echo, expired, syn, data));

        assertEquals(
                List.of(
                        "icmp:data|203.0.113.10|198.51.100.7||0|02:00:00:00:00:11|1|",
                        "icmp:ip:tcp|10.0.0.17,198.51.100.7|198.51.100.7,203.0.113.10||11|02:00:00:00:00:11|1,1|1",
                        "udp:vxlan:eth:ethertype:ip:tcp|10.0.0.17,198.51.100.7|10.0.2.21,203.0.113.10|5001||"
                                + "02:00:00:00:00:11,02:a1:00:07:00:02|1,1|1",
                        "udp:vxlan:eth:ethertype:ip:tcp|10.0.0.17,198.51.100.7|10.0.2.21,203.0.113.10|5001||"
                                + "02:00:00:00:00:11,02:a1:00:07:01:02|1,1|1"),
                lines);
    }

    /** Protocols, IP addresses, VNI, ICMP type, Ethernet sources, and whether IPv4 and TCP checksums are right (1). */
    private static List<String> dissect(Path folder, List<byte[]> frames) throws Exception {
        var file = folder.resolve("mux.pcapng");
        try (var writer = new PcapngWriter(Files.newOutputStream(file), "test")) {
            int port = writer.addInterface("eth0");
            for (var frame : frames) {
                var memory = MemorySegment.ofArray(frame);
                writer.write(port, Instant.EPOCH, PcapngWriter.Direction.OUTBOUND, memory, 0, frame.length, null);
            }
        }
        var process = new ProcessBuilder(
                        "tshark",
                        "-n",
                        "-r",
                        file.toString(),
                        "-T",
                        "fields",
                        "-E",
                        "separator=|",
                        "-E",
                        "occurrence=a",
                        "-o",
                        "ip.check_checksum:TRUE",
                        "-o",
                        "tcp.check_checksum:TRUE",
                        "-e",
                        "frame.protocols",
                        "-e",
                        "ip.src",
                        "-e",
                        "ip.dst",
                        "-e",
                        "vxlan.vni",
                        "-e",
                        "icmp.type",
                        "-e",
                        "eth.src",
                        "-e",
                        "ip.checksum.status",
                        "-e",
                        "tcp.checksum.status")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var lines = process.inputReader()
                .lines()
                .map(line -> line.replaceFirst("^eth:ethertype:ip:", ""))
                .toList();
        assertEquals(0, process.waitFor());
        return lines;
    }
}

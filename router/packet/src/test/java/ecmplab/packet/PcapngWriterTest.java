package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PcapngWriterTest {
    private static final Instant WHEN = Instant.parse("2026-11-22T10:00:00.123456789Z");

    @Test
    void aCaptureStandsInTheFileBlockByBlock() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var writer = new PcapngWriter(out, "lab")) {
            assertEquals(0, writer.addInterface("eth0"));
            writer.write(
                    0,
                    Instant.ofEpochSecond(1, 2),
                    PcapngWriter.Direction.OUTBOUND,
                    Packets.hex("aa bb cc"),
                    1,
                    2,
                    "hi");
        }
        assertEquals(Hex.text(Hex.bytes("""
                        0a 0d 0d 0a  28 00 00 00  4d 3c 2b 1a  01 00 00 00  ff ff ff ff ff ff ff ff
                        04 00 03 00  6c 61 62 00  00 00 00 00  28 00 00 00          # application lab
                        01 00 00 00  28 00 00 00  01 00 00 00  00 00 00 00
                        02 00 04 00  65 74 68 30  09 00 01 00  09 00 00 00          # eth0, nanoseconds
                        00 00 00 00  28 00 00 00
                        06 00 00 00  38 00 00 00  00 00 00 00  00 00 00 00  02 ca 9a 3b  02 00 00 00  02 00 00 00
                        bb cc 00 00
                        02 00 04 00  02 00 00 00                                    # outbound
                        01 00 02 00  68 69 00 00  00 00 00 00  38 00 00 00          # comment hi
                        """)), Hex.text(out.toByteArray()));
    }

    @Test
    void anInterfaceThatWasNotDescribedIsRefused() throws Exception {
        try (var writer = new PcapngWriter(new ByteArrayOutputStream(), "lab")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> writer.write(0, WHEN, PcapngWriter.Direction.INBOUND, Packets.hex("00"), 0, 1, null));
        }
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsInterfacesTimesCommentsAndPackets(@TempDir Path folder) throws Exception {
        var file = folder.resolve("capture.pcapng");
        var frame = Packets.hex("02 00 00 00 00 02 02 00 00 00 00 01 08 00" + " 00".repeat(40));
        MemorySegment.copy(Packets.tcp(Tcp.SYN, new byte[0], 0), 0, frame, 14, 40);
        var longComment = "ü".repeat(600) + "!"; // 1201 octets: cut after 512 characters
        try (var writer = new PcapngWriter(Files.newOutputStream(file), "ecmplab")) {
            writer.addInterface("eth0");
            writer.addInterface("eth1");
            writer.write(0, WHEN, PcapngWriter.Direction.INBOUND, frame, 0, 54, "to mux2, bucket 17");
            writer.write(1, WHEN.plusNanos(5), PcapngWriter.Direction.OUTBOUND, frame, 0, 54, longComment);
            writer.write(1, WHEN.plusNanos(6), PcapngWriter.Direction.OUTBOUND, frame, 0, 54, null);
        }
        var lines = tshark(file);
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).startsWith("eth0|1795341600.123456789|40000|to mux2, bucket 17"), lines.get(0));
        assertEquals("eth1|1795341600.123456794|40000|" + "ü".repeat(512), lines.get(1));
        assertEquals("eth1|1795341600.123456795|40000|", lines.get(2));
    }

    private static List<String> tshark(Path file) throws Exception {
        var command = new ProcessBuilder(
                "tshark",
                "-r",
                file.toString(),
                "-T",
                "fields",
                "-E",
                "separator=|",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.time_epoch",
                "-e",
                "tcp.srcport",
                "-e",
                "frame.comment");
        command.environment().put("LC_ALL", "C.UTF-8");
        var process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output.lines().toList();
    }
}

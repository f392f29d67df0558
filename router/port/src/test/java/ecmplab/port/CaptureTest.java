package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.MacAddress;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class CaptureTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("eth0", MacAddress.parse("02:00:00:00:00:01"), pool),
            new MemoryLink.End("peer", MacAddress.parse("02:00:00:00:00:02"), pool),
            1500,
            64);
    private final TappedPort port = new TappedPort(link.left());
    private final Burst burst = new Burst(64);
    private long nanos = 77;

    private void send(Port from, int length) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(2, 1, 0x88B5);
        from.send(frame, length);
        from.flush();
    }

    private void drain(Port at) {
        burst.clear();
        at.receive(burst);
        for (int i = 0; i < burst.count(); i++) {
            pool.release(burst.address(i));
        }
        at.flush();
    }

    private Capture start(OutputStream out, long maxOctets) throws IOException {
        return Capture.start(List.of(port), out, Capture.Limits.of(maxOctets), () -> START, () -> nanos);
    }

    /** Time after the start, direction flag and length of each packet block. */
    private static List<String> packets(byte[] file) {
        var packets = new ArrayList<String>();
        var blocks = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (blocks.hasRemaining()) {
            int at = blocks.position();
            int type = blocks.getInt();
            int length = blocks.getInt();
            if (type == 6) {
                long time = (long) blocks.getInt(at + 12) << 32 | (blocks.getInt(at + 16) & 0xFFFF_FFFFL);
                int captured = blocks.getInt(at + 20);
                int flags = blocks.getInt(at + 28 + ((captured + 3) & -4) + 4);
                packets.add((time - START.getEpochSecond() * 1_000_000_000) + " " + (flags == 1 ? "in" : "out") + " "
                        + captured);
            }
            blocks.position(at + length);
        }
        return packets;
    }

    @Test
    void framesOfBothDirectionsAreWrittenBetweenStartAndClose() throws Exception {
        var out = new ByteArrayOutputStream();
        send(port, 60);
        drain(link.right());
        var capture = start(out, 1 << 20);
        nanos += 5;
        send(port, 61);
        nanos += 1_000_000_000;
        send(link.right(), 62);
        drain(port);
        capture.close();
        send(port, 63);
        assertEquals(List.of("5 out 61", "1000000005 in 62"), packets(out.toByteArray()));
        assertEquals(new Capture.Status(2, 0, null), capture.status());
        drain(link.right());
        assertEquals(pool.size(), pool.available());
    }

    @Test
    void aPortIsInOneCaptureAtATime() throws Exception {
        try (var first = start(new ByteArrayOutputStream(), 1000)) {
            assertThrows(IllegalStateException.class, () -> start(new ByteArrayOutputStream(), 1000));
            assertNull(first.status().ended());
        }
        start(new ByteArrayOutputStream(), 1000).close();
    }

    @Test
    void aFullFileEndsTheCaptureAndNotTheTraffic() throws Exception {
        var out = new ByteArrayOutputStream();
        try (var capture = start(out, 150)) {
            send(port, 100);
            send(port, 100);
            Await.until("the capture ends", () -> !port.isTapped());
            assertEquals(new Capture.Status(1, 0, "full: 150 octets"), capture.status());
            send(port, 100);
        }
        assertEquals(1, packets(out.toByteArray()).size());
        assertEquals(3, port.counters().txPackets());
    }

    @Test
    void aFileThatCannotBeWrittenEndsTheCaptureAndNotTheTraffic() throws Exception {
        var disk = new OutputStream() {
            private int room = 200;

            @Override
            public void write(int octet) throws IOException {
                if (room-- == 0) {
                    throw new IOException("no space left on device");
                }
            }
        };
        try (var capture = start(disk, 10_000)) {
            send(port, 1000);
            Await.until("the capture ends", () -> !port.isTapped());
            assertEquals(
                    "cannot write: no space left on device", capture.status().ended());
            send(port, 1000);
        }
        assertEquals(2, port.counters().txPackets());
    }

    @Test
    void whatTheWriterDoesNotKeepUpWithIsCounted() throws Exception {
        var gate = new CountDownLatch(1);
        var slow = new ByteArrayOutputStream() {
            @Override
            public void flush() throws IOException {
                try {
                    gate.await();
                } catch (InterruptedException closed) {
                    throw new IOException(closed);
                }
            }
        };
        try (var capture = start(slow, 1 << 30)) {
            for (int i = 0; i < 5000; i++) {
                send(port, 60);
                drain(link.right());
            }
            assertTrue(
                    capture.status().missed() >= 5000 - 2 * 2048,
                    capture.status().toString());
            gate.countDown();
            Await.until(
                    "every frame was written or missed",
                    () -> capture.status().written() + capture.status().missed() == 5000);
        }
    }

    private enum Reason {
        NO_ROUTE
    }

    /** What tshark says of each packet of the file: interface, frame length, kept length, comment. */
    private static List<String> dissected(byte[] file) throws Exception {
        var path = Files.createTempFile("capture", ".pcapng");
        try {
            Files.write(path, file);
            var tshark = new ProcessBuilder(
                            "tshark",
                            "-r",
                            path.toString(),
                            "-T",
                            "fields",
                            "-E",
                            "separator=|",
                            "-e",
                            "frame.interface_name",
                            "-e",
                            "frame.len",
                            "-e",
                            "frame.cap_len",
                            "-e",
                            "frame.comment")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var said = tshark.inputReader()) {
                return said.readAllLines();
            }
        } finally {
            Files.delete(path);
        }
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsWhereAndWhyFramesWereDropped() throws Exception {
        var impaired = new ImpairedPort(port, () -> 0);
        var out = new ByteArrayOutputStream();
        try (var capture =
                Capture.start(List.of(port), out, new Capture.Limits(1 << 20, 64), () -> START, () -> nanos)) {
            send(link.right(), 100);
            send(link.right(), 90);
            burst.clear();
            impaired.receive(burst);
            pool.drop(burst.address(0), Reason.NO_ROUTE);
            pool.release(burst.address(1));
            impaired.flush();

            impaired.impair(new ImpairedPort.Plan(Impairment.PARTITION, Impairment.parse("loss 100%"), 1));
            send(link.right(), 101);
            drain(impaired);
            send(impaired, 102);

            impaired.impair(ImpairedPort.Plan.NONE);
            drain(impaired);
            send(impaired, 1515);
            link.setUp(false);
            send(impaired, 103);
            assertEquals(0, capture.status().missed());
        }
        assertEquals(
                List.of(
                        "eth0|100|64|dropped: no-route",
                        "eth0|90|64|",
                        "eth0|101|64|dropped: rx-partition",
                        "eth0|102|64|dropped: tx-impaired-loss",
                        "eth0|1515|64|dropped: oversize",
                        "eth0|103|64|dropped: port-down"),
                dissected(out.toByteArray()));
        assertEquals(pool.size(), pool.available());
    }
}

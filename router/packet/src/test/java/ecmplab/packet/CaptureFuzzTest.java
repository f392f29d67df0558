package ecmplab.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;

/** Any file ends as a capture or as a damaged one, and its packets as TCP streams. A normal run takes the inputs beside this test's resources. */
class CaptureFuzzTest {
    /** Octets per packet at least, in a file. */
    private static final int SMALLEST = 12;

    @FuzzTest
    void filesComeToPacketsAndStreams(byte[] file) throws IOException {
        var streams = new Streams();
        var tcp = new TcpStreams(streams);
        var reader = new CaptureReader(new ByteArrayInputStream(file));
        int packets = 0;
        long octets = 0;
        for (var item = reader.read(); item != null; item = reader.read()) {
            switch (item) {
                case CaptureReader.Damaged(var reason) -> {
                    assertTrue(!reason.isEmpty());
                    assertNull(reader.read(), "nothing follows a damage");
                }
                case CaptureReader.Packet packet -> {
                    packets++;
                    octets += packet.octets().length;
                    tcp.packet(packet);
                    parse(packet.octets());
                }
            }
        }
        tcp.end();
        assertTrue(packets <= file.length / SMALLEST);
        assertTrue(octets <= file.length);
        assertTrue(streams.octets <= octets, "no octet of a stream comes twice");
        assertNull(reader.read());
    }

    /** What is no fault is inside the frame. */
    private static void parse(byte[] frame) {
        var parser = new PacketParser();
        var memory = MemorySegment.ofArray(frame);
        if (parser.parse(memory, 0, frame.length) == PacketFault.NONE && parser.etherType() == Ethernet.TYPE_IPV4) {
            assertTrue(parser.ip() + parser.ipLength() <= frame.length);
            assertTrue(parser.transport() + parser.transportLength() <= frame.length);
            assertEquals(parser.source(), new Ipv4().wrap(memory, parser.ip()).source());
        }
    }

    private static final class Streams implements TcpStreams.Sink {
        private long octets;

        @Override
        public void octets(Instant at, TcpStreams.Flow flow, byte[] some, boolean afterGap) {
            assertTrue(some.length > 0);
            octets += some.length;
        }

        @Override
        public void begins(TcpStreams.Flow flow) {}
    }
}

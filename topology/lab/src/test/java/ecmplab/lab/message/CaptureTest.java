package ecmplab.lab.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Messages in captures: segments of any size in any order, compressed or not, read as tshark reads them. */
class CaptureTest {
    private static final EnumSet<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);
    private static final UpdateOptions EBGP = UpdateOptions.of(true, true, BOTH);

    private final SplittableRandom random = new SplittableRandom(20_260_107);

    /** One TCP segment of a capture. */
    @SuppressWarnings("ArrayRecordComponent") // compared only by identity
    private record Segment(boolean fromClient, int flags, int sequence, byte[] payload) {}

    private static final class Collected implements MessageInput.Sink {
        private final List<ObjectNode> messages = new ArrayList<>();
        private final List<String> damages = new ArrayList<>();

        @Override
        public void message(ObjectNode json, boolean reset) {
            messages.add(json);
        }

        @Override
        public void damaged(String reason) {
            damages.add(reason);
        }
    }

    private static Collected read(byte[] file, UpdateOptions options) throws IOException {
        var collected = new Collected();
        new MessageInput(options, collected).stream(new ByteArrayInputStream(file));
        return collected;
    }

    /** The stream in segments of random sizes, some twice, some late. */
    private List<Segment> segments(boolean fromClient, byte[] stream) {
        int start = -20_000; // the sequence numbers wrap in the middle
        var segments = new ArrayList<Segment>();
        for (int at = 0; at < stream.length; ) {
            int size = Math.min(stream.length - at, random.nextInt(1, 1400));
            var payload = Arrays.copyOfRange(stream, at, at + size);
            segments.add(new Segment(fromClient, 0x18, start + 1 + at, payload));
            if (random.nextInt(5) == 0) {
                segments.add(segments.getLast());
            }
            at += size;
        }
        for (int i = 0; i + 3 < segments.size(); i += 4) {
            Collections.swap(segments, i, i + 2);
        }
        segments.addFirst(new Segment(fromClient, 2, start, new byte[0]));
        return segments;
    }

    private static byte[] frame(Segment segment) {
        var frame = ByteBuffer.allocate(14 + 20 + 20 + segment.payload().length);
        frame.put(new byte[12]).putShort((short) 0x0800);
        frame.put((byte) 0x45).put((byte) 0).putShort((short) (40 + segment.payload().length));
        frame.putInt(0).put((byte) 64).put((byte) 6).putShort((short) 0);
        int client = 0x0A00_0001;
        int server = 0x0A00_0002;
        frame.putInt(segment.fromClient() ? client : server).putInt(segment.fromClient() ? server : client);
        frame.putShort((short) (segment.fromClient() ? 40_000 : 179));
        frame.putShort((short) (segment.fromClient() ? 179 : 40_000));
        frame.putInt(segment.sequence()).putInt(0).put((byte) 0x50).put((byte) segment.flags());
        frame.putShort((short) 1000).putInt(0).put(segment.payload());
        return frame.array();
    }

    private static byte[] pcap(List<Segment> segments, ByteOrder order) {
        var file = ByteBuffer.allocate(8 << 20).order(order);
        file.putInt(0xA1B2_C3D4)
                .putShort((short) 2)
                .putShort((short) 4)
                .putInt(0)
                .putInt(0)
                .putInt(65_535)
                .putInt(1);
        for (int i = 0; i < segments.size(); i++) {
            var frame = frame(segments.get(i));
            file.putInt(1_700_000_000)
                    .putInt(i)
                    .putInt(frame.length)
                    .putInt(frame.length)
                    .put(frame);
        }
        return Arrays.copyOf(file.array(), file.position());
    }

    private static byte[] pcapng(List<Segment> segments) {
        var file = ByteBuffer.allocate(8 << 20).order(ByteOrder.LITTLE_ENDIAN);
        file.putInt(0x0A0D_0D0A)
                .putInt(28)
                .putInt(0x1A2B_3C4D)
                .putInt(1)
                .putLong(-1)
                .putInt(28);
        file.putInt(1).putInt(20).putInt(1).putInt(0).putInt(20);
        for (var segment : segments) {
            var frame = frame(segment);
            int padded = (frame.length + 3) & ~3;
            file.putInt(6)
                    .putInt(32 + padded)
                    .putInt(0)
                    .putLong(0)
                    .putInt(frame.length)
                    .putInt(frame.length);
            file.put(frame).put(new byte[padded - frame.length]).putInt(32 + padded);
        }
        return Arrays.copyOf(file.array(), file.position());
    }

    private static byte[] concatenated(List<byte[]> messages) {
        var out = new ByteArrayOutputStream();
        messages.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static List<byte[]> updates(long seed, UpdateOptions options, int count) {
        var source = new Messages(seed, options);
        var updates = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            var out = Unpooled.buffer();
            source.update(out);
            updates.add(ByteBufUtil.getBytes(out));
        }
        return updates;
    }

    private static byte[] open(Open open) {
        var out = Unpooled.buffer();
        open.encode(out);
        return ByteBufUtil.getBytes(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcap", "big-endian", "pcapng", "gz", "bz2"})
    void segmentsAreReadInTheOrderOfTheirOctets(String kind) throws IOException {
        var messages = updates(1, EBGP, 300);
        var segments = segments(true, concatenated(messages));
        var plain = kind.equals("pcapng")
                ? pcapng(segments)
                : pcap(segments, kind.equals("big-endian") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        var file = new ByteArrayOutputStream();
        try (var out = switch (kind) {
            case "gz" -> new GZIPOutputStream(file);
            case "bz2" -> new BZip2CompressorOutputStream(file);
            default -> file;
        }) {
            out.write(plain);
        }
        var collected = read(file.toByteArray(), EBGP);
        assertEquals(List.of(), collected.damages);
        var reader = new MessageReader(EBGP);
        assertEquals(
                messages.stream().map(message -> reader.read(message, 0).json()).toList(),
                collected.messages.stream()
                        .map(json -> json.deepCopy().without(List.of("time", "source", "destination")))
                        .toList());
        assertEquals(
                "10.0.0.1:40000", collected.messages.getFirst().path("source").asString());
    }

    @Test
    void theOpensOfBothSidesSayHowUpdatesRead() throws IOException {
        var agreed = EBGP.withAddPath(EnumSet.of(AddressFamily.IPV4_UNICAST));
        var narrow = UpdateOptions.of(true, false, BOTH).withAddPath(agreed.addPath());
        var sends = new Capability.AddPath(List.of(new Capability.AddPath.Direction(1, 1, false, true)));
        var receives = new Capability.AddPath(List.of(new Capability.AddPath.Direction(1, 1, true, false)));
        var client = new Open(Asn.of(65_001), 90, RouterId.parse("10.0.0.1"), List.of(sends));
        var server = new Open(Asn.of(65_002), 90, RouterId.parse("10.0.0.2"), List.of(receives));
        var messages = new ArrayList<byte[]>();
        messages.add(open(client));
        messages.addAll(updates(2, narrow, 50));
        var segments = new ArrayList<>(segments(false, open(server)));
        segments.addAll(segments(true, concatenated(messages)));
        var collected = read(pcap(segments, ByteOrder.LITTLE_ENDIAN), EBGP);
        assertEquals(52, collected.messages.size());
        collected.messages.forEach(
                json -> assertEquals("accept", json.path("verdict").asString(), json::toString));
    }

    @Test
    void afterALostSegmentTheNextMessageIsFound() throws IOException {
        var messages = updates(3, EBGP, 300);
        var segments = segments(true, concatenated(messages));
        segments.removeIf(segment ->
                segment.payload().length > 0 && segment.sequence() > -15_000 && segment.sequence() < -10_000);
        var collected = read(pcap(segments, ByteOrder.LITTLE_ENDIAN), EBGP);
        assertTrue(collected.messages.size() > 150, () -> collected.messages.size() + " messages");
        collected.messages.forEach(
                json -> assertEquals("accept", json.path("verdict").asString(), json::toString));
    }

    @Test
    void aCutFileGivesWhatIsThereAndSaysSo() throws IOException {
        var segments = segments(true, concatenated(updates(4, EBGP, 100)));
        for (var file : List.of(pcap(segments, ByteOrder.LITTLE_ENDIAN), pcapng(segments))) {
            for (int i = 0; i < 200; i++) {
                int length = random.nextInt(5, file.length);
                assertTrue(read(Arrays.copyOf(file, length), EBGP).damages.size() <= 1);
            }
            var cut = read(Arrays.copyOf(file, file.length - 1), EBGP);
            assertEquals(1, cut.damages.size());
        }
    }

    @Test
    void mutatedCapturesEndWithoutAnException() throws IOException {
        var segments = segments(true, concatenated(updates(5, EBGP, 20)));
        for (var file : List.of(pcap(segments, ByteOrder.LITTLE_ENDIAN), pcapng(segments))) {
            for (int i = 0; i < 200; i++) {
                var mutated = file.clone();
                for (int change = 0; change < 4; change++) {
                    mutated[random.nextInt(4, mutated.length)] = (byte) random.nextInt();
                }
                read(mutated, EBGP);
            }
        }
    }

    /** Fields compared: of prefixes tshark guesses whether they have path identifiers, and random ones mislead it. */
    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsTheSame(@TempDir Path folder) throws IOException, InterruptedException {
        var messages = new ArrayList<byte[]>();
        messages.add(open(new Messages(6, EBGP).open()));
        messages.addAll(updates(6, EBGP, 200));
        var file = folder.resolve("capture.pcap");
        var segments =
                segments(true, concatenated(messages)).stream().distinct().toList();
        Files.write(file, pcap(inOrder(segments), ByteOrder.LITTLE_ENDIAN));
        var ours = read(Files.readAllBytes(file), EBGP).messages;
        assertEquals(messages.size(), ours.size());

        var theirs = tshark(
                file, "bgp.type", "bgp.update.path_attribute.multi_exit_disc", "bgp.update.path_attribute.origin");
        assertEquals(
                ours.stream()
                        .map(json -> json.path("type").asString().equals("OPEN") ? "1" : "2")
                        .toList(),
                theirs.get(0));
        assertEquals(values(ours, "MULTI_EXIT_DISC"), theirs.get(1));
        assertEquals(
                values(ours, "ORIGIN").stream()
                        .map(origin -> String.valueOf(
                                List.of("IGP", "EGP", "INCOMPLETE").indexOf(origin)))
                        .toList(),
                theirs.get(2));
        var hops = tshark(
                file,
                "bgp.update.path_attribute.mp_reach_nlri.afi",
                "bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6",
                "bgp.update.path_attribute.next_hop",
                "bgp.update.path_attribute.community_as");
        assertEquals(values(ours, "NEXT_HOP"), hops.get(2));
        assertEquals(nextHops(ours), hops.get(1));
        assertEquals(communityAses(ours), hops.get(3));
    }

    private static List<String> values(List<ObjectNode> messages, String name) {
        var values = new ArrayList<String>();
        messages.forEach(json -> json.path("attributes").forEach(attribute -> {
            if (attribute.path("name").asString().equals(name)) {
                values.add(attribute.path("value").asString());
            }
        }));
        return values;
    }

    private static List<String> nextHops(List<ObjectNode> messages) {
        var found = new ArrayList<String>();
        messages.forEach(json -> json.path("attributes")
                .forEach(attribute ->
                        attribute.path("value").path("nextHop").forEach(hop -> found.add(hop.asString()))));
        return found;
    }

    private static List<String> communityAses(List<ObjectNode> messages) {
        var found = new ArrayList<String>();
        messages.forEach(json -> json.path("attributes").forEach(attribute -> {
            if (attribute.path("name").asString().equals("COMMUNITIES")) {
                attribute
                        .path("value")
                        .forEach(text -> found.add(text.asString().replaceAll(":.*", "")));
            }
        }));
        return found;
    }

    private static List<Segment> inOrder(List<Segment> segments) {
        return segments.stream()
                .sorted(Comparator.comparingInt(segment -> segment.sequence() + 20_000))
                .toList();
    }

    /** All values of each field, over all packets. */
    private static List<List<String>> tshark(Path file, String... fields) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString(), "-Y", "bgp", "-T", "fields"));
        command.addAll(
                List.of("-o", "tcp.reassemble_out_of_order:TRUE", "-o", "bgp.asn_len:4 octet", "-E", "separator=|"));
        for (var field : fields) {
            command.addAll(List.of("-e", field));
        }
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        var values = new ArrayList<List<String>>();
        for (int i = 0; i < fields.length; i++) {
            values.add(new ArrayList<>());
        }
        for (var line : text.lines().toList()) {
            var columns = line.split("\\|", -1);
            for (int i = 0; i < fields.length; i++) {
                for (var value : columns[i].split(",")) {
                    if (!value.isEmpty()) {
                        values.get(i).add(value);
                    }
                }
            }
        }
        return values;
    }

    @Test
    void linesOfHexMayHaveCommentsAndSeveralMessages() throws IOException {
        var keepalive = "ff".repeat(16) + "001304";
        var text = "# two\n" + keepalive + keepalive + "\n\n0x"
                + HexFormat.ofDelimiter(":").formatHex(HexFormat.of().parseHex(keepalive)) + "\n";
        assertEquals(
                3, read(text.getBytes(StandardCharsets.UTF_8), EBGP).messages.size());
    }
}

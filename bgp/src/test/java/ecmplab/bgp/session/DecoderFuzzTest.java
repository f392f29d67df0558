package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Hex;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever comes in, decoders end with a typed outcome. Seeded mutations of good messages, and the inputs of the folder {@code fuzz}
 * beside this test's resources: one message a file, in hex, each of which was once a fault or stands for a kind of input.
 */
class DecoderFuzzTest {
    private static final int ROUNDS = 60_000;

    private final SplittableRandom random = new SplittableRandom(20_260_102);

    @Test
    void mutatedMessagesComeToATypedOutcome() {
        var corpus = corpus();
        int[] outcomes = new int[4];
        for (int round = 0; round < ROUNDS; round++) {
            var message = mutate(corpus.get(random.nextInt(corpus.size())));
            try {
                check(message, outcomes);
            } catch (RuntimeException | AssertionError fault) {
                throw new AssertionError(
                        "round " + round + ": save as a file of the folder fuzz:\n" + Hex.text(message), fault);
            }
        }
        assertTrue(Arrays.stream(outcomes).allMatch(count -> count > ROUNDS / 1000), () -> Arrays.toString(outcomes));
    }

    static List<Path> inputs() throws IOException, URISyntaxException {
        var folder = DecoderFuzzTest.class.getResource("/ecmplab/bgp/fuzz");
        assertNotNull(folder);
        try (var files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void savedInputsComeToATypedOutcome(Path file) throws IOException {
        check(Hex.bytes(Files.readString(file)), new int[4]);
    }

    /** Feeds a message to the decoder of its type, for every kind of peer. {@code outcomes} counts fine, discard, withdraw, reset. */
    private static void check(byte[] octets, int[] outcomes) {
        int length = Framing.length(octets, 0, octets.length, Framing.EXTENDED_MESSAGE);
        if (length == Framing.INCOMPLETE) {
            return;
        }
        if (length == Framing.FAULTY) {
            var answer = Framing.fault(octets, 0, octets.length, Framing.EXTENDED_MESSAGE);
            assertEquals(Notification.MESSAGE_HEADER_ERROR, answer.code());
            return;
        }
        var message = Arrays.copyOf(octets, length);
        switch (message[18]) {
            case Framing.OPEN -> {
                var outcome = Open.decode(message, 0, length);
                if (outcome instanceof Open.Outcome.Malformed malformed) {
                    assertEquals(
                            Notification.OPEN_ERROR, malformed.notification().code());
                }
            }
            case Framing.NOTIFICATION ->
                assertNotNull(Framing.readNotification(message, 0, length).toString());
            case Framing.UPDATE -> {
                for (int kind = 0; kind < 8; kind++) {
                    checkUpdate(message, kind, outcomes);
                }
            }
            default -> {}
        }
    }

    private static void checkUpdate(byte[] message, int kind, int[] outcomes) {
        var families = (kind & 4) == 0 ? EnumSet.allOf(AddressFamily.class) : EnumSet.of(AddressFamily.IPV4_UNICAST);
        var decoder = new UpdateDecoder((kind & 1) == 0, (kind & 2) == 0, families);
        var update = Update.decode(decoder, message);
        var fault = update.fault();
        outcomes[fault == null ? 0 : fault.cost().ordinal() + 1]++;
        if (fault != null) {
            assertTrue(fault.offset() >= 0 && fault.offset() <= message.length, fault::toString);
            if (fault.cost() != Cost.DISCARD_ATTRIBUTE) {
                assertEquals(List.of(), update.announced());
            }
            if (fault.cost() == Cost.SESSION_RESET) {
                assertEquals(List.of(), update.withdrawn());
                assertEquals(Notification.UPDATE_ERROR, fault.notification().code());
            }
        }
        // In place within a larger buffer, the outcome is the same.
        var buffer = new byte[message.length + 40];
        System.arraycopy(message, 0, buffer, 17, message.length);
        var again = decoder.decode(buffer, 17, message.length, new Ignore());
        assertEquals(fault, again);
        // What was accepted is a block that can be read, and whose encoding is itself.
        for (var announcement : update.announced()) {
            var block = announcement.attributes().encode();
            assertEquals(announcement.attributes(), PathAttributes.parse(block));
        }
    }

    private static final class Ignore implements UpdateDecoder.Sink {
        @Override
        public void attributes(byte[] octets, int from, int length) {
            assertEquals(
                    Octets.copy(octets, from, length),
                    Octets.of(PathAttributes.parse(octets, from, length).encode()));
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void endOfRib(AddressFamily family) {}
    }

    private byte[] mutate(byte[] good) {
        var message = good.clone();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            int at = random.nextInt(Framing.HEADER, message.length);
            switch (random.nextInt(6)) {
                case 0 -> message[at] = (byte) random.nextInt();
                case 1 -> message[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> message[at] += (byte) random.nextInt(-2, 3);
                case 3 -> message = cut(message, at, random.nextInt(1, 9));
                case 4 -> message = repeat(message, at, random.nextInt(1, 30));
                default -> message[at] = (byte) (random.nextBoolean() ? 0 : 0xFF);
            }
            if (message.length < Framing.HEADER + 4) {
                return good;
            }
        }
        if (random.nextInt(10) != 0) {
            BigEndian.putInt16(message, 16, Math.min(message.length, Framing.EXTENDED_MESSAGE));
        }
        return message;
    }

    private static byte[] cut(byte[] message, int at, int count) {
        int to = Math.min(message.length, at + count);
        var result = Arrays.copyOf(message, message.length - (to - at));
        System.arraycopy(message, to, result, at, message.length - to);
        return result;
    }

    private static byte[] repeat(byte[] message, int at, int count) {
        int from = Math.max(Framing.HEADER, at - count);
        var result = Arrays.copyOf(message, message.length + at - from);
        System.arraycopy(message, from, result, at, message.length - from);
        return result;
    }

    /** Good messages with much in them. */
    private static List<byte[]> corpus() {
        var attributes = PathAttributes.of(
                PathAttribute.Origin.IGP,
                AsPath.sequence(65_001, 4_200_000_001L, 65_003),
                new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")),
                new PathAttribute.MultiExitDisc(7),
                new PathAttribute.LocalPref(100),
                new PathAttribute.AtomicAggregate(),
                new PathAttribute.Aggregator(Asn.of(4_200_000_001L), RouterId.parse("10.0.0.1")),
                PathAttribute.Communities.of(1, 2, 3),
                new PathAttribute.OriginatorId(RouterId.parse("10.0.0.2")),
                new PathAttribute.ClusterList(List.of(RouterId.parse("10.0.0.3"))),
                new PathAttribute.LargeCommunities(List.of(new PathAttribute.LargeCommunity(1, 2, 3))),
                new PathAttribute.Unknown(0xC0, 99, Octets.of(new byte[5])));
        var messages = new ArrayList<byte[]>();
        for (boolean wide : new boolean[] {true, false}) {
            var encoder = new UpdateEncoder(UpdateEncoder.STANDARD_MESSAGE, wide);
            for (var family : AddressFamily.values()) {
                var hop = family == AddressFamily.IPV4_UNICAST ? "192.0.2.1" : "2001:db8::1";
                var block = attributes
                        .with(new PathAttribute.NextHop(InetAddress.ofLiteral(hop)))
                        .encode();
                var out = Unpooled.buffer();
                encoder.announce(out, family, block, 0, block.length);
                encoder.prefix(0xCB00_7100_0000_0000L, 0, 24);
                encoder.prefix(0xCB00_710A_0000_0000L, 0, family.bits());
                encoder.finish();
                messages.add(take(out));
                encoder.withdraw(out, family);
                encoder.prefix(0xCB00_7100_0000_0000L, 0, 24);
                encoder.finish();
                messages.add(take(out));
                encoder.endOfRib(out, family);
                messages.add(take(out));
            }
        }
        var out = Unpooled.buffer();
        new Open(
                        Asn.of(65_001),
                        9,
                        RouterId.parse("10.0.0.1"),
                        List.of(
                                Capability.Multiprotocol.of(AddressFamily.IPV4_UNICAST),
                                new Capability.RouteRefresh(),
                                new Capability.FourOctetAs(Asn.of(65_001)),
                                new Capability.HostName("router", "example.com"),
                                new Capability.SoftwareVersion("1"),
                                new Capability.GracefulRestart(false, false, 120, List.of()),
                                new Capability.AddPath(List.of(new Capability.AddPath.Direction(1, 1, true, true)))))
                .encode(out);
        messages.add(take(out));
        Framing.writeNotification(out, Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, "good bye"));
        messages.add(take(out));
        return messages;
    }

    private static byte[] take(ByteBuf out) {
        var octets = ByteBufUtil.getBytes(out);
        out.clear();
        return octets;
    }
}

package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/**
 * Fuzz targets of every decoder of messages, and what must hold of any input. A normal run takes the inputs beside this test's
 * resources; {@code JAZZER_FUZZ=1} and one target's name make it search.
 */
class MessageFuzzTest {
    private static final EnumSet<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);
    private static final EnumSet<AddressFamily> NONE = EnumSet.noneOf(AddressFamily.class);

    /** A stream of octets: each step consumes a message, waits, or ends with a header error. */
    @FuzzTest
    void framing(byte[] stream) {
        for (int longest : new int[] {Framing.STANDARD_MESSAGE, Framing.EXTENDED_MESSAGE}) {
            int at = 0;
            while (at < stream.length) {
                int length = Framing.length(stream, at, stream.length - at, longest);
                if (length == Framing.FAULTY) {
                    var answer = Framing.fault(stream, at, stream.length - at, longest);
                    assertEquals(Notification.MESSAGE_HEADER_ERROR, answer.code());
                }
                if (length <= 0) {
                    break;
                }
                assertTrue(length >= Framing.HEADER && length <= Math.min(longest, stream.length - at));
                at += length;
            }
        }
    }

    private static byte[] framed(int type, byte[] body, int shortest) {
        var message = new byte[Math.max(shortest, Framing.HEADER + Math.min(body.length, 65_000))];
        Arrays.fill(message, 0, 16, (byte) 0xFF);
        BigEndian.putInt16(message, 16, message.length);
        message[18] = (byte) type;
        System.arraycopy(body, 0, message, Framing.HEADER, Math.min(body.length, 65_000));
        return message;
    }

    @FuzzTest
    void open(byte[] body) {
        var message = framed(Framing.OPEN, body, 29);
        switch (Open.decode(message, 0, message.length)) {
            case Open.Outcome.Malformed malformed ->
                assertEquals(Notification.OPEN_ERROR, malformed.notification().code());
            case Open.Outcome.Valid(var open) -> {
                // What is understood is encoded and understood as the same, as far as the encoder's one form allows.
                var out = Unpooled.buffer();
                try {
                    open.encode(out);
                } catch (IllegalArgumentException tooLong) {
                    return;
                }
                var again = ByteBufUtil.getBytes(out);
                assertEquals(
                        open.capabilities().size(),
                        ((Open.Outcome.Valid) Open.decode(again, 0, again.length))
                                .open()
                                .capabilities()
                                .size());
            }
        }
    }

    @FuzzTest
    void notification(byte[] body) {
        var message = framed(Framing.NOTIFICATION, body, 21);
        var notification = Framing.readNotification(message, 0, message.length);
        assertNotNull(notification.toString());
        if (message.length <= Framing.STANDARD_MESSAGE) {
            var out = Unpooled.buffer();
            Framing.writeNotification(out, notification);
            assertArrayEquals(message, ByteBufUtil.getBytes(out));
        }
    }

    /** The first octet chooses what was negotiated. */
    @FuzzTest
    void routeRefresh(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean marks = (input[0] & 1) == 0;
        var families = (input[0] & 2) == 0 ? BOTH : EnumSet.of(AddressFamily.IPV4_UNICAST);
        var message = framed(Framing.ROUTE_REFRESH, Arrays.copyOfRange(input, 1, input.length), 23);
        switch (RouteRefresh.decode(message, 0, message.length, families, marks)) {
            case RouteRefresh.Request(var family) -> assertRefresh(message, family, Framing.REFRESH_REQUEST);
            case RouteRefresh.Begins(var family) -> assertRefresh(message, family, Framing.REFRESH_BEGINS);
            case RouteRefresh.Ends(var family) -> assertRefresh(message, family, Framing.REFRESH_ENDS);
            case RouteRefresh.Malformed(var answer, var ignored) -> {
                assertTrue(marks && message.length != 23);
                assertEquals(Notification.ROUTE_REFRESH_ERROR, answer.code());
            }
            case RouteRefresh.Meaningless() -> {}
        }
    }

    /** The message is what we would send to say the same. */
    private static void assertRefresh(byte[] message, AddressFamily family, int subtype) {
        var out = Unpooled.buffer();
        Framing.writeRouteRefresh(out, family, subtype);
        assertArrayEquals(ByteBufUtil.getBytes(out), message);
    }

    /** The first octet chooses what was negotiated. */
    @FuzzTest
    void update(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int kind = input[0];
        var options = UpdateOptions.of(
                        (kind & 1) == 0,
                        (kind & 2) == 0,
                        (kind & 4) == 0 ? BOTH : EnumSet.of(AddressFamily.IPV4_UNICAST))
                .withMaxMessageSize(Framing.EXTENDED_MESSAGE)
                .withAddPath((kind & 8) == 0 ? NONE : BOTH)
                .withExtendedNextHop((kind & 16) == 0 ? NONE : EnumSet.of(AddressFamily.IPV4_UNICAST));
        var message = framed(Framing.UPDATE, Arrays.copyOfRange(input, 1, input.length), 23);
        check(options, message);
    }

    private static void check(UpdateOptions options, byte[] message) {
        var decoder = new UpdateDecoder(options);
        var update = Update.decode(decoder, message);
        for (var fault : update.faults()) {
            assertTrue(fault.offset() >= 0 && fault.offset() <= message.length, fault::toString);
        }
        if (update.costs(Cost.TREAT_AS_WITHDRAW) || update.costs(Cost.SESSION_RESET)) {
            assertEquals(List.of(), update.announced());
        }
        // The primitive sink sees the same in the middle of a buffer as the records do alone.
        var buffer = new byte[message.length + 40];
        System.arraycopy(message, 0, buffer, 17, message.length);
        var counts = new Counts();
        assertEquals(update.fault(), decoder.decode(buffer, 17, message.length, counts));
        assertEquals(update.withdrawnRoutes().size(), counts.withdrawn);
        assertEquals(
                update.announced().stream()
                        .mapToInt(each -> each.routes().size())
                        .sum(),
                counts.announced);
        for (var announcement : update.announced()) {
            encodeAgain(options, announcement);
        }
    }

    private static void encodeAgain(UpdateOptions options, Update.Announcement announcement) {
        var block = announcement.attributes().encode();
        assertEquals(announcement.attributes(), PathAttributes.parse(block));
        var family = announcement.routes().getFirst().prefix().family();
        var encoder = new UpdateEncoder(options);
        var out = Unpooled.buffer();
        if (encoder.announce(out, family, block, 0, block.length) != UpdateEncoder.Fit.FITS) {
            return;
        }
        for (var route : announcement.routes()) {
            var prefix = route.prefix();
            encoder.prefix(prefix.high(), prefix.low(), prefix.length(), route.pathId());
        }
        encoder.finish();
        var octets = ByteBufUtil.getBytes(out);
        var routes = new ArrayList<Update.Route>();
        for (int at = 0; at < octets.length; ) {
            int length = Framing.length(octets, at, octets.length - at, options.maxMessageSize());
            assertTrue(length > 0);
            var again = Update.decode(new UpdateDecoder(options), Arrays.copyOfRange(octets, at, at + length));
            assertNull(again.fault());
            if (options.fourOctetAs()) {
                assertEquals(
                        announcement.attributes(), again.announced().getFirst().attributes());
            }
            routes.addAll(again.announced().getFirst().routes());
            at += length;
        }
        assertEquals(announcement.routes(), routes);
    }

    private static final class Counts implements UpdateDecoder.Sink {
        private int announced;
        private int withdrawn;

        @Override
        public void attributes(byte[] octets, int from, int length) {
            assertTrue(from >= 0 && from + length <= octets.length);
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            announced++;
        }

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            withdrawn++;
        }

        @Override
        public void endOfRib(AddressFamily family) {}
    }
}

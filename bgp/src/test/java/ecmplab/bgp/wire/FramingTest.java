package ecmplab.bgp.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.testkit.Hex;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Message headers (RFC 4271 sections 4.1 and 6.1), NOTIFICATION and ROUTE-REFRESH. */
class FramingTest {
    private static final String MARKER = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";

    private static byte[] header(int length, int type) {
        return Hex.bytes(MARKER + "%04X%02X".formatted(length, type));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 28, 4096, -1",
        "1, 29, 4096, 0",
        "1, 4096, 4096, 0",
        "1, 4097, 65535, -1", // OPEN is never extended
        "2, 22, 4096, -1",
        "2, 23, 4096, 0",
        "2, 4097, 4096, -1",
        "2, 4097, 65535, 0",
        "2, 65535, 65535, 0",
        "3, 20, 4096, -1",
        "3, 21, 4096, 0",
        "3, 4097, 65535, 0",
        "4, 18, 4096, -1",
        "4, 19, 4096, 19",
        "4, 20, 4096, -1",
        "4, 20, 65535, -1",
        "5, 22, 4096, -1",
        "5, 23, 4096, 0",
        "0, 19, 4096, -1",
        "6, 19, 4096, -1",
        "255, 19, 4096, -1"
    })
    void lengthsAreBoundByType(int type, int length, int longest, int expected) {
        var octets = header(length, type);
        assertEquals(expected, Framing.length(octets, 0, octets.length, longest));
        if (expected == Framing.FAULTY) {
            var known = type >= 1 && type <= 5;
            var data = known ? Hex.bytes("%04X".formatted(length)) : new byte[] {(byte) type};
            assertEquals(
                    new Notification(1, known ? 2 : 3, Octets.of(data)),
                    Framing.fault(octets, 0, octets.length, longest));
        }
    }

    @Test
    void aBadMarkerIsKnownFromItsFirstOctet() {
        var octets = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int available = 1; available <= octets.length; available++) {
            assertEquals(Framing.FAULTY, Framing.length(octets, 0, available, 4096));
            assertEquals(Notification.of(1, 1), Framing.fault(octets, 0, available, 4096));
        }
        var late = header(19, 4);
        late[15] = 0;
        assertEquals(Framing.FAULTY, Framing.length(late, 0, 16, 4096));
        assertEquals(Notification.of(1, 1), Framing.fault(late, 0, 19, 4096));
        assertEquals(Framing.INCOMPLETE, Framing.length(late, 0, 15, 4096));
    }

    @Test
    void aMessageIsCompleteWithItsLastOctet() {
        var octets = Arrays.copyOf(header(23, 2), 23);
        for (int available = 0; available < 23; available++) {
            assertEquals(Framing.INCOMPLETE, Framing.length(octets, 0, available, 4096));
        }
        assertEquals(23, Framing.length(octets, 0, 23, 4096));
    }

    @Test
    void aNotificationComesBack() {
        var sent = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, "moving to rack 7");
        var out = Unpooled.buffer();
        Framing.writeNotification(out, sent);
        var octets = ByteBufUtil.getBytes(out);
        assertArrayEquals(Hex.bytes(MARKER + "0026 03 06 02 10 6D6F76696E6720746F207261636B2037"), octets);
        assertEquals(octets.length, Framing.length(octets, 0, octets.length, 4096));
        assertEquals(sent, Framing.readNotification(octets, 0, octets.length));
    }

    @Test
    void dataThatDoesNotFitIsCut() {
        var out = Unpooled.buffer();
        Framing.writeNotification(out, new Notification(3, 1, Octets.of(new byte[5000])));
        assertEquals(4096, out.readableBytes());
    }

    @Test
    void aRouteRefreshHasTheOctetsOfRfc2918() {
        var out = Unpooled.buffer();
        Framing.writeRouteRefresh(out, AddressFamily.IPV6_UNICAST);
        assertArrayEquals(Hex.bytes(MARKER + "0017 05 0002 00 01"), ByteBufUtil.getBytes(out));
    }

    @Test
    void aShutdownTextIsCutAtACharacterOf255Octets() {
        var text = "ü".repeat(200); // 400 octets
        var sent = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, text);
        assertEquals("ü".repeat(127), sent.shutdownText());
        assertEquals(255, sent.data().length());
    }

    @Test
    void aShutdownTextOfTheWrongLengthIsNone() {
        assertEquals("", new Notification(6, 2, Octets.of(Hex.bytes("05 6162"))).shutdownText());
        assertEquals("", new Notification(6, 2, Octets.NONE).shutdownText());
        assertEquals("", new Notification(6, 7, Octets.of(Hex.bytes("02 6162"))).shutdownText());
    }

    @ParameterizedTest
    @CsvSource({
        "6, 2, 6/2 (Cease/Administrative Shutdown)",
        "4, 0, 4/0 (Hold Timer Expired)",
        "2, 6, 2/6 (OPEN Message Error/Unacceptable Hold Time)",
        "5, 3, 5/3 (Finite State Machine Error/Unexpected Message in Established)",
        "3, 7, 3/7 (UPDATE Message Error/subcode 7)",
        "200, 1, 200/1 (code 200/1)"
    })
    void codesHaveTheNamesOfTheRfcs(int code, int subcode, String text) {
        assertEquals(text, Notification.of(code, subcode).toString());
    }
}

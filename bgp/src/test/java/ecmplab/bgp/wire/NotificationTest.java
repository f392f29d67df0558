package ecmplab.bgp.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Hex;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shutdown communications (RFC 9003) and hard resets (RFC 8538). */
class NotificationTest {
    @ParameterizedTest
    @CsvSource({
        "moving to rack 7,  10 6D6F76696E6720746F207261636B2037",
        "'',                00",
        "'',                ''",
        "'',                05 6D6F76",
        "'',                02 6D6F76",
        "'',                02 C328",
        "'a\uFFFD[2Jb',     06 61 1B 5B324A 62"
    })
    void theTextIsReadOnlyWhereItIsWellFormed(String text, String data) {
        var notification = new Notification(6, 2, Octets.of(Hex.bytes(data)));
        assertEquals(text, notification.shutdownText());
        assertEquals(text, notification.asHardReset().shutdownText());
        assertEquals("", new Notification(6, 7, notification.data()).shutdownText());
    }

    @Test
    void aLongTextIsCutAtACharacter() {
        var text = "x" + "ü".repeat(200);
        var notification = Notification.cease(Notification.CEASE_ADMIN_RESET, text);
        assertEquals(255, notification.data().at(0));
        assertTrue(text.startsWith(notification.shutdownText()));
        assertEquals(255, notification.shutdownText().getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aHardResetCarriesItsReason() {
        var reason = Notification.cease(Notification.CEASE_MAX_PREFIXES);
        var hard = reason.asHardReset();
        assertTrue(hard.isHardReset());
        assertFalse(reason.isHardReset());
        assertEquals(new Notification(6, 9, Octets.of(Hex.bytes("06 01"))), hard);
        assertEquals(reason, hard.reason());
        assertEquals(reason, reason.reason());
        assertEquals("6/9 (Cease/Hard Reset: Cease/Maximum Number of Prefixes Reached)", hard.toString());
        var empty = Notification.cease(Notification.CEASE_HARD_RESET);
        assertEquals(empty, empty.reason());
        assertEquals("6/9 (Cease/Hard Reset)", empty.toString());
        assertEquals("", hard.asHardReset().shutdownText());
    }
}

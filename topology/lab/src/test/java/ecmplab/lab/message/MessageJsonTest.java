package ecmplab.lab.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.control.Json;
import ecmplab.testkit.Hex;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Messages become JSON and, from it, themselves again. */
class MessageJsonTest {
    private static final String MARKER = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF ";
    private static final UpdateOptions EBGP = UpdateOptions.of(true, true, EnumSet.allOf(AddressFamily.class));

    private static ObjectNode read(String hex) {
        return new MessageReader(EBGP).read(Hex.bytes(hex), 0).json();
    }

    @ParameterizedTest
    @CsvSource({"true, true, false", "true, false, false", "false, true, true", "false, false, true"})
    void whatIsReadIsWrittenAgainFromTheJsonAlone(boolean ebgp, boolean wide, boolean addPath) {
        var both = EnumSet.allOf(AddressFamily.class);
        var options = UpdateOptions.of(ebgp, wide, both);
        if (addPath) {
            options = options.withAddPath(both);
        }
        var messages = new Messages(20_260_104, options);
        var reader = new MessageReader(options);
        for (int i = 0; i < 2000; i++) {
            var message = messages.next();
            var reading = reader.read(message, 0);
            assertEquals(message.length, reading.length());
            assertFalse(reading.json().has("octets"), () -> Hex.text(message) + " " + reading.json());
            assertEquals(
                    "accept",
                    reading.json().path("verdict").asString(),
                    () -> reading.json().toString());
            var line = Json.line(reading.json());
            assertArrayEquals(message, MessageWriter.write(Json.MAPPER.readTree(line), options), line);
        }
    }

    @Test
    void mutatedMessagesComeBackToTheOctet() {
        var random = new SplittableRandom(20_260_105);
        var messages = new Messages(20_260_106, EBGP);
        var reader = new MessageReader(EBGP);
        for (int i = 0; i < 10_000; i++) {
            var message = messages.next();
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
                message[random.nextInt(16, message.length)] = (byte) random.nextInt();
            }
            var reading = reader.read(message, 0);
            var back = MessageWriter.write(Json.MAPPER.readTree(Json.line(reading.json())), EBGP);
            assertArrayEquals(Arrays.copyOf(message, reading.length()), back);
            var faults = reading.json().path("faults");
            assertEquals(
                    reading.reset(), reading.json().path("verdict").asString().equals("reset"));
            assertEquals(
                    faults.isEmpty(), reading.json().path("verdict").asString().equals("accept"));
            faults.forEach(fault -> assertTrue(
                    fault.path("offset").asInt() >= 0 && fault.path("offset").asInt() <= message.length));
        }
    }

    @Test
    void anUpdateHasTheKeysThatScriptsRead() {
        var json = read(MARKER + """
                0033 02
                0004 18 0A0102                  # Withdrawn Routes
                0014 40010100 40020602010000FDE9 400304C0000201
                18 CB0071""");
        assertEquals("""
                {"type":"UPDATE","length":51,"verdict":"accept","faults":[],"notification":null,"attributes":[\
                {"type":1,"name":"ORIGIN","flags":"0x40","value":"IGP"},\
                {"type":2,"name":"AS_PATH","flags":"0x40","value":"65001"},\
                {"type":3,"name":"NEXT_HOP","flags":"0x40","value":"192.0.2.1"}],\
                "nlri":["203.0.113.0/24"],"withdrawn":["10.1.2.0/24"],"eor":false}""", Json.line(json));
    }

    @Test
    void aFaultNamesAttributeRuleActionAndOffset() {
        var json = read(MARKER + "002C 02 0000 0011 40010103 40020602010000FDE9 80040100 18CB0071");
        assertEquals("withdraw", json.path("verdict").asString());
        var fault = json.path("faults").get(0);
        assertEquals("ORIGIN", fault.path("attribute").asString());
        assertEquals("RFC 7606 section 7.1", fault.path("rule").asString());
        assertEquals("withdraw", fault.path("action").asString());
        assertEquals(23, fault.path("offset").asInt());
        assertTrue(json.path("notification").isNull());
    }

    @Test
    void aResetHasItsNotification() {
        var json = read(MARKER + "001D 02 0000 0000 21 0000000000");
        assertEquals("reset", json.path("verdict").asString());
        assertEquals(3, json.path("notification").path("code").asInt());
        assertEquals(10, json.path("notification").path("subcode").asInt());
    }

    @Test
    void endOfRibNamesItsFamily() {
        var json = read(MARKER + "001E 02 0000 0007 900F0003000201");
        assertTrue(json.path("eor").asBoolean());
        assertEquals("ipv6 unicast", json.path("family").asString());
    }

    @ParameterizedTest
    @CsvSource({
        "not synchronised,   00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 04, 1, 0",
        "a bad length,       FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0014 04 00, 2, 16",
        "a bad type,         FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 09, 3, 18"
    })
    void aBadHeaderResets(String what, String message, int subcode, int offset) {
        var json = read(message);
        assertEquals("reset", json.path("verdict").asString());
        assertEquals(1, json.path("notification").path("code").asInt());
        assertEquals(subcode, json.path("notification").path("subcode").asInt());
        assertEquals(offset, json.path("faults").get(0).path("offset").asInt());
    }

    @Test
    void aMessageThatEndsTooSoonResets() {
        var json = read(MARKER + "0020 02 0000");
        assertEquals("reset", json.path("verdict").asString());
        assertEquals(32, json.path("length").asInt());
    }

    @Test
    void openNamesItsCapabilities() {
        var json = read(MARKER + """
                0039 01 04 5BA0 00B4 0A000001 1C
                02 06 01 04 0002 00 01          # one capability a parameter, as FRR does
                02 02 02 00
                02 06 41 04 FA56EA01
                02 06 45 04 0001 01 03""");
        assertEquals("OPEN", json.path("type").asString());
        assertEquals(4_200_000_001L, json.path("as").asLong());
        assertEquals(
                "[\"multiprotocol\",\"route refresh\",\"four-octet AS\",\"add-path\"]",
                Json.line(json.path("capabilities").findValuesAsString("name")));
        assertFalse(json.has("octets"), json::toString);
    }

    @Test
    void notificationAndRouteRefreshAreNamed() {
        var shutdown = read(MARKER + "001C 03 06 02 06 6D616E6E7921");
        assertEquals(
                "Cease/Administrative Shutdown",
                shutdown.path("notification").path("name").asString());
        assertEquals("manny!", shutdown.path("notification").path("text").asString());
        assertEquals("BoRR", read(MARKER + "0017 05 0001 01 01").path("name").asString());
        var longMark = read(MARKER + "0018 05 0001 01 01 00");
        assertEquals("reset", longMark.path("verdict").asString());
        assertEquals(7, longMark.path("notification").path("code").asInt());
    }

    @Test
    void whatAPersonWritesNeedsLittle() {
        var written = MessageWriter.write(Json.MAPPER.readTree("""
                {"type": "update", "nlri": ["203.0.113.0/24", "2001:db8::/32"], "withdrawn": ["2001:db8:1::/48"], "attributes": [
                 {"name": "ORIGIN", "value": "igp"}, {"name": "AS_PATH", "value": "65001 {65002 65003}"},
                 {"name": "NEXT_HOP", "value": "2001:db8::1"}]}"""), EBGP);
        var json = new MessageReader(EBGP).read(written, 0).json();
        assertEquals("[\"203.0.113.0/24\",\"2001:db8::/32\"]", Json.line(json.path("nlri")));
        assertEquals("[\"2001:db8:1::/48\"]", Json.line(json.path("withdrawn")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}",
                "{\"type\":\"UPDATE\",\"nlri\":[\"10.0.0.0\\/33\"]}",
                "{\"type\":\"UPDATE\",\"attributes\":[{\"name\":\"COLOUR\",\"value\":1}]}",
                "{\"type\":\"UPDATE\",\"attributes\":[{\"name\":\"ORIGIN\",\"value\":\"BGP\"}]}",
                "{\"type\":\"UPDATE\",\"attributes\":[{\"name\":\"COMMUNITIES\",\"value\":[\"1:70000\"]}]}",
                "{\"type\":\"UPDATE\",\"attributes\":[{\"type\":99,\"hex\":\"0\"}]}",
                "{\"type\":\"OPEN\",\"as\":65001}",
                "{\"type\":\"NOTIFICATION\"}"
            })
    void whatIsNoMessageIsRefused(String json) {
        var node = Json.MAPPER.readTree(json);
        assertThrows(Unwritable.class, () -> MessageWriter.write(node, EBGP));
    }
}

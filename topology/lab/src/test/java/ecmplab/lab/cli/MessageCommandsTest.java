package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.control.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code lab bgp decode} and {@code encode} as scripts use them: every option, and every exit code. */
class MessageCommandsTest {
    private static final String MARKER = "ff".repeat(16);
    private static final String KEEPALIVE = MARKER + "001304";
    private static final String WRONG_LENGTH = MARKER + "001404";
    private static final String NET = "\"203.0.113.0/24\"";

    @TempDir
    Path folder;

    private record Said(int code, String out, String err) {
        List<JsonNode> messages() {
            return out.lines().map(Json.MAPPER::readTree).toList();
        }

        JsonNode message() {
            assertEquals(1, messages().size(), out + err);
            return messages().getFirst();
        }

        String verdict() {
            return message().get("verdict").asString();
        }
    }

    private static Said decode(String input, String... arguments) {
        return decode(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), arguments);
    }

    private static Said decode(InputStream in, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var messages = new PrintStream(err, true, StandardCharsets.UTF_8);
        var command = new DecodeCommand(in, new PrintStream(out, false, StandardCharsets.UTF_8), messages);
        int code = Main.commandLine(command)
                .setErr(new PrintWriter(messages, true, StandardCharsets.UTF_8))
                .execute(arguments);
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Said encode(String input, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var command = new EncodeCommand(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8));
        int code = Main.commandLine(command)
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
        return new Said(code, out.toString(StandardCharsets.UTF_8).strip(), err.toString(StandardCharsets.UTF_8));
    }

    private static String update(String routes, String more) {
        return """
                {"type": "UPDATE", "nlri": [%s], "attributes": [{"name": "ORIGIN", "value": "IGP"},
                 {"name": "AS_PATH", "value": "65001 65002"}, {"name": "NEXT_HOP", "value": "192.0.2.1"}%s]}
                """.formatted(routes, more).replace("\n", "");
    }

    private static String hex(String json, String... options) {
        var said = encode(json, options);
        assertEquals(Exit.FINE, said.code(), said.err());
        return said.out();
    }

    @Test
    void messagesThatAreFramedGiveZero() {
        var said = decode("", KEEPALIVE, hex(update(NET, "")));
        assertEquals(Exit.FINE, said.code());
        assertEquals(
                List.of("KEEPALIVE", "UPDATE"),
                said.messages().stream()
                        .map(each -> each.get("type").asString())
                        .toList());
    }

    @Test
    void aMessageThatCostsItsRoutesIsFramedToo() {
        var badOrigin = hex(update(NET, "")).replace("40010100", "40010107");
        var said = decode("", badOrigin);
        assertEquals("withdraw", said.verdict());
        assertEquals(Exit.FINE, said.code());
    }

    @Test
    void aMessageThatResetsGivesOneAndTheOthersArePrinted() {
        var said = decode("", WRONG_LENGTH, KEEPALIVE);
        assertEquals(Exit.FALSE, said.code());
        assertEquals("reset", said.messages().getFirst().get("verdict").asString());
        assertEquals(2, said.messages().getFirst().at("/notification/subcode").asInt());
        assertEquals("accept", said.messages().getLast().get("verdict").asString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xyz",
                "fff",
                "--as-size 3 00",
                "--as-size four 00",
                "--peer-type friend 00",
                "--add-path-family ipx 00",
                "--mrt /no/such/file",
                "--no-such-option"
            })
    void whatCannotBeReadAsACommandGivesTwoAndSaysWhatIsWrong(String arguments) {
        var words = arguments.split(" ");
        var said = decode("", words);
        assertEquals(Exit.USAGE, said.code());
        assertEquals("", said.out());
        assertTrue(
                said.err().contains(words[words.length == 1 ? 0 : 1])
                        || said.err().contains(words[0]),
                said.err());
    }

    @Test
    void standardInputIsReadWithoutArgumentsAndForADash() {
        var lines = "# two\n" + KEEPALIVE + "\n\n" + KEEPALIVE + " # the second\n";
        assertEquals(2, decode(lines).messages().size());
        assertEquals(3, decode(lines, KEEPALIVE, "-").messages().size());
        var wrong = decode(KEEPALIVE + "\nnothing\n");
        assertEquals(Exit.USAGE, wrong.code());
        assertTrue(wrong.err().contains("line 2"), wrong.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--file", "--pcap", "--mrt", ""})
    void aFileIsOfTheKindThatItsContentSays(String option) throws IOException {
        var record = "00000000 0010 0004 00000027 0000fde9 0000fdea 0000 0001 c0000201 c0000202" + KEEPALIVE;
        var octets = HexFormat.of().parseHex(record.replace(" ", ""));
        var file = Files.write(folder.resolve("recorded"), octets).toString();
        var said = option.isEmpty() ? decode("", file) : decode("", option, file);
        assertEquals(Exit.FINE, said.code());
        assertEquals("192.0.2.1", said.message().get("peer").asString());
        var cut = Files.write(folder.resolve("cut"), Arrays.copyOf(octets, octets.length - 1));
        var damaged = decode("", cut.toString());
        assertEquals(Exit.FALSE, damaged.code());
        assertTrue(damaged.err().contains("record at octet 0"), damaged.err());
    }

    @Test
    void asSizeSaysHowWideAsNumbersAre() {
        var narrow = hex(update(NET, ""), "--as-size", "2");
        var said = decode("", "--as-size", "2", narrow);
        assertEquals("accept", said.verdict());
        assertTrue(said.out().contains("65001 65002"), said.out());
        assertEquals("withdraw", decode("", narrow).verdict());
    }

    @ParameterizedTest
    @CsvSource({"--add-path", "--add-path-family=ipv4"})
    void withAddPathPrefixesHaveIdentifiers(String option) {
        var route = "{\"prefix\": \"203.0.113.0/24\", \"pathId\": 7}";
        var identified = hex(update(route, ""), option);
        var said = decode("", option, identified);
        assertEquals(7, said.message().at("/nlri/0/pathId").asInt(), said.out());
        assertFalse(decode("", identified).out().contains("203.0.113.0/24"));
        assertFalse(decode("", "--add-path-family", "ipv6", identified).out().contains("203.0.113.0/24"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--extended-messages", "--extended"})
    void extendedMessagesMayBeLongerThan4096Octets(String option) {
        var routes = new ArrayList<String>();
        for (int i = 0; i < 1200; i++) {
            routes.add("\"10.%d.%d.0/24\"".formatted(i >> 8, i & 0xFF));
        }
        var large = hex(update(String.join(",", routes), ""), option);
        assertEquals("accept", decode("", option, large).verdict());
        var said = decode("", large);
        assertEquals(Exit.FALSE, said.code());
        assertEquals(2, said.message().at("/notification/subcode").asInt());
    }

    @Test
    void extendedNextHopAllowsAnIpv6NextHopForIpv4Routes() {
        var nextHop = "20010db8000000000000000000000001" + "fe800000000000000000000000000001";
        var reach = "900e0029" + "000101" + "20" + nextHop + "00" + "18cb0071";
        var attributes = "40010100" + "400206" + "0201" + "0000fde9" + reach;
        var octets = attributes.length() / 2;
        var message = MARKER + "%04x".formatted(23 + octets) + "02" + "0000" + "%04x".formatted(octets) + attributes;
        assertEquals("accept", decode("", "--extended-next-hop", message).verdict());
        assertEquals("reset", decode("", message).verdict());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--peer-type", "--peer"})
    void localPreferenceCountsWithinAnAsOnly(String option) {
        var preferred = hex(update(NET, ", {\"name\": \"LOCAL_PREF\", \"value\": 200}"), option, "ibgp");
        assertEquals("accept", decode("", option, "ibgp", preferred).verdict());
        assertEquals("discard", decode("", option, "ebgp", preferred).verdict());
        assertEquals("discard", decode("", preferred).verdict());
    }

    @Test
    void encodeTakesArgumentsOrLinesAndIsTheInverse() {
        var first = update(NET, "");
        var hex = hex(first);
        assertEquals(hex, hex("", first));
        assertEquals(hex + "\n" + KEEPALIVE, hex(first + "\n\n{\"type\": \"KEEPALIVE\"}\n"));
        assertEquals(hex + "\n" + hex, hex(first, first, "-"));
        assertEquals(hex, hex(decode("", hex).out()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "{\"type\": \"HELLO\"}", "{\"type\": \"UPDATE\", \"nlri\": [\"203.0.113.0/33\"]}", "7"})
    void whatIsNoMessageGivesTwoAndItsLine(String json) {
        var said = encode("{\"type\": \"KEEPALIVE\"}\n" + json);
        assertEquals(Exit.USAGE, said.code());
        assertEquals(KEEPALIVE, said.out());
        assertTrue(said.err().contains("line 2: "), said.err());
        assertEquals(Exit.USAGE, encode("", "--as-size", "5", "{}").code());
    }
}

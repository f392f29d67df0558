package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.Json;
import java.io.IOException;
import java.io.Writer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a speaker with one neighbour says of itself. */
class BgpShowTest {
    private final TwoSpeakers speakers = new TwoSpeakers();

    @BeforeEach
    void announce() {
        Speaker mux = speakers.mux();
        mux.announce(Prefix.parse("203.0.113.10/32"), 0xFDE9_0007);
        mux.announce(Prefix.parse("203.0.113.11/32"));
        mux.announce(Prefix.parse("198.51.100.0/24"));
        mux.announce(Prefix.parse("2001:db8:7::/48"));
        for (var prefix : new String[] {"203.0.113.10/32", "203.0.113.11/32", "198.51.100.0/24", "2001:db8:7::/48"}) {
            assertEquals(
                    Answer.FINE,
                    speakers.ask("wait route " + prefix + " --timeout 20s").code());
        }
    }

    @AfterEach
    void close() {
        speakers.close();
    }

    private JsonNode json(String words) {
        return Json.MAPPER.readTree(speakers.json(words));
    }

    @Test
    void theSummaryHasALineForEachNeighbourOfEachFamily() {
        var text = speakers.text("show bgp summary");
        assertTrue(text.contains("IPv4 Unicast Summary"), text);
        assertTrue(text.contains("IPv6 Unicast Summary"), text);
        assertTrue(text.contains("Total number of neighbors 1"), text);
        var all = json("show bgp summary");
        assertEquals(3, all.at("/ipv4Unicast/peers/127.0.7.2/pfxRcd").asInt());
        assertEquals(1, all.at("/ipv6Unicast/peers/127.0.7.2/pfxRcd").asInt());
        assertEquals("OK", all.at("/ipv4Unicast/peers/127.0.7.2/peerState").asString());
        assertEquals(
                1,
                json("show bgp ipv6 unicast summary")
                        .at("/peers/127.0.7.2/pfxRcd")
                        .asInt());
        assertEquals(
                speakers.text("show ip bgp su").lines().count(), text.lines().count() / 2);
    }

    @Test
    void tablesAreFilteredAndLimited() {
        assertTrue(speakers.text("show bgp ipv4").contains("Displayed 3 routes and 3 total paths\n"));
        var limited = speakers.text("show bgp ipv4 --limit 2");
        assertTrue(limited.contains("Displayed 2 routes and 2 total paths; there are more\n"), limited);
        var cut = json("show bgp ipv4 unicast --limit 1");
        assertEquals(1, cut.get("routes").size());
        assertTrue(cut.get("truncated").asBoolean());
        assertEquals(
                java.util.List.of("203.0.113.10/32", "203.0.113.11/32"),
                json("show bgp ipv4 203.0.113.0/24 longer-prefixes").get("routes").properties().stream()
                        .map(java.util.Map.Entry::getKey)
                        .toList());
        assertTrue(json("show bgp community 65001:7").get("routes").has("203.0.113.10/32"));
        assertEquals(1, json("show bgp community 65001:*").get("routes").size());
        assertEquals(0, json("show bgp large-community 65001:1:1").get("routes").size());
        assertEquals(4, json("show bgp regexp ^65001$").get("routes").size());
        assertEquals(0, json("show bgp ipv6 regexp _65002_").get("routes").size());
        assertTrue(json("show bgp ipv6").get("routes").has("2001:db8:7::/48"));
        assertEquals(Answer.USAGE, speakers.ask("show bgp community 1:2:3").code());
        assertEquals(Answer.USAGE, speakers.ask("show bgp ipv4 --limit some").code());
    }

    @Test
    void aPrefixIsFoundByItselfAndByAnAddressInIt() {
        var route = json("show bgp ipv4 unicast 203.0.113.10/32");
        assertEquals("203.0.113.10/32", route.get("prefix").asString());
        var path = route.get("paths").get(0);
        assertEquals("65001", path.at("/aspath/string").asString());
        assertEquals("First path received", path.at("/bestpath/selectionReason").asString());
        assertEquals("65001:7", path.at("/community/list/0").asString());
        assertEquals(
                "198.51.100.0/24",
                json("show bgp ipv4 198.51.100.77").get("prefix").asString());
        assertEquals(
                1, json("show bgp ipv4 203.0.113.10/32 multipath").get("paths").size());
        assertEquals(Answer.NO_SUCH, speakers.ask("show bgp ipv4 192.0.2.0/24").code());
        var text = speakers.text("show bgp ipv4 203.0.113.10/32");
        assertTrue(text.contains("Paths: (1 available, best #1, 1 used)"), text);
        assertTrue(text.contains("best (First path received)"), text);
    }

    @Test
    void aNeighboursRoutesAreShownInEachStage() {
        assertEquals(
                4,
                json("show bgp neighbors 127.0.7.2 received-routes")
                        .get("totalPrefixCounter")
                        .asInt());
        assertEquals(
                3,
                json("show bgp ipv4 neighbors 127.0.7.2 routes").get("routes").size());
        assertTrue(json("show bgp ipv4 neighbors 127.0.7.2 routes")
                .at("/routes/203.0.113.10~132/0/bestpath")
                .asBoolean());
        assertEquals(
                0,
                json("show bgp neighbors 127.0.7.2 filtered-routes")
                        .get("totalPrefixCounter")
                        .asInt());
        assertEquals(
                0,
                json("show bgp neighbors 127.0.7.2 advertised-routes")
                        .get("totalPrefixCounter")
                        .asInt());
        assertEquals(
                3,
                json("show ip bgp neighbors 127.0.7.2 prefix-counts")
                        .get("pfxCounter")
                        .asInt());
        assertEquals(
                Answer.NO_SUCH,
                speakers.ask("show bgp neighbors 127.0.7.9 routes").code());
        assertTrue(speakers.text("show bgp neighbors 127.0.7.2").contains("Import policy accept-all"));
        assertEquals(
                "Established",
                json("show bgp neighbors").at("/127.0.7.2/bgpState").asString());
    }

    @Test
    void settingsAndMemoryAreShown() {
        assertTrue(speakers.text("show bgp policy").contains("policy accept-all"));
        assertEquals(Answer.NO_SUCH, speakers.ask("show bgp policy nothing").code());
        assertEquals("no peer group\n", speakers.text("show bgp peer-group"));
        assertEquals(4, json("show bgp memory").get("bestPaths").asInt());
        assertEquals(0, json("show bfd peers").size());
        assertTrue(speakers.text("show bfd peers brief").contains("Session count: 0"));
    }

    @Test
    void aPolicyIsShownWithWhatItMakesOfTheRoutesThatThereAre() {
        var text = speakers.text("show bgp policy accept-all");
        assertTrue(text.contains("import  all: 4 accepted, 0 rejected        4        4\n"), text);
        assertTrue(text.contains("export  all: 0 accepted, 0 rejected        0        0\n"), text);
        var routes = json("show bgp policy").at("/accept-all/routes");
        assertEquals(2, routes.size());
        assertEquals(4, routes.get(0).get("judged").asInt());
        assertEquals(4, routes.get(0).get("otherwise").asInt());
    }

    @Test
    void aNeighbourIsToldOfInWords() {
        var text = speakers.text("show bgp neighbors 127.0.7.2");
        assertTrue(text.contains("Families IPv4 unicast, IPv6 unicast; four-octet AS yes, route refresh yes"), text);
        assertTrue(text.contains("    address family IPv6 unicast\n"), text);
        assertTrue(text.contains("    four-octet AS 65001\n"), text);
        assertFalse(text.contains("["), text);
    }

    @Test
    void whatReadsNoMoreEndsATable() {
        var answer = speakers.ask("show bgp ipv4");
        var writer = new Writer() {
            private boolean closed;

            @Override
            public void write(char[] text, int from, int length) throws IOException {
                closed = true;
                throw new IOException("nobody reads");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        org.junit.jupiter.api.Assertions.assertThrows(
                IOException.class, () -> answer.json().write(writer));
        assertTrue(writer.closed);
        assertFalse(speakers.text("show bgp ipv4").isEmpty());
    }
}

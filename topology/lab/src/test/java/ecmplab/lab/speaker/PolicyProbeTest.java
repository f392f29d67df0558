package ecmplab.lab.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.lab.file.RouteText;
import ecmplab.lab.file.SpeakerFile;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyProbeTest {
    private static final String FILE = """
            as: 65010
            router-id: 10.0.0.2
            prefix-lists:
              vips: [203.0.113.0/24 le 32]
            policies:
              from-edge:
                - { name: private, match: { prefix: 10.0.0.0/8 le 32 }, then: reject }
                - { name: mark, match: { as-path: ^65000_ }, set: { local-pref: 200, add-community: 65010:1 }, then: next }
                - { name: vips, match: { prefix-list: vips, not: { community: no-export } }, then: accept }
            neighbors:
              10.0.0.1: { as: 65000, import: from-edge }
            listen-ranges:
              10.0.9.0/24: { as: external, import: [from-edge, accept-all] }
            """;

    @TempDir
    private Path folder;

    @Test
    void everyTermSaysWhetherItMatchesAndTheDecidingOneIsNamed() throws IOException {
        assertEquals("""
                203.0.113.10/32 from 10.0.0.1 (AS 65000), import policy from-edge
                  as-path 65000
                  term private: does not match: prefix list 10.0.0.0/8 le 32
                  term mark: matches, sets local-pref 200, add-community 65010:1, then next
                  term vips: matches, then accept
                accepted by term vips
                  LOCAL_PREF: none -> 200
                  COMMUNITIES: none -> 65010:1
                """, told("10.0.0.1", true, "203.0.113.10/32"));
    }

    @Test
    void aTermThatDoesNotMatchSaysWhy() throws IOException {
        assertTrue(told("10.0.0.1", true, "{prefix: 203.0.113.10/32, as-path: 65001 65000, community: no-export}")
                .endsWith("""
                          as-path 65001 65000
                          term private: does not match: prefix list 10.0.0.0/8 le 32
                          term mark: does not match: as-path "^65000_"
                          term vips: does not match: not community no-export
                        rejected: no term decided
                        """));
        assertTrue(told("10.0.0.1", true, "10.1.0.0/16").endsWith("rejected by term private\n"));
    }

    @Test
    void aMissingPolicyOfAnotherAsIsSaidToBeTheReason() throws IOException {
        assertTrue(told("10.0.0.1", false, "203.0.113.10/32").contains("has no policy in this direction (RFC 8212)"));
    }

    @Test
    void aNeighbourInARangeHasThePoliciesOfTheRange() throws IOException {
        assertTrue(told("10.0.9.77", true, "192.0.2.0/24").contains("import policy from-edge, accept-all"));
        assertTrue(PolicyProbe.of(config(), InetAddress.ofLiteral("10.0.8.1"), true)
                .isEmpty());
    }

    @Test
    void aRouteThatIsNoneIsRefusedWithAReason() {
        var wrong = assertThrows(
                IllegalArgumentException.class, () -> RouteText.parse("{prefix: 10.0.0.0/8, mde: 5}", Asn.of(1)));
        assertEquals("unknown key 'mde' of a route: did you mean 'med'?", wrong.getMessage());
        assertThrows(IllegalArgumentException.class, () -> RouteText.parse("10.0.0.1/8", Asn.of(1)));
        assertThrows(IllegalArgumentException.class, () -> RouteText.parse("", Asn.of(1)));
    }

    private String told(String neighbor, boolean in, String route) throws IOException {
        var config = config();
        var parsed = RouteText.parse(route, config.asn());
        var probe = PolicyProbe.of(config, InetAddress.ofLiteral(neighbor), in).orElseThrow();
        var text = new StringWriter();
        probe.answer(parsed.prefix(), probe.complete(parsed.attributes()))
                .text()
                .write(text);
        return text.toString();
    }

    private SpeakerConfig config() throws IOException {
        var file = Files.writeString(folder.resolve("speaker.yml"), FILE);
        return switch (SpeakerFile.load(file)) {
            case SpeakerFile.Good good -> good.config();
            case SpeakerFile.Bad bad -> throw new AssertionError(bad.problems().toString());
        };
    }
}

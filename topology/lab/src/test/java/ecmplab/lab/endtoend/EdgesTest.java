package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The same lab with FRRouting or BIRD and the kernel's ECMP at its edge, with Debian's OVSDB server, and without root. */
@Needs(Need.IPROUTE)
class EdgesTest {
    @Test
    @Needs({Need.ROOT, Need.FRR})
    void withFrroutingAtTheEdgeTheDeathOfAMuxBreaksNoFlow() throws Exception {
        muxDeath("frr-edge", "frr", "10.0.1.1");
    }

    @Test
    @Needs({Need.ROOT, Need.BIRD})
    void withBirdAtTheEdgeTheDeathOfAMuxBreaksNoFlow() throws Exception {
        muxDeath("bird-edge", "bird", "Established");
    }

    private static void muxDeath(String lab, String edge, String inSummary) throws Exception {
        try (var tool = LabProgram.asSelf()) {
            tool.fine("deploy", lab);
            var ledger = tool.fine("drill", "run", "mux-death", "--flows", "100", "--json")
                    .json();
            assertEquals(edge, ledger.get("edge").asString());
            assertEquals(100, ledger.get("totals").get("kept").asInt());
            assertTrue(
                    ledger.get("totals").get("moved").asInt() > 10,
                    ledger.get("totals").toString());
            var said = tool.fine("show", "bgp", "summary").out();
            assertTrue(said.contains(inSummary), said);
        }
    }

    @Test
    @Needs({Need.ROOT, Need.OVSDB_SERVER})
    void withTheDistributionsOvsdbServerTheLabWorksAsWell() throws Exception {
        try (var tool = LabProgram.asSelf()) {
            var file = tool.folder().resolve("stock.lab.yml");
            try (var sample = EdgesTest.class.getResourceAsStream("/labs/hello.lab.yml")) {
                var text = new String(sample.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                Files.writeString(
                        file,
                        text.replaceFirst("name: hello", "name: stock")
                                .replaceFirst("kind: controller[^}]*", "kind: controller, ovsdb: ovsdb-server "));
            }
            tool.fine("deploy", file.toString());
            serves(tool);
        }
    }

    @Test
    @Needs({Need.ROOT, Need.USER_NAMESPACES})
    void anOrdinaryUserHasALabToo() throws Exception {
        try (var tool = LabProgram.asOrdinaryUser()) {
            tool.fine("deploy", "hello");
            for (var node : tool.fine("inspect", "--json").json().get("nodes")) {
                var pid = node.get("pid").asLong();
                assertEquals(65_534, Files.getAttribute(java.nio.file.Path.of("/proc/" + pid), "unix:uid"));
            }
            serves(tool);
            assertTrue(tool.fine("exec", "client", "--", "ip", "route").out().contains("default via 198.51.100.1"));
        }
    }

    /** Twenty requests through the VIP, by the client node itself, each seen as from the client. */
    private static void serves(LabProgram tool) throws Exception {
        var said = tool.fine("ask", "client", "http", "get", "203.0.113.10:80", "20", "--json");
        assertEquals(20, said.json().size());
        for (var result : said.json()) {
            assertEquals(result.get("client"), result.get("seen"), result.toString());
        }
    }
}

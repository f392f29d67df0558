package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Labs whose packets come and go in other ways than the best. */
@Needs({Need.IPROUTE, Need.PING})
class PortKindsTest {
    @Test
    @Needs({Need.ROOT, Need.AF_XDP})
    void nodesOfOneLabHavePortsOfDifferentKindsAndADeadOneLeavesNoProgramBehind() throws Exception {
        try (var tool = LabProgram.asSelf()) {
            var text = hello().replace("name: hello", "name: mixed\ndefaults:\n  ports: mmsg")
                    .replace("kind: router", "kind: router, ports: xdp-generic")
                    .replace("kind: mux", "kind: mux, ports: xdp");
            tool.fine("deploy", tool.file("mixed.lab.yml", text).toString());
            assertEquals("xdp-generic", kind(tool, "edge", "eth2"));
            assertEquals("xdp", kind(tool, "mux1", "eth0"));
            assertEquals("mmsg", kind(tool, "host1", "eth0"));
            assertEquals("mmsg", kind(tool, "host1", "vm2"));
            serves(tool);
            var ping = tool.fine("exec", "client", "--", "ping", "-c", "2", "-W", "10", "10.0.1.1")
                    .out();
            assertTrue(ping.contains("2 received"), "the MUX's own kernel answers: " + ping);
            assertTrue(link(tool).contains("prog/xdp"), link(tool));
            tool.fine("fault", "kill", "mux1");
            Await.until("the program is gone", () -> !link(tool).contains("xdp"));
            tool.fine("restart", "mux1");
            tool.fine("wait", "established", "--timeout", "60s");
            tool.fine("wait", "route", "203.0.113.10/32", "--nexthops", "1", "--timeout", "60s");
            serves(tool);
            assertEquals("xdp", kind(tool, "mux1", "eth0"));
        }
    }

    @Test
    @Needs({Need.ROOT, Need.USER_NAMESPACES})
    void withoutTheRightToLoadProgramsALabTakesRingsAndSaysWhy() throws Exception {
        try (var tool = LabProgram.asOrdinaryUser()) {
            tool.fine("deploy", "hello");
            assertEquals("ring", kind(tool, "mux1", "eth0"));
            var said = tool.fine("show", "interfaces", "-n", "mux1").out();
            assertTrue(said.contains("eth0: not xdp: bpf(BPF_MAP_CREATE"), said);
            assertFalse(said.contains("eth0: not ring"), said);
            serves(tool);
        }
    }

    private static String hello() throws Exception {
        try (var sample = PortKindsTest.class.getResourceAsStream("/labs/hello.lab.yml")) {
            return new String(sample.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String kind(LabProgram tool, String node, String device) throws Exception {
        return tool.fine("show", "interfaces", "-n", node, "--json")
                .json()
                .get(device)
                .get("ports")
                .asString();
    }

    private static String link(LabProgram tool) throws Exception {
        return tool.fine("exec", "mux1", "--", "ip", "-d", "link", "show", "eth0")
                .out();
    }

    private static void serves(LabProgram tool) throws Exception {
        var said = tool.fine("ask", "client", "http", "get", "203.0.113.10:80", "20", "--json");
        assertEquals(20, said.json().size());
        for (var result : said.json()) {
            assertEquals(result.get("client"), result.get("seen"), result.toString());
        }
    }
}

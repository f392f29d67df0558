package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.lab.metrics.PrometheusText;
import ecmplab.lab.traffic.VmServices;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/** The reference lab, as root, from deploy to destroy: what it shows, what goes through it, what its drills cost. */
@Needs({Need.ROOT, Need.IPROUTE, Need.CURL, Need.PING, Need.TRACEROUTE})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReferenceLabTest {
    private static final String VIP = "203.0.113.10";

    private LabProgram tool;

    @BeforeAll
    void deploy() throws Exception {
        tool = LabProgram.asSelf();
        tool.fine("deploy", "reference");
    }

    @AfterAll
    void destroy() throws IOException {
        tool.close();
    }

    @Test
    @Order(1)
    void everyNodeIsReadyAndHasAProcess() throws Exception {
        var nodes = tool.fine("inspect", "--json").json().get("nodes");
        assertEquals(12, nodes.size());
        for (var node : nodes) {
            assertEquals("ready", node.get("state").asString(), node.toString());
            assertTrue(ProcessHandle.of(node.get("pid").asLong()).isPresent(), node.toString());
        }
    }

    @Test
    @Order(2)
    void theRouterHasASessionWithEachMuxAndUsesAllThreePaths() throws Exception {
        var summary = tool.fine("show", "bgp", "summary", "--json").json().get("ipv4Unicast");
        assertEquals(65000, summary.get("as").asInt());
        assertEquals(3, summary.get("peers").size());
        for (var peer : summary.get("peers")) {
            assertEquals("Established", peer.get("state").asString());
            assertEquals(1, peer.get("pfxRcd").asInt());
        }
        var route = tool.fine("sh", "bgp", "ipv4", "u", VIP + "/32", "--json").json();
        assertEquals(3, route.get("paths").size());
        for (var path : route.get("paths")) {
            assertTrue(path.get("multipath").asBoolean());
            assertEquals("65010", path.get("aspath").get("string").asString());
        }
        var installed = tool.fine("show", "ip", "route", VIP + "/32", "--json")
                .json()
                .get(VIP + "/32")
                .get(0);
        assertEquals("bgp", installed.get("protocol").asString());
        assertEquals(3, installed.get("nexthops").size());
        var group = tool.fine("show", "ip", "ecmp", VIP + "/32", "--json").json();
        int buckets = 0;
        for (var member : group.get("members")) {
            buckets += member.get("buckets").asInt();
        }
        assertEquals(512, buckets);
    }

    @Test
    @Order(3)
    void everyMuxAndHostComputedTheSameTables() throws Exception {
        var digests = new HashMap<String, Set<String>>();
        for (var kind : new String[] {"mux1", "host1"}) {
            var nodes = kind.equals("mux1") ? new String[] {"mux1", "mux2", "mux3"} : new String[] {"host1", "host2"};
            for (var node : nodes) {
                for (var table :
                        tool.fine("show", "tables", "-n", node, "--json").json()) {
                    if (table.get("state").asString().equals("ACTIVE")) {
                        digests.computeIfAbsent(table.get("endpoint").asString(), absent -> new HashSet<>())
                                .add(digest(table));
                    }
                }
            }
        }
        assertEquals(Set.of("tcp:" + VIP + ":80", "tcp:" + VIP + ":7"), digests.keySet());
        digests.forEach((endpoint, different) -> assertEquals(1, different.size(), endpoint));
    }

    private static String digest(JsonNode table) {
        var digest = table.get("digest");
        return digest.isNumber() ? String.format("%016x", digest.asLong()) : digest.asString();
    }

    @Test
    @Order(4)
    void aVmAnswersEachRequestAndSeesTheClientItself() throws Exception {
        var answered = new HashMap<String, Integer>();
        for (int i = 0; i < 20; i++) {
            var words = tool.fine("exec", "client", "--", "curl", "-s", "-m", "10", "http://" + VIP + "/")
                    .out()
                    .strip()
                    .split(" ");
            assertTrue(words[1].startsWith("198.51.100.10:"), words[1]);
            answered.merge(words[0], 1, Integer::sum);
        }
        assertTrue(answered.size() > 1, "all by one VM: " + answered);
    }

    @Test
    @Order(5)
    void pingAndTracerouteBehave() throws Exception {
        var ping = tool.fine("exec", "client", "--", "ping", "-c", "3", "-W", "5", VIP);
        assertTrue(ping.out().contains("3 received"), ping.out());
        var hops = tool.fine("exec", "client", "--", "traceroute", "-n", "-w", "5", VIP)
                .out();
        assertTrue(hops.contains(" 1  198.51.100.1 "), hops);
        assertTrue(hops.contains(VIP + "  "), hops);
        var closed = tool.run("exec", "client", "--", "curl", "-s", "-m", "20", "http://" + VIP + ":81/");
        assertEquals(7, closed.code(), "a port that no endpoint serves must refuse at once");
    }

    @Test
    @Order(6)
    void aDownloadComesWholeAndPastTheMuxes() throws Exception {
        long before = muxOctets();
        var file = tool.folder().resolve("download");
        tool.fine(
                "exec",
                "client",
                "--",
                "curl",
                "-s",
                "-m",
                "120",
                "-o",
                file.toString(),
                "http://" + VIP + "/octets/50000000");
        var octets = Files.readAllBytes(file);
        assertEquals(50_000_000, octets.length);
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] != VmServices.octetAt(i)) {
                throw new AssertionError("octet " + i + " differs");
            }
        }
        long through = muxOctets() - before;
        assertTrue(
                through > 0 && through < 5_000_000,
                "the MUXes saw " + through + " octets: more than requests and ACKs");
        Files.delete(file);
    }

    /** Octets of all packets that the MUXes forwarded. */
    private long muxOctets() throws Exception {
        return StreamSupport.stream(tool.fine("show", "vip", "--json").json().spliterator(), false)
                .flatMap(mux -> StreamSupport.stream(mux.spliterator(), false))
                .mapToLong(vip -> vip.get("octets").asLong())
                .sum();
    }

    @Test
    @Order(7)
    void showAndWaitSayWhatIsNotThere() throws Exception {
        assertEquals(3, tool.run("show", "bgp", "ipv4", "192.0.2.1/32").code());
        assertEquals(2, tool.run("show", "bgp", "nonsense").code());
        assertEquals(3, tool.run("show", "bgp", "summary", "-n", "mux9").code());
        assertEquals(
                0,
                tool.run("wait", "route", VIP + "/32", "--nexthops", "3", "--timeout", "10s")
                        .code());
        assertEquals(
                1,
                tool.run("wait", "route", VIP + "/32", "--nexthops", "4", "--timeout", "1s")
                        .code());
        assertEquals(
                0, tool.run("wait", "established", "mux2", "--timeout", "5s").code());
        assertEquals(3, tool.run("drill", "run", "no-such-drill").code());
    }

    @Test
    @Order(8)
    void everyNodesMetricsCanBeRead() throws Exception {
        var samples = PrometheusText.parse(tool.fine("metrics").out()).samples;
        assertEquals(
                1,
                samples.get("bgp_peer_state{node=\"mux1\",peer=\"10.0.1.0\",remote_as=\"65000\",peer_desc=\"edge\"}"));
        assertEquals(1, samples.get("mux_endpoint_announced{node=\"mux3\",endpoint=\"tcp:" + VIP + ":80\"}"));
        assertEquals(0, samples.get("packet_drops_total{node=\"host1\",where=\"port eth0\",reason=\"tx-full\"}"));
        assertTrue(samples.getOrDefault("nat_flows_created_total{node=\"host2\"}", 0.0) > 0, samples.toString());
        assertTrue(samples.getOrDefault("fib_prefixes{node=\"edge\"}", 0.0) > 0, samples.toString());
        assertTrue(samples.keySet().stream().anyMatch(name -> name.startsWith("route_divergences{node=\"edge\",")));
    }

    @Test
    @Order(8)
    @Needs(Need.OVSDB_CLIENT)
    void theDatabaseCanBeReadWithTheStockClient() throws Exception {
        var socket = "unix:" + tool.state().resolve("reference/controller.ovsdb");
        var process = new ProcessBuilder("ovsdb-client", "dump", socket, "slb")
                .redirectErrorStream(true)
                .start();
        var dump = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), dump);
        assertTrue(dump.contains("Vip_Endpoint table"), dump);
        assertTrue(dump.contains(VIP), dump);
    }

    @Test
    @Order(10)
    void theDeathAndTheReturnOfAMuxBreakNoFlow() throws Exception {
        var ledger = tool.fine("drill", "run", "mux-death", "--flows", "200", "--json")
                .json();
        var totals = ledger.get("totals");
        assertEquals(200, totals.get("established").asInt());
        assertEquals(200, totals.get("kept").asInt());
        assertEquals(0, totals.get("misdelivered").asInt());
        assertTrue(totals.get("moved").asInt() > 20, "a third of the flows had to move: " + totals);
        var kill = ledger.get("steps").get(0);
        assertTrue(kill.get("detection").isNumber(), kill.toString());
        assertTrue(kill.get("rerouted").isNumber(), kill.toString());
        assertEquals(200, ledger.get("flows").size());
        assertFalse(ledger.get("timeline").isEmpty());
    }

    @Test
    @Order(11)
    void aFrozenMuxIsFoundByBfdAndBreaksNoFlow() throws Exception {
        var ledger = tool.fine("drill", "run", "mux-freeze", "--flows", "60", "--json")
                .json();
        assertEquals(60, ledger.get("totals").get("kept").asInt());
        var causes = new HashSet<String>();
        for (var moment : ledger.get("timeline")) {
            causes.add(moment.get("what").asString());
        }
        assertTrue(
                causes.stream().anyMatch(what -> what.contains("control detection time expired")), causes.toString());
        Await.until(
                "the MUX is back",
                () -> tool.run("wait", "route", VIP + "/32", "--nexthops", "3", "--timeout", "5s")
                                .code()
                        == 0);
    }

    @Test
    @Order(12)
    @Needs(Need.NFT)
    void aMuxThatIsCutOffIsFoundByBfdAndBreaksNoFlow() throws Exception {
        var ledger = tool.fine("drill", "run", "mux-partition", "--flows", "60", "--json")
                .json();
        assertEquals(
                60,
                ledger.get("totals").get("kept").asInt(),
                ledger.get("totals").toString());
        assertTrue(ledger.get("totals").get("moved").asInt() > 0, "flows of the MUX that was cut off had to move");
        var partition = ledger.get("steps").get(0);
        assertTrue(partition.get("detection").isNumber(), partition.toString());
        var edge = new HashSet<String>();
        for (var moment : ledger.get("timeline")) {
            edge.add(moment.get("node").asString() + " "
                    + moment.get("what").asString().replaceAll(" .*", ""));
        }
        assertTrue(edge.contains("edge path") && edge.contains("mux2 path"), "both ends noticed: " + edge);
        assertEquals("no line is impaired\n", tool.fine("show", "impairments").out());
    }

    @Test
    @Order(13)
    void aMuxKilledByItsPidIsMissedAtOnceAndCanBeStartedAgain() throws Exception {
        long pid = pid("mux3");
        assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        assertEquals(
                0,
                tool.run("wait", "route", VIP + "/32", "--nexthops", "2", "--timeout", "10s")
                        .code());
        var state = state("mux3");
        assertTrue(state.startsWith("dead"), state);
        tool.fine("restart", "mux3");
        assertEquals(
                0,
                tool.run("wait", "route", VIP + "/32", "--nexthops", "3", "--timeout", "60s")
                        .code());
        assertNotEquals(pid, pid("mux3"));
        var events = tool.fine("events").out();
        assertTrue(events.contains("node-down"), events);
    }

    private long pid(String node) throws Exception {
        return field(node, "pid").asLong();
    }

    private String state(String node) throws Exception {
        return field(node, "state").asString();
    }

    private JsonNode field(String node, String field) throws Exception {
        for (var each : tool.fine("inspect", "--json").json().get("nodes")) {
            if (each.get("node").asString().equals(node)) {
                return each.get(field);
            }
        }
        throw new AssertionError("no node " + node);
    }

    @Test
    @Order(20)
    void nothingIsLeftAfterDestroy() throws Exception {
        tool.fine("destroy");
        assertEquals(List.of(), tool.processes());
        assertEquals(List.of(), tool.remains());
        assertEquals(3, tool.run("show", "bgp", "summary").code());
    }
}

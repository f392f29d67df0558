package ecmplab.lab.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.cli.LabProgram;
import ecmplab.lab.traffic.VmServices;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** VIPs and VMs of both families, over an underlay of both. */
@Needs({Need.ROOT, Need.IPROUTE, Need.CURL, Need.PING, Need.TRACEROUTE})
class DualStackLabTest {
    private static final String VIP = "2001:db8:f::10";

    @Test
    void vipsOfBothFamiliesAreServedOverUnderlaysOfBothAndTheDeathOfAMuxBreaksNoIpv6Flow() throws Exception {
        try (var tool = LabProgram.asSelf()) {
            tool.fine("deploy", "dual-stack");
            theRouterHasBothMuxesAsNextHopsOfTheirIpv6Addresses(tool);
            // vm2 is on a host that gets VXLAN over IPv6, vm1 on one that gets it over IPv4
            assertEquals(Set.of("vm1", "vm2"), served(tool, "203.0.113.10:80"));
            assertEquals(Set.of("vm1", "vm2"), served(tool, "[" + VIP + "]:80"));
            var vxlan = tool.fine("show", "vxlan").out();
            assertTrue(vxlan.contains("10.0.2.1") && vxlan.contains("2001:db8:2::3"), vxlan);
            pingAndTracerouteBehave(tool);
            aDownloadComesWhole(tool);
            var ledger = tool.fine("drill", "run", "mux-death", "--flows", "100", "--json")
                    .json();
            assertEquals(100, ledger.get("totals").get("kept").asInt(), ledger.toString());
            assertTrue(
                    ledger.get("totals").get("moved").asInt() > 20,
                    ledger.get("totals").toString());
        }
    }

    private static void theRouterHasBothMuxesAsNextHopsOfTheirIpv6Addresses(LabProgram tool) throws Exception {
        var route = tool.fine("show", "bgp", "ipv6", "unicast", VIP + "/128").out();
        assertTrue(route.contains("2001:db8:1::1") && route.contains("2001:db8:1::3"), route);
        var installed = tool.fine("show", "ipv6", "route", VIP + "/128", "--json")
                .json()
                .get(VIP + "/128")
                .get(0);
        assertEquals(2, installed.get("nexthops").size(), installed.toString());
        assertEquals("2001:db8:1::1", installed.get("nexthops").get(0).get("ip").asString());
        var vip = tool.fine("show", "vip", VIP, "-n", "mux1").out();
        assertTrue(vip.contains("tcp:[" + VIP + "]:80"), vip);
    }

    /** Who answered forty requests, each of which saw the client's own address. */
    private static Set<String> served(LabProgram tool, String destination) throws Exception {
        var by = new HashSet<String>();
        for (var result : tool.fine("ask", "client", "http", "get", destination, "40", "--json")
                .json()) {
            assertEquals(result.get("client"), result.get("seen"), result.toString());
            by.add(result.get("vm").asString());
        }
        return by;
    }

    private static void pingAndTracerouteBehave(LabProgram tool) throws Exception {
        var ping = tool.fine("exec", "client", "--", "ping", "-6", "-c", "2", "-W", "10", VIP);
        assertTrue(ping.out().contains("2 received"), ping.out());
        var hops = tool.fine("exec", "client", "--", "traceroute", "-6", "-n", "-q", "1", "-w", "5", VIP)
                .out();
        assertTrue(hops.contains(" 1  2001:db8:c::1 "), hops);
        assertTrue(hops.contains(" 2  " + VIP + " "), hops);
    }

    private static void aDownloadComesWhole(LabProgram tool) throws Exception {
        var file = tool.folder().resolve("download");
        var url = "http://[" + VIP + "]/octets/20000000";
        tool.fine("exec", "client", "--", "curl", "-6", "-g", "-s", "-m", "120", "-o", file.toString(), url);
        var octets = Files.readAllBytes(file);
        assertEquals(20_000_000, octets.length);
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] != VmServices.octetAt(i)) {
                throw new AssertionError("octet " + i + " differs");
            }
        }
    }

    @Test
    @Needs(Need.FRR)
    void frroutingAtTheEdgeTakesRoutesOfBothFamiliesOverOneSession() throws Exception {
        servedBy("frr");
    }

    private static void servedBy(String edge) throws Exception {
        try (var tool = LabProgram.asSelf()) {
            var text = sample().replace("name: dual-stack", "name: dual-" + edge)
                    .replace("router: {", edge + ": {")
                    .replace("kind: router", "kind: " + edge);
            tool.fine("deploy", tool.file("dual.lab.yml", text).toString());
            assertEquals(Set.of("vm1", "vm2"), served(tool, "203.0.113.10:80"));
            assertEquals(Set.of("vm1", "vm2"), served(tool, "[" + VIP + "]:80"));
        }
    }

    private static String sample() throws Exception {
        try (var sample = DualStackLabTest.class.getResourceAsStream("/labs/dual-stack.lab.yml")) {
            return new String(sample.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

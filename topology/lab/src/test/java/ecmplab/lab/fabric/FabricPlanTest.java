package ecmplab.lab.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabFile;
import ecmplab.lab.file.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FabricPlanTest {
    private final Lab hello = lab("hello");

    @Test
    void everyNodeAndVmIsANamespaceAndSoIsTheManagementBridge() {
        assertEquals("""
                netns add client
                netns add edge
                netns add mux1
                netns add host1
                netns add vm1
                netns add vm2
                netns add controller
                netns add mgmt""", String.join("\n", FabricPlan.of(hello).namespaces()));
    }

    @Test
    void everyLinkIsMadeWithBothEndsInTheirNamespaces() {
        assertEquals("""
                link add name eth0 netns client mtu 1500 address 02:00:01:00:00:01 type veth peer name eth0 netns edge mtu 1500 address 02:00:01:00:00:02
                link add name eth1 netns edge mtu 1600 address 02:00:01:00:01:01 type veth peer name eth0 netns mux1 mtu 1600 address 02:00:01:00:01:02
                link add name eth2 netns edge mtu 1600 address 02:00:01:00:02:01 type veth peer name eth0 netns host1 mtu 1600 address 02:00:01:00:02:02
                link add name mgmt0 netns mux1 type veth peer name mux1 netns mgmt
                link add name mgmt0 netns host1 type veth peer name host1 netns mgmt
                link add name vm1 netns host1 mtu 1500 address 02:00:06:00:00:01 type veth peer name eth0 netns vm1 mtu 1500 address 02:00:02:00:00:01
                link add name vm2 netns host1 mtu 1500 address 02:00:06:00:00:02 type veth peer name eth0 netns vm2 mtu 1500 address 02:00:02:00:00:02
                link add name mgmt0 netns controller type veth peer name controller netns mgmt""", String.join("\n", FabricPlan.of(hello).links()));
    }

    @Test
    void aMuxHasItsLinkItsManagementLegAndARouteToTheEdge() {
        assertEquals("""
                link set lo up
                addr add 10.0.1.1/31 dev eth0
                link set eth0 addrgenmode none up
                link set mgmt0 addrgenmode none up
                addr add 172.31.0.1/24 dev mgmt0
                route add default via 10.0.1.0""", String.join("\n", setup(hello, "mux1").batch()));
    }

    @Test
    void aHostHoldsTheGatewayTowardsEachOfItsVms() {
        var host = setup(hello, "host1").batch();
        assertTrue(host.containsAll(List.of(
                "addr add 10.1.1.1/32 dev vm2",
                "link set vm2 addrgenmode none up",
                "route add 10.1.1.12/32 dev vm2 src 10.1.1.1")));
        assertEquals(
                List.of(
                        "link set lo up",
                        "addr add 10.1.1.11/24 dev eth0",
                        "link set eth0 addrgenmode none up",
                        "route add default via 10.1.1.1"),
                setup(hello, "vm1").batch());
    }

    @Test
    void theKernelForwardsOnlyWhereItIsTheRouter() {
        assertEquals("0", setup(hello, "edge").sysctls().get("ipv4/ip_forward"));
        assertEquals("0", setup(hello, "mux1").sysctls().get("ipv4/ip_forward"));
        for (var name : List.of("frr-edge", "bird-edge")) {
            var edge = setup(lab(name), "edge").sysctls();
            assertEquals("1", edge.get("ipv4/ip_forward"));
            assertEquals("1", edge.get("ipv4/fib_multipath_hash_policy"));
        }
    }

    @Test
    void everyInterfaceThatCarriesTrafficHasItsOffloadsTurnedOff() {
        assertEquals(List.of("eth0", "eth1", "eth2"), setup(hello, "edge").devices());
        assertEquals(List.of("eth0", "vm1", "vm2"), setup(hello, "host1").devices());
        assertEquals(List.of("eth0"), setup(hello, "vm2").devices());
        assertTrue(setup(hello, "mgmt").devices().isEmpty());
    }

    @Test
    void aLabWithoutManagedNodesHasNoManagementNetwork() {
        var text = "name: two\nnodes: { a: { kind: client }, b: { kind: client } }\nlinks: ['a:x -- b:y']\n";
        var loaded = LabFile.parse("two", text, Path.of("/"));
        var lab = ((LabFile.Good) loaded).lab();
        assertEquals(List.of("netns add a", "netns add b"), FabricPlan.of(lab).namespaces());
    }

    @Test
    void nodeConfigurationsCarryWhatTheirKindNeedsAndSurviveTheirFile(@TempDir Path folder) throws IOException {
        var configs = NodeConfigs.of(lab("reference"), folder);
        assertEquals(
                "client edge mux1 mux2 mux3 host1 vm1 vm2 host2 vm3 vm4 controller",
                configs.stream().map(NodeConfig::name).collect(Collectors.joining(" ")));
        for (var config : configs) {
            var file = folder.resolve(config.name() + ".json");
            config.write(file);
            assertEquals(config, NodeConfig.read(file));
        }
        var mux2 = (NodeConfig.MuxConfig) configs.get(3);
        assertEquals("10.0.1.3", mux2.providerAddress().getHostAddress());
        assertEquals("10.0.1.2", mux2.gateway().getHostAddress());
        assertEquals(2, mux2.mux().number());
        assertEquals(
                "172.31.0.6:6640",
                mux2.southbound()
                        .map(at -> at.address().getHostAddress() + ":" + at.port())
                        .orElseThrow());
        var router = (NodeConfig.RouterConfig) configs.get(1);
        assertEquals(
                List.of("mux1 eth1 10.0.1.1 65010", "mux2 eth2 10.0.1.3 65010", "mux3 eth3 10.0.1.5 65010"),
                router.neighbors().stream()
                        .map(neighbor -> neighbor.node() + " " + neighbor.device() + " "
                                + neighbor.remote().getHostAddress() + " " + neighbor.as())
                        .toList());
    }

    @Test
    void theGeneratedConfigurationsPeerWithEveryMux() throws IOException {
        var frr = lab("frr-edge");
        var frrText = EdgeDaemon.frrConfig(frr, frr.nodes(Node.Frr.class).getFirst());
        assertTrue(frrText.contains(" timers bgp 1 3\n"), frrText);
        assertTrue(frrText.contains(" no bgp ebgp-requires-policy\n"), frrText);
        assertEquals(
                3,
                frrText.lines().filter(line -> line.endsWith("remote-as 65010")).count());
        var bird = lab("bird-edge");
        var birdText = EdgeDaemon.birdConfig(bird, bird.nodes(Node.Bird.class).getFirst());
        assertTrue(birdText.contains("protocol bgp mux2 from muxes { neighbor 10.0.1.3 as 65010; }"), birdText);
        assertTrue(birdText.contains("merge paths on"), birdText);
    }

    private static FabricPlan.Setup setup(Lab lab, String namespace) {
        return FabricPlan.of(lab).setups().stream()
                .filter(setup -> setup.namespace().equals(namespace))
                .findFirst()
                .orElseThrow();
    }

    private static Lab lab(String sample) {
        try {
            return ((LabFile.Good) LabFile.load(sample)).lab();
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}

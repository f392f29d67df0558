package ecmplab.lab.fabric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabFile;
import ecmplab.lab.file.Node;
import ecmplab.packet.AddressText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    void withIpv6AddressesAreOfUseAtOnceAndLinksHaveLinkLocalOnes() {
        var dual = lab("dual-stack");
        assertEquals("""
                link set lo up
                addr add 10.0.1.1/31 dev eth0
                addr add 2001:db8:1::1/127 dev eth0 nodad
                link set eth0 addrgenmode eui64 up
                link set mgmt0 addrgenmode none up
                addr add 172.31.0.1/24 dev mgmt0
                route add default via 10.0.1.0
                route add default via 2001:db8:1::""", String.join("\n", setup(dual, "mux1").batch()));
        assertEquals("0", setup(dual, "mux1").sysctls().get("ipv6/conf/default/accept_dad"));
        assertTrue(setup(dual, "client").batch().contains("route add default via 2001:db8:c::1"));
        assertTrue(setup(dual, "edge").batch().contains("route add blackhole ::/0"));
        assertTrue(setup(dual, "host2")
                .batch()
                .containsAll(List.of(
                        "addr add 2001:db8:a:2::1/128 dev vm2 nodad",
                        "link set vm2 addrgenmode eui64 up",
                        "route add 2001:db8:a:2::11/128 dev vm2 src 2001:db8:a:2::1")));
        assertEquals(
                List.of(
                        "link set lo up",
                        "addr add 10.1.2.11/24 dev eth0",
                        "addr add 2001:db8:a:2::11/64 dev eth0 nodad",
                        "link set eth0 addrgenmode eui64 up",
                        "route add default via 10.1.2.1",
                        "route add default via 2001:db8:a:2::1"),
                setup(dual, "vm2").batch());
    }

    @Test
    void aDualStackedNodeIsToldBothOfItsAddresses(@TempDir Path folder) {
        var configs = NodeConfigs.of(lab("dual-stack"), folder);
        var mux = (NodeConfig.MuxConfig) configs.get(2);
        assertEquals(
                List.of("10.0.1.1/31", "2001:db8:1::1/127"),
                mux.underlay().stream().map(each -> each.address().toString()).toList());
        assertEquals("10.0.1.0", mux.neighbors().getFirst().remote().getHostAddress());
        assertEquals(
                Optional.of("2001:db8:1::1"),
                mux.neighbors().getFirst().localIpv6().map(AddressText::of));
        for (var config : configs) {
            var file = folder.resolve(config.name() + ".json");
            config.write(file);
            assertEquals(config, NodeConfig.read(file));
        }
    }

    @Test
    void theKernelForwardsIpv6OnlyWhereItIsTheRouter() {
        assertEquals("0", setup(hello, "edge").sysctls().get("ipv6/conf/all/forwarding"));
        assertEquals("1", setup(lab("frr-edge"), "edge").sysctls().get("ipv6/conf/all/forwarding"));
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
        assertEquals(1, mux2.underlay().size());
        assertEquals("10.0.1.3/31", mux2.underlay().getFirst().address().toString());
        assertEquals("10.0.1.2", mux2.underlay().getFirst().gateway().getHostAddress());
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
        assertFalse(frrText.contains("ipv6") || birdText.contains("ipv6"), frrText + birdText);
    }

    @Test
    void theGeneratedConfigurationsTakeRoutesOfBothFamiliesWhereTheLinksHaveBoth() {
        var frr = dualStack("frr");
        var frrText = EdgeDaemon.frrConfig(frr, frr.nodes(Node.Frr.class).getFirst());
        assertTrue(frrText.contains(" address-family ipv6 unicast\n  maximum-paths 64\n"), frrText);
        assertEquals(
                4, frrText.lines().filter(line -> line.endsWith(" activate")).count(), frrText);
        var bird = dualStack("bird");
        var birdText = EdgeDaemon.birdConfig(bird, bird.nodes(Node.Bird.class).getFirst());
        assertTrue(birdText.contains("  ipv6 { import none; export where source = RTS_BGP; };"), birdText);
        assertTrue(birdText.contains("  ipv6 { import all; export none; };"), birdText);
    }

    private static Lab dualStack(String edge) {
        var text = LabFile.sample("dual-stack").replace("kind: router", "kind: " + edge);
        return ((LabFile.Good) LabFile.parse(edge, text, Path.of("/"))).lab();
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

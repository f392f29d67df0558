package ecmplab.lab.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.packet.AddressText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class LabFileTest {
    static final List<String> SAMPLES = LabFile.SAMPLES;

    @ParameterizedTest
    @FieldSource("SAMPLES")
    void everySampleLoadsAndCarriesItsOwnName(String sample) throws IOException {
        assertEquals(sample, good(LabFile.load(sample)).name());
    }

    @Test
    void theReferenceLabHasTheAddressesThatTheDocumentsGive() throws IOException {
        var lab = good(LabFile.load("reference"));

        assertEquals(
                List.of(
                        "edge 198.51.100.1/24 client 198.51.100.10/24 1500",
                        "edge 10.0.1.0/31 mux1 10.0.1.1/31 1600",
                        "edge 10.0.1.2/31 mux2 10.0.1.3/31 1600",
                        "edge 10.0.1.4/31 mux3 10.0.1.5/31 1600",
                        "edge 10.0.2.0/31 host1 10.0.2.1/31 1600",
                        "edge 10.0.2.2/31 host2 10.0.2.3/31 1600"),
                lab.linksOf("edge").stream()
                        .map(link -> link.a().node() + " " + link.a().address() + " "
                                + link.b().node() + " " + link.b().address() + " " + link.mtu())
                        .toList());
        assertEquals(
                List.of(
                        "vm1 10.1.1.11 10.1.1.1/24",
                        "vm2 10.1.1.12 10.1.1.1/24",
                        "vm3 10.1.2.11 10.1.2.1/24",
                        "vm4 10.1.2.12 10.1.2.1/24"),
                lab.nodes(Node.Host.class).stream()
                        .flatMap(host -> host.vms().stream()
                                .map(vm -> vm.name() + " " + vm.address().getHostAddress() + " " + host.gateway()))
                        .toList());
        var client = assertInstanceOf(Node.Client.class, lab.node("client"));
        assertEquals("198.51.100.1", client.gateway().orElseThrow().getHostAddress());
        assertEquals(
                List.of("10.0.1.1", "10.0.1.3", "10.0.1.5"),
                lab.nodes(Node.Mux.class).stream()
                        .map(mux -> mux.bgp().routerId().toString())
                        .toList());
        assertEquals(
                List.of("established --timeout 10000ms", "route 203.0.113.10/32 --nexthops 3 --timeout 10000ms"),
                lab.checks().stream().map(Check::toString).toList());
    }

    @Test
    void aNodeInheritsFromDefaultsThenItsKindThenItsGroupsInOrder() {
        var lab = good("""
                name: inherit
                defaults: { hold-time: 9s, connect-retry: 5s, restart: on-failure }
                kinds:
                  mux: { hold-time: 12s, as: 65020 }
                groups:
                  slow: { hold-time: 30s }
                  slower: { hold-time: 90s }
                nodes:
                  edge: { kind: router }
                  mux1: { kind: mux }
                  mux2: { kind: mux, groups: [slow, slower], as: 65021 }
                  mux3: { kind: mux, groups: [slower, slow] }
                  c: { kind: controller }
                links: ["edge:a -- mux1:a", "edge:b -- mux2:a", "edge:c -- mux3:a"]
                """);
        var muxes = lab.nodes(Node.Mux.class);
        assertEquals(
                List.of(Duration.ofSeconds(12), Duration.ofSeconds(90), Duration.ofSeconds(30)),
                muxes.stream().map(mux -> mux.bgp().holdTime()).toList());
        assertEquals(
                List.of(Asn.of(65020), Asn.of(65021), Asn.of(65020)),
                muxes.stream().map(mux -> mux.bgp().as()).toList());
        assertEquals(Duration.ofSeconds(9), lab.edge().orElseThrow().bgp().holdTime());
        assertTrue(muxes.stream().allMatch(mux -> mux.bgp().connectRetry().equals(Duration.ofSeconds(5))));
        assertTrue(lab.nodes().stream().allMatch(node -> node.restart() == Node.Restart.ON_FAILURE));
    }

    @Test
    void writtenAddressesWinAndTheOthersGoRoundThem() {
        var lab = good("""
                name: addresses
                nodes:
                  edge: { kind: router }
                  host1: { kind: host, management: 172.31.0.1, vms: { a: { address: 10.1.1.11 }, b: {} } }
                  host2: { kind: host, gateway: 10.1.1.1/24, vms: { c: {}, d: { address: 10.1.1.11 } } }
                  ctl: { kind: controller }
                links:
                  - edge:a -- host1:eth0
                  - { endpoints: "host2:a -- edge:b", addresses: [10.0.2.0/31, 10.0.2.1/31], mtu: 1550 }
                """.replace("a: { address: 10.1.1.11 }, b: {}", "a: {}, b: { address: 10.1.2.11 }"));
        assertEquals("10.0.2.2/31", lab.linksOf("edge").getFirst().a().address().toString());
        assertEquals(
                "10.0.2.0/31", lab.linksOf("host2").getFirst().a().address().toString());
        assertEquals(1550, lab.linksOf("host2").getFirst().mtu());
        var hosts = lab.nodes(Node.Host.class);
        assertEquals("10.1.2.1/24", hosts.getFirst().gateway().toString());
        assertEquals(
                List.of("10.1.2.12", "10.1.2.11", "10.1.1.12", "10.1.1.11"),
                hosts.stream()
                        .flatMap(host -> host.vms().stream())
                        .map(vm -> vm.address().getHostAddress())
                        .toList());
        assertEquals(
                List.of("172.31.0.1/24", "172.31.0.2/24"),
                hosts.stream().map(host -> host.management().toString()).toList());
    }

    @Test
    void aSecondPrefixGivesLinksAndVmsIpv6AddressesBesideThoseOfIpv4() throws IOException {
        var lab = good(LabFile.load("dual-stack"));
        assertEquals(
                List.of(
                        "2001:db8:c::1/64 client 2001:db8:c::10/64",
                        "2001:db8:1::/127 mux1 2001:db8:1::1/127",
                        "2001:db8:1::2/127 mux2 2001:db8:1::3/127",
                        "2001:db8:2::/127 host1 2001:db8:2::1/127",
                        "2001:db8:2::2/127 host2 2001:db8:2::3/127"),
                lab.linksOf("edge").stream()
                        .map(link -> link.a().ipv6().orElseThrow() + " "
                                + link.b().node() + " " + link.b().ipv6().orElseThrow())
                        .toList());
        assertEquals(
                "198.51.100.1/24", lab.linksOf("edge").getFirst().a().address().toString());
        assertEquals(
                List.of("vm1 10.1.1.11 2001:db8:a:1::11 IPV4", "vm2 10.1.2.11 2001:db8:a:2::11 IPV6"),
                lab.nodes(Node.Host.class).stream()
                        .map(host -> host.vms().getFirst().name() + " "
                                + AddressText.of(host.vms().getFirst().address()) + " "
                                + AddressText.of(host.vms().getFirst().ipv6().orElseThrow()) + " " + host.underlay())
                        .toList());
        assertEquals(
                List.of(AddressFamily.values()),
                lab.edge().orElseThrow().bgp().families(),
                "a speaker with IPv6 links offers both families");
        var vip = lab.vips().getLast();
        assertEquals("[2001:db8:f::10]:80", vip.destination(vip.endpoints().getFirst()));
    }

    @Test
    void writtenAddressesOfEitherFamilyWin() {
        var lab = good("""
                name: written
                nodes:
                  edge: { kind: router, families: ipv4 }
                  host1: { kind: host, gateway: 2001:db8:7::1/64, vms: { a: { address: [10.1.1.99, 2001:db8:7::99] }, b: {} } }
                  c: { kind: client, gateway: [198.51.100.1, 2001:db8:8::7] }
                  ctl: { kind: controller }
                links:
                  - edge:a -- host1:eth0
                  - { endpoints: "c:eth0 -- edge:b", addresses: ["2001:db8:8::8/64", "2001:db8:8::7/64"] }
                """);
        var host = lab.nodes(Node.Host.class).getFirst();
        assertEquals("10.1.1.1/24", host.gateway().toString());
        assertEquals(
                List.of("10.1.1.99 2001:db8:7::99", "10.1.1.11 2001:db8:7::11"),
                host.vms().stream()
                        .map(vm -> AddressText.of(vm.address()) + " "
                                + AddressText.of(vm.ipv6().orElseThrow()))
                        .toList());
        assertTrue(lab.linksOf("host1").getFirst().a().ipv6().isEmpty(), "no pool of IPv6, nothing written");
        var client = lab.linksOf("c").getFirst().a();
        assertEquals("198.51.100.10/24", client.address().toString());
        assertEquals("2001:db8:8::8/64", client.ipv6().orElseThrow().toString());
        assertEquals(
                List.of(AddressFamily.IPV4_UNICAST),
                lab.edge().orElseThrow().bgp().families());
    }

    @Test
    void aLabSurvivesItsJsonForm(@TempDir Path folder) throws IOException {
        for (var sample : LabFile.SAMPLES) {
            var lab = good(LabFile.load(sample));
            var file = folder.resolve(sample + ".json");
            LabJson.mapper().writeValue(file.toFile(), lab);
            assertEquals(lab, LabJson.mapper().readValue(file.toFile(), Lab.class));
        }
    }

    @Test
    void routersAndMuxesTellCollectorsAndRecordEachInAFolderOfItsOwn(@TempDir Path folder) throws IOException {
        var lab = good("""
                name: watched
                defaults:
                  mrt: { folder: recordings, keep: 4 }
                nodes:
                  edge: { kind: router, families: [ipv4, ipv6], bmp: ["10.0.1.1:11019", "[2001:db8::9]:11019"] }
                  mux1: { kind: mux }
                  controller: { kind: controller }
                links:
                  - edge:eth1 -- mux1:eth0
                """);
        var edge = assertInstanceOf(Node.Router.class, lab.node("edge")).bgp();
        assertEquals(List.of(AddressFamily.IPV4_UNICAST, AddressFamily.IPV6_UNICAST), edge.families());
        assertEquals(
                List.of(11019, 11019),
                edge.recordings().bmp().stream()
                        .map(address -> address.getPort())
                        .toList());
        assertEquals(
                Path.of("/nowhere/recordings/edge"),
                edge.recordings().mrt().orElseThrow().folder());
        var mux = assertInstanceOf(Node.Mux.class, lab.node("mux1")).bgp();
        assertEquals(List.of(AddressFamily.IPV4_UNICAST), mux.families());
        assertEquals(
                Path.of("/nowhere/recordings/mux1"),
                mux.recordings().mrt().orElseThrow().folder());
        assertEquals(4, mux.recordings().mrt().orElseThrow().keep());

        var file = folder.resolve("watched.json");
        LabJson.mapper().writeValue(file.toFile(), lab);
        assertEquals(lab, LabJson.mapper().readValue(file.toFile(), Lab.class));
    }

    @Test
    void aFileOfTheUserIsFoundBesideTheLabFile(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("my.conf"), "router bgp 65000\n");
        var text = "name: own\nnodes: { edge: { kind: frr, config: my.conf } }\n";
        var edge = assertInstanceOf(
                Node.Frr.class, good(LabFile.parse("own.lab.yml", text, folder)).node("edge"));
        assertEquals(folder.resolve("my.conf"), edge.config().orElseThrow());
    }

    @Test
    void anUnknownNameSaysWhichSamplesThereAre() {
        var missing = assertThrows(NoSuchFileException.class, () -> LabFile.load("refrence"));
        assertTrue(missing.toString().contains("hello, reference, frr-edge, bird-edge"), missing.toString());
    }

    /** A broken file, and each problem that must be told, in order. */
    record Wrong(String text, List<String> problems) {
        static Wrong of(String text, String... problems) {
            return new Wrong(text, List.of(problems));
        }

        @Override
        public String toString() {
            return problems.getFirst();
        }
    }

    static List<Wrong> shapes() {
        return List.of(
                Wrong.of("", "1:1: the file is empty: a lab file needs 'name' and 'nodes'"),
                Wrong.of("name: [", "1:8: no YAML: expected the node content, but found '<stream end>'"),
                Wrong.of("name: x\nnodes: {}\nname: y", "3:1: 'name' is there already, in line 1"),
                Wrong.of("nodes: {}", "1:1: a lab file needs 'name': the name of the lab"),
                Wrong.of("- a", "1:1: is a list: must be the keys of a lab file"),
                Wrong.of(
                        "name: x\nnods: {}\nnodes: {}", "2:1: unknown key 'nods' of a lab file: did you mean 'nodes'?"),
                Wrong.of(
                        "name: x\nnodes:\n  edge:\n    kind: router\n    rooter-id: 10.0.0.1",
                        "5:5: unknown key 'rooter-id' of a router: did you mean 'router-id'?"),
                Wrong.of(
                        "name: x\nnodes: { m: { kind: mx } }",
                        "2:21: 'mx' is unknown here: must be one of router, mux, host, controller, client, frr, bird:"
                                + " did you mean 'mux'?"),
                Wrong.of(
                        "name: x\nnodes: { m: {} }",
                        "2:13: a node needs 'kind': one of router, mux, host, controller, client, frr, bird"),
                Wrong.of(
                        "name: x\nnodes: { c: { kind: client, as: 65000 } }",
                        "2:29: unknown key 'as' of a client: known are kind, groups, restart, gateway"),
                Wrong.of("name: X\nnodes: {}", "1:7: 'X': must be a name such as reference (a-z, 0-9, -; at most 32)"),
                Wrong.of(
                        "name: x\nnodes: { averylongnodename: { kind: client } }",
                        "2:10: 'averylongnodename': must be a name such as mux1 (a-z, 0-9, -; at most 15)"),
                Wrong.of(
                        "name: x\nnodes: { e: { kind: router, as: 4294967296, hold-time: 3, router-id: 1.2.3 } }",
                        "2:33: AS number '4294967296': must be 1 to 4294967295",
                        "2:56: duration '3': must be such as 3s, 500ms, 4m or 1h",
                        "2:70: router id '1.2.3': must be four octets such as 10.0.0.1"),
                Wrong.of(
                        "name: x\nnodes: {}\nlinks: [a:eth0 - b:eth0, {mtu: 1500}]",
                        "3:9: 'a:eth0 - b:eth0': must be a link such as 'edge:eth1 -- mux1:eth0'",
                        "3:26: a link needs 'endpoints': the two ends"),
                Wrong.of(
                        "name: x\nnodes: {}\naddressing: { vms: 10.1.1.0/16, management: 2001:db8::/64 }",
                        "3:20: prefix '10.1.1.0/16' has host bits: should it be 10.1.0.0/16?",
                        "3:45: address '2001:db8::/64': must be IPv4, such as 203.0.113.10"),
                Wrong.of(
                        "name: x\nnodes: { c: { kind: controller, slots: 65536, port: http } }",
                        "2:40: slots '65536': must be a prime, such as 65537 or 251",
                        "2:53: port 'http': must be 1 to 65535"),
                Wrong.of("name: x\nnodes: { a: *n }", "2:13: no YAML: found undefined alias n"),
                Wrong.of(
                        "name: x\nnodes: {}\nchecks: [ping it, route nowhere]",
                        "3:10: 'ping it': must be 'ready [NODE]', 'established [NODE|ADDRESS]',"
                                + " 'route PREFIX [--nexthops N]' or 'no-route PREFIX', with '--timeout 10s'",
                        "3:19: prefix 'nowhere': must be such as 203.0.113.10/32"));
    }

    static List<Wrong> meanings() {
        return List.of(
                Wrong.of(
                        "nodes: { edge: { kind: router, hold-time: 2s } }",
                        "2:43: hold time 2000 ms of edge: must be 0s, or whole seconds from 3 to 65535 (RFC 4271 section 4.2)"),
                Wrong.of(
                        "kinds: { router: { hold-time: 1s } }\nnodes: { edge: { kind: router } }",
                        "2:31: hold time 1000 ms of edge: must be 0s, or whole seconds from 3 to 65535 (RFC 4271 section 4.2)"),
                Wrong.of("nodes: { lab: { kind: client } }", "2:10: 'lab' is a name that the lab itself uses"),
                Wrong.of(
                        "nodes: { a: { kind: client, groups: [fast] } }\ngroups: { fastest: {} }",
                        "2:38: no group 'fast': known are fastest"),
                Wrong.of(
                        "nodes: { a: { kind: client }, b: { kind: client } }\nlinks: ['a:eth0 -- c:eth0', 'a:eth0 -- b:lo', 'b:x -- b:y']",
                        "3:9: no node 'c': did you mean 'a'?",
                        "3:29: interface eth0 of a is used twice",
                        "3:29: interface lo of b is there already in every namespace",
                        "3:47: a link of b with itself"),
                Wrong.of(
                        """
                        nodes: { a: { kind: client }, b: { kind: client } }
                        links:
                        - { endpoints: 'a:e -- b:e', addresses: [10.0.0.1/24, 10.0.1.2/24] }
                        - { endpoints: 'a:f -- b:f', addresses: [10.9.0.1/24, 10.9.0.2/24] }
                        - { endpoints: 'a:g -- b:g', addresses: [10.9.0.3/16, 10.9.0.4/16] }
                        """,
                        "4:42: must be two different addresses of one subnet",
                        "6:42: 10.9.0.0/16 overlaps 10.9.0.0/24"),
                Wrong.of(
                        "nodes: { m: { kind: mux } }",
                        "2:10: mux m needs an edge router (router, frr or bird) in the lab",
                        "2:10: mux m needs a controller in the lab, which it has its policy from"),
                Wrong.of(
                        "nodes: { e: { kind: router }, h: { kind: host }, c: { kind: controller } }",
                        "2:31: host h needs a link to the edge router e"),
                Wrong.of(
                        "nodes: { e: { kind: router }, f: { kind: bird }, c: { kind: controller }, d: { kind: controller } }",
                        "2:31: f is a second edge router, beside e: a lab has one",
                        "2:75: d is a second controller, beside c: a lab has one"),
                Wrong.of(
                        "nodes: { e: { kind: router }, m: { kind: mux, as: 65000 }, c: { kind: controller } }\nlinks: ['e:a -- m:a']",
                        "2:51: AS 65000 of m is e's too: sessions of MUXes are external ones"),
                Wrong.of(
                        "nodes: { e: { kind: router, router-id: 1.1.1.1 }, m: { kind: mux, router-id: 1.1.1.1 }, c: { kind: controller } }\nlinks: ['e:a -- m:a']",
                        "2:78: router id 1.1.1.1 of m is e's"),
                Wrong.of(
                        "nodes: { e: { kind: router }, c: { kind: controller }, h: { kind: host, gateway: 10.1.1.1/24,"
                                + " vms: { e: {}, v: { address: 10.1.2.1 }, w: { address: 10.1.1.1 }, eth0: {} } } }\nlinks: ['e:a -- h:eth0']",
                        "2:102: 'e' is there already, in line 2",
                        "2:123: 10.1.2.1 is not in the subnet 10.1.1.0/24 of h",
                        "2:149: 10.1.1.1 is used twice",
                        "2:161: h has an interface eth0 already, which a VM's takes its name from"),
                Wrong.of(
                        "nodes: { e: { kind: router }, c: { kind: controller, management: 172.31.1.1 } }",
                        "2:66: 172.31.1.1 is not in 172.31.0.0/24"),
                Wrong.of("nodes: { f: { kind: frr, config: absent.conf } }", "2:34: cannot read /nowhere/absent.conf"),
                Wrong.of(
                        "nodes: { e: { kind: router }, a: { kind: client }, b: { kind: client } }\n"
                                + "addressing: { client-links: 198.51.100.0/24 }\nlinks: ['e:a -- a:a', 'e:b -- b:a']",
                        "4:23: no address left in client-links 198.51.100.0/24"),
                Wrong.of(
                        """
                        nodes:
                          e: { kind: router, families: ipv4 }
                          m: { kind: mux }
                          h: { kind: host, underlay: ipv6, vms: { v: { address: 2001:db8::1 }, w: { address: [10.1.1.8, 10.1.1.9] } } }
                          c: { kind: controller }
                        links: ['e:a -- m:a', 'e:b -- h:a']
                        vips: { "2001:db8::10": { pools: { p: [v] }, endpoints: { tcp/80: { pool: p } } } }
                        """,
                        "3:32: e needs family ipv6 for VIP 2001:db8::10",
                        "4:3: m has no IPv6 address to announce VIP 2001:db8::10 with: 'mux-links' of the addressing gives it one",
                        "5:30: h has no IPv6 address: 'host-links' of the addressing gives it one",
                        "5:30: m has no IPv6 address to reach h from: 'mux-links' of the addressing gives it one",
                        "5:57: h has no IPv6 subnet for v: 'vms' of the addressing, or its 'gateway', gives it one",
                        "5:97: 10.1.1.9 is the second of its family: address has one of each"),
                Wrong.of(
                        "nodes: { a: { kind: client, gateway: fe80::1 }, b: { kind: client, gateway: 2001:db8::g } }\n"
                                + "addressing: { client-links: [2001:db8::/64, 2001:db8:1::/64], vms: 2001:db8::1/48 }",
                        "2:38: address 'fe80::1': must be such as 203.0.113.10 or 2001:db8::10, and no node beyond its link has it",
                        "2:77: address '2001:db8::g': must be such as 203.0.113.10 or 2001:db8::10",
                        "3:68: prefix '2001:db8::1/48' has host bits: should it be 2001:db8::/48?"),
                Wrong.of(
                        "nodes: { a: { kind: client } }\naddressing: { client-links: [2001:db8::/64, 2001:db8:1::/64] }",
                        "3:45: 2001:db8:1::/64 is the second of its family: client-links has one of each"),
                Wrong.of(
                        "nodes: { a: { kind: client } }\nvips: { 203.0.113.1: { pools: {}, endpoints: {} } }",
                        "1:1: the lab has VIPs but no mux to announce them"));
    }

    static List<Wrong> services() {
        return List.of(
                Wrong.of(
                        "vips: { 10.0.1.0: { pools: { web: [vm1, vm3, vm1] }, endpoints: { tcp/80: { pool: wep } } } }",
                        "VIP 10.0.1.0 is inside 10.0.1.0/31, which is in use",
                        "no VM 'vm3': did you mean 'vm1'?",
                        "vm1 is in pool web twice",
                        "no pool 'wep' in this VIP: did you mean 'web'?"),
                Wrong.of(
                        "vips: { 203.0.113.1: { pools: { web: [vm1] }, endpoints: {"
                                + " tcp/80: { pool: web, backend-port: 81, floating-ip: true, idle-timeout: 10ms } } } }",
                        "must be 80 with floating-ip, which rewrites nothing",
                        "idle-timeout: must be 1000ms or more"),
                Wrong.of(
                        "addressing: { mux-links: 2001:db8::/64 }\n"
                                + "vips: { 2001:db8:f::1: { pools: { web: [vm1] }, endpoints: { tcp/80: { pool: web } } } }",
                        "vm1 has no IPv6 address for VIP 2001:db8:f::1: 'vms' of the addressing, or the 'gateway' of its host, gives it one"),
                Wrong.of(
                        "addressing: { mux-links: 2001:db8::/64, vms: 2001:db8:1::/64 }\n"
                                + "vips: { 2001:db8:1::5: { pools: { web: [vm1] }, endpoints: { tcp/80: { pool: web } } } }",
                        "VIP 2001:db8:1::5 is inside 2001:db8:1::/64, which is in use"),
                Wrong.of("checks: [established mux9]", "no node 'mux9'"),
                Wrong.of(
                        "drills: { d: { steps: [{ kill: edge, stop: edge }, { hold: 1s }, { kill: vm2 }] } }",
                        "a step does one thing: kill, stop, cont, restart, impair, partition, heal, flood",
                        "a step does one thing: kill, stop, cont, restart, impair, partition, heal, flood",
                        "no node 'vm2'"),
                Wrong.of(
                        "drills: { d: { steps: [{ partition: edge--vm1 }, { impair: 'edge--m los 5%' }, { heal: 'edge:eth9' }] } }",
                        "no line 'edge--vm1': expected NODE:PORT or NODE--NODE",
                        "'los': expected off",
                        "no line 'edge:eth9': expected NODE:PORT or NODE--NODE"));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aWrongShapeIsToldWithItsPlaceAndTheNearestKey(Wrong wrong) {
        assertEquals(wrong.problems(), bad(wrong.text()));
    }

    @ParameterizedTest
    @MethodSource("meanings")
    void whatCannotWorkIsToldBeforeAnythingStarts(Wrong wrong) {
        assertEquals(wrong.problems(), bad("name: x\n" + wrong.text()));
    }

    @ParameterizedTest
    @MethodSource("services")
    void whatIsServedMustExist(Wrong wrong) {
        var told = bad("""
                name: x
                nodes: { edge: { kind: router }, m: { kind: mux }, host: { kind: host, vms: { vm1: {} } }, ctl: { kind: controller } }
                links: ['edge:a -- m:a', 'edge:b -- host:a']
                """ + wrong.text());
        assertEquals(wrong.problems().size(), told.size(), told.toString());
        for (int i = 0; i < told.size(); i++) {
            assertTrue(told.get(i).contains(wrong.problems().get(i)), told.get(i));
        }
    }

    @Test
    void anAliasThatContainsItselfEnds() {
        var told = bad("name: x\nnodes: {}\nchecks: &a [*a]");
        assertTrue(told.getFirst().contains("nested deeper than 12 levels"), told.toString());
    }

    @Test
    void aliasesOfAliasesAreCounted() {
        var text = new StringBuilder("name: x\nnodes: {}\nchecks:\n- &a0 [x]\n");
        for (int i = 1; i < 9; i++) {
            text.append("- &a%d [%s]\n".formatted(i, "*a%d, ".formatted(i - 1).repeat(5)));
        }
        var told = bad(text.toString());
        assertTrue(told.toString().contains("more than 100000 values"), told.toString());
    }

    @Test
    void aHugeFileIsNotRead() {
        assertEquals(List.of("1:1: the file has 1048577 characters: at most 1048576"), bad("#".repeat((1 << 20) + 1)));
    }

    private static Lab good(String text) {
        return good(LabFile.parse("good.lab.yml", text, Path.of("/nowhere")));
    }

    private static Lab good(LabFile.Loaded loaded) {
        return switch (loaded) {
            case LabFile.Good(Lab lab) -> lab;
            case LabFile.Bad(List<Problem> problems) -> throw new AssertionError(problems.toString());
        };
    }

    private static List<String> bad(String text) {
        return switch (LabFile.parse("f", text, Path.of("/nowhere"))) {
            case LabFile.Good(Lab lab) -> throw new AssertionError("loaded: " + lab);
            case LabFile.Bad(List<Problem> problems) ->
                problems.stream()
                        .map(problem -> problem.toString().substring("f:".length()))
                        .toList();
        };
    }
}

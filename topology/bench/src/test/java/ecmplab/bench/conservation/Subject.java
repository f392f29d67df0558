package ecmplab.bench.conservation;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.hostagent.forward.HostAgent;
import ecmplab.hostagent.forward.HostConfig;
import ecmplab.hostagent.forward.VmPort;
import ecmplab.mux.flow.FlowLimits;
import ecmplab.mux.forward.Mux;
import ecmplab.mux.forward.MuxSettings;
import ecmplab.mux.forward.Surroundings;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.FrameLedger;
import ecmplab.port.PacketProcessor;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.StaticRoute;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.forward.ForwardingSettings;
import ecmplab.router.forward.RouterInterface;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** A node with the addresses that its fixtures are written for. */
interface Subject {
    PacketProcessor processor();

    FrameLedger ledger();

    /** Its routes or policy become others. */
    void change(Random random);

    /** Folder of its fixtures' frames, from this module's. */
    String fixtures();

    private static Inet4Address ipv4(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }

    private static Inet6Address ipv6(String text) {
        return (Inet6Address) InetAddress.ofLiteral(text);
    }

    /** The node by its name in tests. */
    static Subject of(String node, Wires wires) {
        return switch (node) {
            case "router" -> new Router(wires);
            case "mux" -> new MuxNode(wires);
            case "host" -> new Host(wires);
            default -> throw new IllegalArgumentException(node);
        };
    }

    /** An edge router with a client side and two MUXes. */
    final class Router implements Subject {
        private static final int LINKS = 3;

        private final EdgeRouter router;

        Router(Wires wires) {
            var interfaces = new ArrayList<RouterInterface>();
            for (int i = 0; i < LINKS; i++) {
                var port = wires.add("eth" + i, new MacAddress(0x0200_0000_0000L + i), i == 0 ? 2000 : 1500);
                var subnet = new RouterInterface.Ipv6Subnet(
                        ipv6(i == 0 ? "2001:db8::1" : "2001:db8:" + i + "::"), i == 0 ? 64 : 127);
                interfaces.add(new RouterInterface(
                        port, ipv4(i == 0 ? "10.0.0.1" : "10.0." + i + ".0"), i == 0 ? 24 : 31, Optional.of(subnet)));
            }
            var hole = new StaticRoute(Prefix.parse("192.0.2.0/24"), List.of());
            var config = new RouterConfig(
                    interfaces,
                    List.of(hole),
                    EcmpPolicy.of(EcmpMode.RESILIENT, EcmpPolicy.DEFAULT_BUCKETS),
                    ForwardingSettings.of(42),
                    RouterConfig.Limits.STANDARD);
            router = new EdgeRouter(config, event -> {}, wires::now, wires::wall);
        }

        @Override
        public PacketProcessor processor() {
            return router.processor();
        }

        @Override
        public FrameLedger ledger() {
            return router.forwarder().ledger();
        }

        @Override
        public void change(Random random) {
            var changes = new ArrayList<RouteListener.Change>();
            for (var prefix : List.of("203.0.113.10/32", "203.0.113.11/32", "2001:db8:ff::10/128")) {
                boolean byIpv6 = prefix.contains(":") || random.nextBoolean();
                var nextHops = IntStream.range(1, LINKS)
                        .filter(mux -> random.nextInt(3) > 0)
                        .mapToObj(
                                mux -> InetAddress.ofLiteral(byIpv6 ? "2001:db8:" + mux + "::1" : "10.0." + mux + ".1"))
                        .map(address -> new RouteListener.NextHop(address, address, 1))
                        .toList();
                changes.add(new RouteListener.Change(Prefix.parse(prefix), nextHops));
            }
            router.changed(changes);
        }

        @Override
        public String fixtures() {
            return "../../router/edge/src/test/resources/fixtures";
        }
    }

    /** Endpoints of both families, with generations that come and go. */
    final class MuxNode implements Subject {
        private final Wires wires;
        private final Mux mux;
        private int generation = 6;

        MuxNode(Wires wires) {
            this.wires = wires;
            var port = wires.add("eth0", MacAddress.parse("02:00:00:00:00:11"), 1550);
            var settings = new MuxSettings(
                    0xA1,
                    ipv4("10.0.0.17"),
                    ipv6("2001:db8:0:1::11"),
                    ipv4("10.0.0.1"),
                    Set.of(),
                    new FlowLimits(64, 16, Duration.ofSeconds(1), 100),
                    42);
            var origin = new RouteOrigin() {
                @Override
                public void announce(Prefix prefix, int... communities) {}

                @Override
                public void withdraw(Prefix prefix) {}
            };
            var surroundings = new Surroundings(
                    origin, (delay, action) -> {}, wires::now, wires::wall, Runnable::run, event -> {});
            mux = new Mux(settings, port, surroundings, Arena.ofAuto());
        }

        @Override
        public PacketProcessor processor() {
            return mux;
        }

        @Override
        public FrameLedger ledger() {
            return mux.ledger();
        }

        @Override
        public void change(Random random) {
            generation++;
            var host = "10.0.2." + (21 + random.nextInt(2));
            var active =
                    version(generation, member(1 + random.nextInt(2), random.nextBoolean() ? host : "2001:db8:2::21"));
            mux.apply(policy(
                    generation,
                    active,
                    List.of("203.0.113.10", "203.0.113.11", "2001:db8:ff::10", "2001:db8:ff::11"),
                    random));
            mux.tick(wires.now());
        }

        @Override
        public String fixtures() {
            return "../../mux/src/test/resources/fixtures";
        }
    }

    /** Two VMs, and an endpoint whose members are here or elsewhere. */
    final class Host implements Subject {
        private final HostAgent agent;
        private int generation = 6;

        Host(Wires wires) {
            var underlay = wires.add("eth0", MacAddress.parse("02:00:00:aa:00:01"), 1550);
            var vms = IntStream.of(1, 2)
                    .mapToObj(i -> new VmPort(
                            "vm" + i,
                            wires.add("vm" + i, MacAddress.parse("0a:00:00:00:00:1" + i), 1550),
                            ipv4("10.1.1.1" + i),
                            MacAddress.parse("06:00:00:00:00:1" + i),
                            new Vni(5001),
                            ipv4("10.1.1.1")))
                    .toList();
            var config = HostConfig.of(ipv4("10.0.0.1"), 24, ipv4("10.0.0.254"));
            agent = new HostAgent(config, underlay, vms, event -> {}, wires::wall, wires::now, 1);
        }

        @Override
        public PacketProcessor processor() {
            return agent;
        }

        @Override
        public FrameLedger ledger() {
            return agent.ledger();
        }

        @Override
        public void change(Random random) {
            generation++;
            int vm = random.nextInt(3);
            var member = vm == 0 ? backend(21, "10.0.0.2") : backend(10 + vm, "10.0.0.1");
            agent.apply(policy(generation, version(generation, member), List.of("203.0.113.10"), random));
        }

        private static Member backend(int number, String host) {
            return new Member(
                    "vm" + number,
                    ipv4("10.1.1." + number),
                    8080,
                    InetAddress.ofLiteral(host),
                    MacAddress.parse("06:00:00:00:00:" + number),
                    new Vni(5001),
                    1);
        }

        @Override
        public String fixtures() {
            return "../../hostagent/src/test/resources/fixtures";
        }
    }

    private static Member member(int number, String host) {
        return new Member(
                "vm" + number,
                ipv4("10.1.0." + number),
                8080,
                InetAddress.ofLiteral(host),
                new MacAddress(0x0200_0001_0000L + number),
                new Vni(5001),
                1);
    }

    private static TableVersion version(int generation, Member member) {
        return new TableVersion(generation, 251, 7, List.of(member), TableVersion.State.ACTIVE);
    }

    private static SlbPolicy policy(int cfg, TableVersion active, List<String> vips, Random random) {
        var endpoints = new ArrayList<EndpointPolicy>();
        for (var vip : vips) {
            for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
                int port = vip.endsWith("11") ? 0 : protocol == IpProtocol.TCP || vips.size() == 1 ? 80 : 53;
                endpoints.add(new EndpointPolicy(
                        new EndpointId(InetAddress.ofLiteral(vip), protocol, port),
                        Affinity.FIVE_TUPLE,
                        random.nextInt(8) == 0,
                        Duration.ofMillis(200),
                        List.of(active)));
            }
        }
        return new SlbPolicy(1, cfg, endpoints);
    }
}

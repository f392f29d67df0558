package ecmplab.router;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.FlowKey;
import ecmplab.port.ForwardingThread;
import ecmplab.port.FramePool;
import ecmplab.port.KernelPort;
import ecmplab.port.Namespaces;
import ecmplab.router.forward.RouterInterface;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The router between real kernels: a client, and two servers that both have the VIP. */
@Needs({Need.ROOT, Need.IPROUTE, Need.PING, Need.TRACEROUTE})
class KernelPathTest {
    private static final String LAB = "eledge" + ProcessHandle.current().pid();
    private static final String IPV6_VIP = "2001:db8:ffff::10/128";
    private static final List<String> ENDS = List.of("client", "one", "two");

    private final Arena arena = Arena.ofShared();
    private final FramePool pool = new FramePool(1024, 2048, arena);
    private final List<KernelPort> ports = new ArrayList<>();
    private final List<RouterEvent> events = Collections.synchronizedList(new ArrayList<>());
    private EdgeRouter router;
    private ForwardingThread thread;

    @SuppressWarnings("NullAway.Init") // runs before every test
    @BeforeEach
    void cable() throws Exception {
        ip("netns add " + LAB + "r");
        ip("-n " + LAB + "r link set lo up");
        ip("-n " + LAB + "r -6 route add blackhole default"); // or the kernel tells of what it sees forwarded: no route
        for (int i = 0; i < ENDS.size(); i++) {
            var end = LAB + ENDS.get(i);
            ip("netns add " + end);
            ip("-n " + LAB + "r link add eth" + i + " type veth peer name eth0 netns " + end);
            ip("-n " + LAB + "r addr add 10.0." + i + ".1/24 dev eth" + i);
            ip("-n " + LAB + "r link set eth" + i + " up");
            ip("-n " + end + " addr add 10.0." + i + ".2/24 dev eth0");
            ip("-n " + end + " link set lo up");
            ip("-n " + end + " link set eth0 up");
            ip("-n " + LAB + "r addr add 2001:db8:" + i + "::1/64 dev eth" + i + " nodad");
            ip("-n " + end + " addr add 2001:db8:" + i + "::2/64 dev eth0 nodad");
            ip("-n " + end + " route add default via 10.0." + i + ".1");
            ip("-n " + end + " -6 route add default via 2001:db8:" + i + "::1");
            if (i > 0) {
                ip("-n " + end + " addr add 2001:db8:ffff::10/128 dev lo");
                ip("-n " + end + " addr add 203.0.113.10/32 dev lo");
            }
        }
        Namespaces.within(Path.of("/run/netns", LAB + "r"), () -> {
            for (int i = 0; i < ENDS.size(); i++) {
                ports.add(KernelPort.open("eth" + i, pool));
            }
            return null;
        });
        var interfaces = new ArrayList<RouterInterface>();
        for (int i = 0; i < ports.size(); i++) {
            var ipv6 = (Inet6Address) InetAddress.ofLiteral("2001:db8:" + i + "::1");
            var subnet = Optional.of(new RouterInterface.Ipv6Subnet(ipv6, 64));
            interfaces.add(new RouterInterface(ports.get(i), RouterRig.address("10.0." + i + ".1"), 24, subnet));
        }
        router =
                new EdgeRouter(RouterConfig.of(interfaces, List.of(), 42), events::add, System::nanoTime, Instant::now);
        thread = new ForwardingThread("router", ports, router.processor(), System::nanoTime).start();
    }

    @AfterEach
    void unplug() throws Exception {
        try {
            if (thread != null) { // the cabling may have failed before
                thread.close();
            }
            ports.forEach(KernelPort::close);
            arena.close();
        } finally {
            for (var end : ENDS) {
                run(List.of("ip", "netns", "delete", LAB + end), false);
            }
            run(List.of("ip", "netns", "delete", LAB + "r"), false);
        }
    }

    @Test
    void pingAndTracerouteBehaveAndTheRoutersOwnAddressIsItsKernels() throws Exception {
        announce(1, 2);
        var toVip = in("client", "ping -n -c 3 -i 0.2 -W 5 203.0.113.10");
        assertTrue(toVip.contains("3 received") && toVip.contains("ttl=63"), toVip);
        var toRouter = in("client", "ping -n -c 2 -i 0.2 -W 5 10.0.0.1");
        assertTrue(toRouter.contains("2 received") && toRouter.contains("ttl=64"), toRouter);

        var hops = in("client", "traceroute -n -w 5 -q 1 -m 4 203.0.113.10")
                .lines()
                .skip(1)
                .map(line -> line.trim().split("\\s+")[1])
                .toList();
        assertEquals(List.of("10.0.0.1", "203.0.113.10"), hops);
        assertTrue(router.counters().packets().getOrDefault("to-kernel", 0L) >= 2);
        assertBalanced();
    }

    @Test
    void whatCannotGoOnIsReportedToTheKernelThatAskedForIt() throws Exception {
        announce(1);
        var noRoute = in("client", "ping -n -c 1 -W 5 192.0.2.1");
        assertTrue(noRoute.contains("Destination Net Unreachable"), noRoute);
        ip("-n " + LAB + "r link set eth1 mtu 1500");
        ip("-n " + LAB + "client link set eth0 mtu 1600");
        ip("-n " + LAB + "r link set eth0 mtu 1600");
        var tooBig = in("client", "ping -n -c 1 -W 5 -M do -s 1550 203.0.113.10");
        assertTrue(tooBig.contains("mtu = 1500") || tooBig.contains("mtu=1500"), tooBig);
        var silent = in("client", "ping -n -c 1 -W 8 10.0.1.77");
        assertTrue(silent.contains("Destination Host Unreachable"), silent);
        assertBalanced();
    }

    @Test
    void pingAndTracerouteOverIpv6Behave() throws Exception {
        announceIpv6(IPV6_VIP, 1, 2);
        var toVip = in("client", "ping -6 -n -c 3 -i 0.2 -W 5 2001:db8:ffff::10");
        assertTrue(toVip.contains("3 received") && toVip.contains("ttl=63"), toVip);
        var toRouter = in("client", "ping -6 -n -c 2 -i 0.2 -W 5 2001:db8:0::1");
        assertTrue(toRouter.contains("2 received") && toRouter.contains("ttl=64"), toRouter);
        var hops = in("client", "traceroute -6 -n -w 5 -q 1 -m 4 2001:db8:ffff::10")
                .lines()
                .skip(1)
                .map(line -> line.trim().split("\\s+")[1])
                .toList();
        assertEquals(List.of("2001:db8::1", "2001:db8:ffff::10"), hops);
        var noRoute = in("client", "ping -6 -n -c 1 -W 5 2001:db8:eeee::1");
        assertTrue(noRoute.contains("No route"), noRoute);
        var silent = in("client", "ping -6 -n -c 1 -W 8 2001:db8:1::77");
        assertTrue(silent.contains("Address unreachable"), silent);
        assertBalanced();
    }

    @Test
    void theKernelsLearnThePathMtuOfBothFamilies() throws Exception {
        announce(1);
        announceIpv6(IPV6_VIP, 1);
        ip("-n " + LAB + "client link set eth0 mtu 1600");
        ip("-n " + LAB + "r link set eth0 mtu 1600");
        in("client", "ping -n -c 1 -W 2 -M do -s 1550 203.0.113.10");
        in("client", "ping -6 -n -c 1 -W 2 -M do -s 1550 2001:db8:ffff::10");
        var ipv4 = in("client", "ip route get 203.0.113.10");
        assertTrue(ipv4.contains("mtu 1500"), ipv4);
        var ipv6 = in("client", "ip -6 route get 2001:db8:ffff::10");
        assertTrue(ipv6.contains("mtu 1500"), ipv6);
        var fragmented = in("client", "ping -6 -n -c 1 -W 5 -s 1550 2001:db8:ffff::10");
        assertTrue(fragmented.contains("1 received"), fragmented);
        assertBalanced();
    }

    /** RFC 8950: the server has no address of the link's IPv4 subnet, nor the router's ARP any part in it. */
    @Test
    void ipv4ReachesAServerByAnIpv6NextHop() throws Exception {
        ip("-n " + LAB + "one addr add 203.0.113.10/32 dev eth0"); // without any, the kernel lets its IPv4 routes go
        ip("-n " + LAB + "one addr del 10.0.1.2/24 dev eth0");
        ip("-n " + LAB + "one route replace default via inet6 2001:db8:1::1 dev eth0");
        announceIpv6(RouterRig.VIP, 1);
        var toVip = in("client", "ping -n -c 2 -i 0.2 -W 5 203.0.113.10");
        assertTrue(toVip.contains("2 received"), toVip);
        assertBalanced();
    }

    @Test
    void afterADeathTheSurvivorAnswers() throws Exception {
        announce(1, 2);
        in("client", "ping -n -c 1 -W 5 203.0.113.10");
        var before = used();
        announce(before.equals("eth1") ? 2 : 1);
        var answer = in("client", "ping -n -c 1 -W 5 203.0.113.10");
        assertTrue(answer.contains("1 received"), answer);
        assertNotEquals(before, used());
        assertTrue(events.stream().anyMatch(RouterEvent.FirstPacket.class::isInstance));
        assertBalanced();
    }

    /** The interface by which pings to the VIP leave. */
    private String used() throws Exception {
        var ping = FlowKey.of(0x0A00_0002, 0xCB00_710A, 1, 0, 0);
        var explained = thread.ask(() -> router.explain(ping, Optional.empty())).get(10, TimeUnit.SECONDS);
        return ((Explanation.Forwarded) explained).interfaceName();
    }

    private void announce(int... servers) {
        var nextHops = new ArrayList<RouteListener.NextHop>();
        for (int server : servers) {
            var address = RouterRig.address("10.0." + server + ".2");
            nextHops.add(new RouteListener.NextHop(address, address, 1));
        }
        router.changed(List.of(new RouteListener.Change(Prefix.parse(RouterRig.VIP), nextHops)));
    }

    private void announceIpv6(String prefix, int... servers) {
        var nextHops = new ArrayList<RouteListener.NextHop>();
        for (int server : servers) {
            var address = InetAddress.ofLiteral("2001:db8:" + server + "::2");
            nextHops.add(new RouteListener.NextHop(address, address, 1));
        }
        router.changed(List.of(new RouteListener.Change(Prefix.parse(prefix), nextHops)));
    }

    private void assertBalanced() throws Exception {
        var ledger = thread.ask(() -> router.forwarder().ledger()).get(10, TimeUnit.SECONDS);
        assertTrue(ledger.balances(), ledger.toString());
    }

    private static void ip(String arguments) throws Exception {
        run(List.of(("ip " + arguments).split(" ")), true);
    }

    private static String in(String end, String command) throws Exception {
        return run(List.of(("ip netns exec " + LAB + end + " " + command).split(" ")), false);
    }

    private static String run(List<String> command, boolean mustSucceed) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || (mustSucceed && process.exitValue() != 0)) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}

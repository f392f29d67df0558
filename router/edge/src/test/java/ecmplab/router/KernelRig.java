package ecmplab.router;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.MacAddress;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.port.Namespaces;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.forward.RouterInterface;
import ecmplab.router.kernel.KernelRoutes;
import ecmplab.router.kernel.KernelSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A router whose kernel forwards, in namespaces of a test's own: a client on eth0, servers that all have the VIP on eth1 and on. */
final class KernelRig implements AutoCloseable {
    static final String VIP = "203.0.113.10/32";
    static final String IPV6_VIP = "2001:db8:ffff::10/128";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** What the back end told. */
    final List<Divergence> diverged = new CopyOnWriteArrayList<>();

    final List<Divergence> converged = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    EdgeRouter router;
    KernelRoutes kernel;

    private final String lab = "elkern" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet() + "-";
    private final int ends;
    private final Arena arena = Arena.ofShared();
    private final FramePool pool = new FramePool(64, 2048, arena);

    @SuppressWarnings("NullAway.Init") // start() makes router and kernel
    KernelRig(int ends, KernelSettings settings) throws Exception {
        this.ends = ends;
        ip("netns add " + lab + "r");
        in(
                "r",
                "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.fib_multipath_hash_policy=1"
                        + " net.ipv6.fib_multipath_hash_policy=1");
        router("link set lo up");
        for (int i = 0; i < ends; i++) {
            ip("netns add " + lab + i);
            router("link add eth" + i + " type veth peer name eth0 netns " + lab + i);
            router("addr add 10.0." + i + ".1/24 dev eth" + i);
            router("addr add 2001:db8:" + i + "::1/64 dev eth" + i + " nodad");
            router("link set eth" + i + " up");
            for (var command : List.of(
                    "addr add 10.0." + i + ".2/24 dev eth0",
                    "addr add 2001:db8:" + i + "::2/64 dev eth0 nodad",
                    "link set lo up",
                    "link set eth0 up",
                    "route add default via 10.0." + i + ".1",
                    "-6 route add default via 2001:db8:" + i + "::1")) {
                ip("-n " + lab + i + " " + command);
            }
            if (i > 0) {
                ip("-n " + lab + i + " addr add " + VIP + " dev lo");
                ip("-n " + lab + i + " addr add " + IPV6_VIP + " dev lo");
            }
        }
        start(settings);
    }

    /** Another router process in place of the one before, if any. */
    void start(KernelSettings settings) throws Exception {
        var interfaces =
                IntStream.range(0, ends).mapToObj(this::routerInterface).toList();
        router =
                new EdgeRouter(RouterConfig.of(interfaces, List.of(), 42), event -> {}, System::nanoTime, Instant::now);
        var names = interfaces.stream().map(RouterInterface::name).toList();
        kernel = Namespaces.within(
                Path.of("/run/netns", lab + "r"),
                () -> KernelRoutes.start(settings, names, new Told(), InstantSource.system()));
        router.mirror(kernel);
    }

    private RouterInterface routerInterface(int i) {
        var end = new MemoryLink.End("eth" + i, new MacAddress(0x0200_0000_0000L + i), pool);
        var ipv6 = (Inet6Address) InetAddress.ofLiteral("2001:db8:" + i + "::1");
        return new RouterInterface(
                new MemoryLink(end, end, 1500, 16).left(),
                RouterRig.address("10.0." + i + ".1"),
                24,
                Optional.of(new RouterInterface.Ipv6Subnet(ipv6, 64)));
    }

    void announce(String prefix, int... servers) {
        announce(List.of(prefix), 1, servers);
    }

    /** @param weight of the last server; the others' is 1 */
    void announce(List<String> prefixes, int weight, int... servers) {
        var changes = new ArrayList<RouteListener.Change>();
        for (var prefix : prefixes) {
            var nextHops = new ArrayList<RouteListener.NextHop>();
            for (int server : servers) {
                var address = prefix.contains(":")
                        ? InetAddress.ofLiteral("2001:db8:" + server + "::2")
                        : RouterRig.address("10.0." + server + ".2");
                int last = servers[servers.length - 1];
                nextHops.add(new RouteListener.NextHop(address, address, server == last ? weight : 1));
            }
            changes.add(new RouteListener.Change(Prefix.parse(prefix), nextHops));
        }
        router.changed(changes);
    }

    Optional<Divergence> divergence(String prefix) {
        return kernel.divergences().of(Prefix.parse(prefix));
    }

    /** {@code ip} in the router's namespace. */
    String router(String arguments) throws Exception {
        return ip("-n " + lab + "r " + arguments);
    }

    /** What the kernel has of our protocol number. */
    String ours(String family) throws Exception {
        return router(family + " route show proto 236");
    }

    static String ip(String arguments) throws Exception {
        return run(List.of(("ip " + arguments).split(" ")), true);
    }

    String in(String end, String command) throws Exception {
        return run(List.of(("ip netns exec " + lab + end + " " + command).split(" ")), false);
    }

    static String run(List<String> command, boolean mustSucceed) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || (mustSucceed && process.exitValue() != 0)) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws Exception {
        try {
            if (kernel != null) {
                kernel.close();
            }
            arena.close();
        } finally {
            for (int i = 0; i < ends; i++) {
                delete(lab + i);
            }
            delete(lab + "r");
        }
    }

    private static void delete(String namespace) throws Exception {
        if (Files.exists(Path.of("/run/netns", namespace))) {
            ip("netns delete " + namespace);
        }
    }

    private final class Told implements KernelRoutes.Listener {
        @Override
        public void diverged(Divergence divergence) {
            diverged.add(divergence);
        }

        @Override
        public void converged(Divergence divergence) {
            converged.add(divergence);
        }

        @Override
        public void carrier(String interfaceName, boolean up) {
            told.add(interfaceName + (up ? " up" : " down"));
            router.carrier(interfaceName, up);
        }

        @Override
        public void trouble(String what) {
            told.add("trouble: " + what);
        }

        @Override
        public void swept(int routes) {
            told.add("swept " + routes);
        }
    }
}

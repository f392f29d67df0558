package ecmplab.lab.file;

import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.file.Node.Bgp;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.port.PortChoice;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns the settings of nodes into their records; links are known by then, as a speaker's default router id is an address. */
final class NodeReader {
    private static final Duration SHORTEST_HOLD_TIME = Duration.ofSeconds(3);

    private final Path folder;
    private List<Link> links = List.of();
    private final Problems problems;
    private final Prefix management;
    private final HostReader hosts;
    private final List<Prefix> taken;
    private final Set<InetAddress> managementTaken = new HashSet<>();
    private final Map<String, Place> names = new HashMap<>();
    private final Map<RouterId, String> routerIds = new HashMap<>();
    private int muxes;

    NodeReader(Path folder, Settings addressing, List<Prefix> taken, Problems problems) {
        this.folder = folder;
        this.problems = problems;
        this.taken = taken;
        management = addressing.get("management", AddressScalars.IPV4_PREFIX, Prefix.parse("172.31.0.0/24"));
        claim(management, addressing.placeOf("management"));
        hosts = new HostReader(addressing, taken, names, problems);
    }

    /** Claims what is written down, before links and VMs get what is free. */
    void claimGateways(Map<String, Settings> all) {
        all.values().stream()
                .filter(node -> node.has("gateway") && kind(node).equals("host"))
                .forEach(hosts::claimGateways);
    }

    List<Node> read(Map<String, Settings> all, List<Link> between) {
        links = between;
        all.values().forEach(node -> names.put(node.name(), node.place()));
        all.values().stream().filter(node -> node.has("management")).forEach(this::claimManagement);
        return all.values().stream().map(this::node).toList();
    }

    private Node node(Settings node) {
        var restart = node.word("restart", Node.Restart.NEVER);
        return switch (kind(node)) {
            case "router" -> router(node, restart);
            case "mux" ->
                new Node.Mux(
                        node.name(),
                        restart,
                        bgp(node, 65_010),
                        management(node),
                        muxNumber(node),
                        node.get("flows", LabShapes.FLOWS, 65_536),
                        node.get("drain-time", Scalar.DURATION, Duration.ofSeconds(2)),
                        node.word("ports", PortChoice.AUTO));
            case "host" -> hosts.host(node, restart, management(node), links);
            case "controller" ->
                new Node.Controller(
                        node.name(),
                        restart,
                        management(node),
                        node.word("ovsdb", Node.Store.EMBEDDED),
                        node.get("port", Scalar.PORT, 6640),
                        node.get("slots", Scalar.SLOTS, 65_537));
            case "client" -> client(node, restart);
            case "frr" -> new Node.Frr(node.name(), restart, bgp(node, 65_000), config(node));
            case "bird" -> new Node.Bird(node.name(), restart, bgp(node, 65_000), config(node));
            default -> throw new IllegalStateException("a kind that the table of shapes does not have: " + kind(node));
        };
    }

    private Node.Router router(Settings node, Node.Restart restart) {
        var router = new Node.Router(
                node.name(),
                restart,
                bgp(node, 65_000),
                node.word("ecmp", Node.EcmpMode.RESILIENT),
                node.get("buckets", LabShapes.BUCKETS, 512),
                node.word("hash", Node.Hash.FIVE_TUPLE),
                node.word("ports", PortChoice.AUTO),
                node.word("forwarding", Node.Forwarding.OWN),
                node.word("divergence", Node.Divergence.REPAIR));
        if (router.usesKernel() && router.ecmp() == Node.EcmpMode.MODULO) {
            problems.at(node.placeOf("ecmp"), "the kernel has no 'modulo': resilient or hash-threshold");
        }
        return router;
    }

    static String kind(Settings node) {
        return node.get("kind", Scalar.SENTENCE, "");
    }

    private Bgp bgp(Settings node, long as) {
        var holdTime = node.get("hold-time", Scalar.DURATION, SHORTEST_HOLD_TIME);
        if ((!holdTime.isZero() && (holdTime.compareTo(SHORTEST_HOLD_TIME) < 0 || holdTime.toSeconds() > 0xFFFF))
                || holdTime.toMillisPart() != 0) {
            problems.at(
                    node.placeOf("hold-time"),
                    "hold time " + holdTime.toMillis() + " ms of " + node.name()
                            + ": must be 0s, or whole seconds from 3 to 65535 (RFC 4271 section 4.2)");
        }
        var retry = node.get("connect-retry", Scalar.DURATION, Duration.ofSeconds(1));
        if (retry.toMillis() < 100) {
            problems.at(node.placeOf("connect-retry"), "connect-retry of " + node.name() + ": must be 100ms or more");
        }
        var id = node.get("router-id", Scalar.ROUTER_ID)
                .or(() -> firstLink(node.name()).map(link -> RouterId.parse(text(link.a()))))
                .orElseGet(() -> new RouterId(names.size() + routerIds.size()));
        var other = routerIds.putIfAbsent(id, node.name());
        if (other != null || id.bits() == 0) {
            problems.at(
                    node.placeOf("router-id"),
                    "router id " + id + " of " + node.name()
                            + (other == null ? ": must not be 0" : " is " + other + "'s"));
        }
        return new Bgp(
                node.get("as", Scalar.AS, Asn.of(as)),
                id,
                holdTime,
                retry,
                node.get("bfd", Scalar.BFD),
                families(node),
                new Node.Recordings(RecordingReader.collectors(node), recording(node)));
    }

    /** A speaker with IPv6 on a link offers both families unless it is told otherwise. */
    private List<AddressFamily> families(Settings node) {
        var written = PolicyReader.families(node, "families");
        boolean ipv6 = links.stream()
                .flatMap(link -> Stream.of(link.a(), link.b()))
                .anyMatch(end -> end.node().equals(node.name()) && end.ipv6().isPresent());
        return !written.isEmpty()
                ? written
                : ipv6 ? List.of(AddressFamily.values()) : List.of(AddressFamily.IPV4_UNICAST);
    }

    /** Nodes may inherit one folder: each has one of its own name in it, beside the lab file unless the path is absolute. */
    private Optional<MrtFiles> recording(Settings node) {
        return RecordingReader.recording(node, problems)
                .map(files -> files.withFolder(folder.resolve(files.folder())
                        .resolve(node.name())
                        .toAbsolutePath()
                        .normalize()));
    }

    private static String text(Link.End end) {
        return end.address().address().getHostAddress();
    }

    private int muxNumber(Settings node) {
        if (++muxes > 255) {
            problems.at(
                    node.place(),
                    "MUX number " + muxes + ": a lab has at most 255, their number being an octet of a frame");
        }
        return Math.min(muxes, 255);
    }

    private Node.Client client(Settings node, Node.Restart restart) {
        var written = ByFamily.of(
                node,
                "gateway",
                AddressScalars.ADDRESS,
                address -> Prefix.host(address).family(),
                problems);
        var far = firstLink(node.name()).map(Link::b);
        return new Node.Client(
                node.name(),
                restart,
                written.ipv4().or(() -> far.map(end -> end.address().address())),
                written.ipv6().or(() -> far.flatMap(Link.End::ipv6).map(InterfaceAddress::address)));
    }

    private Optional<Link> firstLink(String node) {
        return links.stream()
                .filter(link -> link.a().node().equals(node) || link.b().node().equals(node))
                .findFirst()
                .map(link -> link.a().node().equals(node) ? link : link.turned());
    }

    private Optional<Path> config(Settings node) {
        var file = node.get("config", Scalar.FILE)
                .map(name -> folder.resolve(name).toAbsolutePath().normalize());
        file.filter(path -> !Files.isReadable(path))
                .ifPresent(path -> problems.at(node.placeOf("config"), "cannot read " + path));
        return file;
    }

    private void claimManagement(Settings node) {
        var address = node.get("management", AddressScalars.IPV4_ADDRESS).orElseThrow();
        if (!management.contains(Prefix.host(address))) {
            problems.at(node.placeOf("management"), address.getHostAddress() + " is not in " + management);
        } else if (!managementTaken.add(address)) {
            problems.at(node.placeOf("management"), address.getHostAddress() + " is used twice");
        }
    }

    private InterfaceAddress management(Settings node) {
        var address = node.get("management", AddressScalars.IPV4_ADDRESS).orElseGet(() -> {
            for (int host = 1; host < (1 << (32 - management.length())) - 1; host++) {
                var free = AddressPool.address(management, host);
                if (managementTaken.add(free)) {
                    return free;
                }
            }
            problems.at(node.place(), "no address left in management " + management);
            return management.address();
        });
        return new InterfaceAddress(address, management.length());
    }

    private void claim(Prefix subnet, Place place) {
        taken.stream()
                .filter(other -> AddressPool.overlap(other, subnet))
                .findFirst()
                .ifPresentOrElse(other -> problems.at(place, subnet + " overlaps " + other), () -> taken.add(subnet));
    }
}

package ecmplab.lab.file;

import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.file.Node.Bgp;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.PortChoice;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns the settings of nodes into their records; links are known by then, as a speaker's default router id is an address. */
final class NodeReader {
    private static final Duration SHORTEST_HOLD_TIME = Duration.ofSeconds(3);

    private final Path folder;
    private List<Link> links = List.of();
    private final Problems problems;
    private final Prefix management;
    private final AddressPool vmSubnets;
    private final List<Prefix> taken;
    private final Set<InetAddress> managementTaken = new HashSet<>();
    private final Map<String, Place> names = new HashMap<>();
    private final Map<RouterId, String> routerIds = new HashMap<>();
    private final Map<MacAddress, String> macs = new HashMap<>();
    private int muxes;
    private int vms;

    NodeReader(Path folder, Settings addressing, List<Prefix> taken, Problems problems) {
        this.folder = folder;
        this.problems = problems;
        this.taken = taken;
        management = addressing.get("management", Scalar.PREFIX, Prefix.parse("172.31.0.0/24"));
        claim(management, addressing.placeOf("management"));
        vmSubnets = new AddressPool(addressing.get("vms", Scalar.PREFIX, Prefix.parse("10.1.0.0/16")), 24, 1, taken);
    }

    /** Claims what is written down, before links and VMs get what is free. */
    void claimGateways(Map<String, Settings> all) {
        all.values().stream()
                .filter(node -> node.has("gateway") && kind(node).equals("host"))
                .forEach(node -> node.get("gateway", Scalar.INTERFACE_ADDRESS)
                        .ifPresent(gateway -> claim(gateway.prefix(), node.placeOf("gateway"))));
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
            case "host" -> host(node, restart);
            case "controller" ->
                new Node.Controller(
                        node.name(),
                        restart,
                        management(node),
                        node.word("ovsdb", Node.Store.EMBEDDED),
                        node.get("port", Scalar.PORT, 6640),
                        node.get("slots", Scalar.SLOTS, 65_537));
            case "client" -> new Node.Client(node.name(), restart, clientGateway(node));
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
        var families = PolicyReader.families(node, "families");
        return new Bgp(
                node.get("as", Scalar.AS, Asn.of(as)),
                id,
                holdTime,
                retry,
                node.get("bfd", Scalar.BFD),
                families.isEmpty() ? List.of(AddressFamily.IPV4_UNICAST) : families,
                new Node.Recordings(RecordingReader.collectors(node), recording(node)));
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

    private Optional<InetAddress> clientGateway(Settings node) {
        return node.get("gateway", Scalar.ADDRESS)
                .or(() -> firstLink(node.name()).map(link -> link.b().address().address()));
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
        var address = node.get("management", Scalar.ADDRESS).orElseThrow();
        if (!management.contains(Prefix.host(address))) {
            problems.at(node.placeOf("management"), address.getHostAddress() + " is not in " + management);
        } else if (!managementTaken.add(address)) {
            problems.at(node.placeOf("management"), address.getHostAddress() + " is used twice");
        }
    }

    private InterfaceAddress management(Settings node) {
        var address = node.get("management", Scalar.ADDRESS).orElseGet(() -> {
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

    private Node.Host host(Settings node, Node.Restart restart) {
        var gateway = node.get("gateway", Scalar.INTERFACE_ADDRESS).orElseGet(() -> {
            var subnet = vmSubnets.next().orElse(null);
            if (subnet == null) {
                problems.at(node.place(), "no subnet left for the VMs of " + node.name() + " in " + vmSubnets.pool());
                subnet = vmSubnets.pool();
            }
            return new InterfaceAddress(AddressPool.address(subnet, 1), subnet.length());
        });
        var addresses = new HashSet<>(Set.of(gateway.address()));
        var machines = new ArrayList<Vm>();
        node.sections("vms").forEach(vm -> claimAddress(vm, node, gateway, addresses));
        for (var vm : node.sections("vms")) {
            machines.add(vm(vm, node, gateway, addresses));
        }
        return new Node.Host(
                node.name(),
                restart,
                management(node),
                gateway,
                node.get("vni", Scalar.VNI, new Vni(5001)),
                machines,
                node.word("ports", PortChoice.AUTO));
    }

    private Vm vm(Settings vm, Settings host, InterfaceAddress gateway, Set<InetAddress> addresses) {
        var before = names.putIfAbsent(vm.name(), vm.place());
        if (before != null) {
            problems.at(vm.place(), "'" + vm.name() + "' is there already, in line " + before.line());
        }
        if (LabLoader.RESERVED_NAMES.contains(vm.name())) {
            problems.at(vm.place(), "'" + vm.name() + "' is a name that the lab itself uses");
        }
        boolean deviceTaken = links.stream()
                .flatMap(link -> Stream.of(link.a(), link.b()))
                .anyMatch(end -> end.node().equals(host.name()) && end.device().equals(vm.name()));
        if (deviceTaken) {
            problems.at(
                    vm.place(),
                    host.name() + " has an interface " + vm.name() + " already, which a VM's takes its name from");
        }
        var mac = vm.get("mac", Scalar.MAC, new MacAddress(0x0200_0200_0000L | ++vms));
        var other = macs.putIfAbsent(mac, vm.name());
        if (other != null) {
            problems.at(vm.placeOf("mac"), mac + " is " + other + "'s");
        }
        return new Vm(
                vm.name(),
                vm.get("address", Scalar.ADDRESS).orElseGet(() -> nextAddress(vm, gateway, addresses)),
                mac,
                vm.get("http", Scalar.PORT, 8080),
                vm.get("echo", Scalar.PORT, 7007));
    }

    private void claimAddress(Settings vm, Settings host, InterfaceAddress gateway, Set<InetAddress> addresses) {
        vm.get("address", Scalar.ADDRESS).ifPresent(address -> {
            if (!gateway.prefix().contains(Prefix.host(address))) {
                problems.at(
                        vm.placeOf("address"),
                        address.getHostAddress() + " is not in the subnet " + gateway.prefix() + " of " + host.name());
            } else if (!addresses.add(address)) {
                problems.at(vm.placeOf("address"), address.getHostAddress() + " is used twice");
            }
        });
    }

    private InetAddress nextAddress(Settings vm, InterfaceAddress gateway, Set<InetAddress> addresses) {
        int size = 1 << Math.min(16, 32 - gateway.length());
        for (int host = 11; host < size - 1; host++) {
            var free = AddressPool.address(gateway.prefix(), host);
            if (addresses.add(free)) {
                return free;
            }
        }
        problems.at(vm.place(), "no address left in " + gateway.prefix());
        return gateway.address();
    }

    private void claim(Prefix subnet, Place place) {
        var other = overlapping(subnet);
        if (other != null) {
            problems.at(place, subnet + " overlaps " + other);
        } else {
            taken.add(subnet);
        }
    }

    private @Nullable Prefix overlapping(Prefix subnet) {
        return taken.stream()
                .filter(prefix -> AddressPool.overlap(prefix, subnet))
                .findFirst()
                .orElse(null);
    }
}

package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.packet.AddressText;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.PortChoice;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Turns the settings of hosts and their VMs into records: subnets and addresses written first, then the next free ones. */
final class HostReader {
    private static final Prefix USUAL_VMS = Prefix.parse("10.1.0.0/16");

    private final Problems problems;
    private final List<Prefix> taken;
    private final Map<AddressFamily, AddressPool> subnets = new EnumMap<>(AddressFamily.class);
    /** Names of nodes and VMs. */
    private final Map<String, Place> names;

    private final Map<MacAddress, String> macs = new HashMap<>();
    private int vms;

    /** @param taken subnets that are spoken for; those of the VMs are added */
    HostReader(Settings addressing, List<Prefix> taken, Map<String, Place> names, Problems problems) {
        this.problems = problems;
        this.taken = taken;
        this.names = names;
        var pools = ByFamily.of(addressing, "vms", AddressScalars.PREFIX, Prefix::family, problems);
        subnets.put(AddressFamily.IPV4_UNICAST, new AddressPool(pools.ipv4().orElse(USUAL_VMS), 24, 1, taken));
        pools.ipv6().ifPresent(pool -> subnets.put(pool.family(), new AddressPool(pool, 64, 1, taken)));
    }

    /** Claims what is written down, before links and VMs get what is free. */
    void claimGateways(Settings host) {
        gateways(host).values().values().forEach(gateway -> claim(gateway.prefix(), host.placeOf("gateway")));
    }

    private ByFamily<InterfaceAddress> gateways(Settings host) {
        return ByFamily.of(host, "gateway", AddressScalars.INTERFACE_ADDRESS, InterfaceAddress::family, problems);
    }

    private void claim(Prefix subnet, Place place) {
        taken.stream()
                .filter(other -> AddressPool.overlap(other, subnet))
                .findFirst()
                .ifPresentOrElse(other -> problems.at(place, subnet + " overlaps " + other), () -> taken.add(subnet));
    }

    Node.Host host(Settings node, Node.Restart restart, InterfaceAddress management, List<Link> links) {
        var written = gateways(node).values();
        var gateways = new EnumMap<AddressFamily, InterfaceAddress>(AddressFamily.class);
        for (var family : AddressFamily.values()) {
            Optional.ofNullable(written.get(family))
                    .or(() -> nextGateway(node, family))
                    .ifPresent(gateway -> gateways.put(family, gateway));
        }
        var subnet = new VmAddresses(node.name(), gateways);
        node.sections("vms").forEach(subnet::claim);
        var machines = new ArrayList<Vm>();
        for (var vm : node.sections("vms")) {
            checkName(vm, node, links);
            machines.add(vm(vm, subnet));
        }
        return new Node.Host(
                node.name(),
                restart,
                management,
                Objects.requireNonNull(gateways.get(AddressFamily.IPV4_UNICAST)),
                Optional.ofNullable(gateways.get(AddressFamily.IPV6_UNICAST)),
                node.get("vni", Scalar.VNI, new Vni(5001)),
                machines,
                node.word("underlay", Node.Underlay.IPV4),
                node.word("ports", PortChoice.AUTO));
    }

    /** None where the lab has no pool of the family, which is only so of IPv6. */
    private Optional<InterfaceAddress> nextGateway(Settings node, AddressFamily family) {
        return Optional.ofNullable(subnets.get(family)).map(pool -> {
            var subnet = pool.next().orElseGet(() -> {
                problems.at(node.place(), "no subnet left for the VMs of " + node.name() + " in " + pool.pool());
                return pool.pool();
            });
            return new InterfaceAddress(AddressPool.address(subnet, 1), subnet.length());
        });
    }

    private void checkName(Settings vm, Settings host, List<Link> links) {
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
    }

    private Vm vm(Settings vm, VmAddresses subnet) {
        var mac = vm.get("mac", Scalar.MAC, new MacAddress(0x0200_0200_0000L | ++vms));
        var other = macs.putIfAbsent(mac, vm.name());
        if (other != null) {
            problems.at(vm.placeOf("mac"), mac + " is " + other + "'s");
        }
        return new Vm(
                vm.name(),
                subnet.of(vm, AddressFamily.IPV4_UNICAST).orElseThrow(),
                subnet.of(vm, AddressFamily.IPV6_UNICAST),
                mac,
                vm.get("http", Scalar.PORT, 8080),
                vm.get("echo", Scalar.PORT, 7007));
    }

    /** The addresses of one host's VMs, in the subnet of each family. */
    private final class VmAddresses {
        private final String host;
        private final Map<AddressFamily, InterfaceAddress> gateways;
        private final Set<InetAddress> used = new HashSet<>();

        VmAddresses(String host, Map<AddressFamily, InterfaceAddress> gateways) {
            this.host = host;
            this.gateways = gateways;
            gateways.values().forEach(gateway -> used.add(gateway.address()));
        }

        private ByFamily<InetAddress> written(Settings vm) {
            return ByFamily.of(
                    vm,
                    "address",
                    AddressScalars.ADDRESS,
                    address -> Prefix.host(address).family(),
                    problems);
        }

        /** Before VMs get what is free. */
        void claim(Settings vm) {
            written(vm).values().forEach((family, address) -> {
                var text = AddressText.of(address);
                var gateway = gateways.get(family);
                if (gateway == null) {
                    problems.at(
                            vm.placeOf("address"),
                            host + " has no IPv6 subnet for " + vm.name()
                                    + ": 'vms' of the addressing, or its 'gateway', gives it one");
                } else if (!gateway.prefix().contains(Prefix.host(address))) {
                    problems.at(
                            vm.placeOf("address"), text + " is not in the subnet " + gateway.prefix() + " of " + host);
                } else if (!used.add(address)) {
                    problems.at(vm.placeOf("address"), text + " is used twice");
                }
            });
        }

        /** The written address, or the next free one; none where the host has no subnet of the family. */
        Optional<InetAddress> of(Settings vm, AddressFamily family) {
            return Optional.ofNullable(written(vm).values().get(family))
                    .or(() -> Optional.ofNullable(gateways.get(family)).map(gateway -> next(vm, gateway)));
        }

        private InetAddress next(Settings vm, InterfaceAddress gateway) {
            int size = 1 << Math.min(16, gateway.family().bits() - gateway.length());
            for (int number = 11; number < size - 1; number++) {
                var free = AddressPool.address(gateway.prefix(), number);
                if (used.add(free)) {
                    return free;
                }
            }
            problems.at(vm.place(), "no address left in " + gateway.prefix());
            return gateway.address();
        }
    }
}

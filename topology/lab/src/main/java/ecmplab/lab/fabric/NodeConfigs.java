package ecmplab.lab.fabric;

import ecmplab.lab.fabric.NodeConfig.ClientConfig;
import ecmplab.lab.fabric.NodeConfig.ControllerConfig;
import ecmplab.lab.fabric.NodeConfig.HostConfig;
import ecmplab.lab.fabric.NodeConfig.MuxConfig;
import ecmplab.lab.fabric.NodeConfig.Neighbor;
import ecmplab.lab.fabric.NodeConfig.Nic;
import ecmplab.lab.fabric.NodeConfig.RouterConfig;
import ecmplab.lab.fabric.NodeConfig.Southbound;
import ecmplab.lab.fabric.NodeConfig.Underlay;
import ecmplab.lab.fabric.NodeConfig.VmConfig;
import ecmplab.lab.fabric.NodeConfig.VmPort;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Link;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vm;
import ecmplab.packet.MacAddress;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cuts a lab into what each of our node processes is told. FRR and BIRD have configurations of their own: {@link EdgeDaemon}. */
public final class NodeConfigs {
    /** Of the router's flow hash. MUX tables are seeded by the controller; were the seeds equal, ECMP would polarise. */
    private static final long ROUTER_HASH_SEED = 0x9E37_79B9_7F4A_7C15L;

    private NodeConfigs() {}

    /** One per process of ours, in the order of the lab's nodes, a host before its VMs. */
    public static List<NodeConfig> of(Lab lab, Path directory) {
        var configs = new ArrayList<NodeConfig>();
        for (var node : lab.nodes()) {
            of(lab, node, directory).ifPresent(configs::add);
            if (node instanceof Node.Host host) {
                host.vms().forEach(vm -> configs.add(vm(host, vm, directory)));
            }
        }
        return configs;
    }

    private static Optional<NodeConfig> of(Lab lab, Node node, Path directory) {
        var name = node.name();
        var nics = nics(lab, name);
        return switch (node) {
            case Node.Router router ->
                Optional.of(new RouterConfig(name, directory, nics, router, ROUTER_HASH_SEED, neighbors(lab, name)));
            case Node.Mux mux ->
                Optional.of(new MuxConfig(
                        name, directory, nics, mux, underlay(lab, name), neighbors(lab, name), southbound(lab)));
            case Node.Host host ->
                Optional.of(new HostConfig(
                        name,
                        directory,
                        nics,
                        host,
                        underlay(lab, name),
                        host.vms().stream()
                                .map(vm -> new VmPort(vm, vm.name(), vmPortMac(vm), FabricPlan.VM_MTU))
                                .toList(),
                        southbound(lab)));
            case Node.Controller controller ->
                Optional.of(new ControllerConfig(name, directory, nics, controller, lab));
            case Node.Client client -> Optional.of(new ClientConfig(name, directory, nics));
            case Node.Frr frr -> Optional.empty();
            case Node.Bird bird -> Optional.empty();
        };
    }

    private static NodeConfig vm(Node.Host host, Vm vm, Path directory) {
        var nic = new Nic(
                "eth0",
                new InterfaceAddress(vm.address(), host.gateway().length()),
                ipv6(host, vm),
                vm.mac(),
                FabricPlan.VM_MTU,
                host.name(),
                host.gateway().address(),
                host.ipv6Gateway().map(InterfaceAddress::address));
        return new VmConfig(vm.name(), directory, List.of(nic), vm, host.name());
    }

    /** The address of a VM's interface, where it has one. */
    static Optional<InterfaceAddress> ipv6(Node.Host host, Vm vm) {
        return vm.ipv6()
                .flatMap(address -> host.ipv6Gateway().map(gateway -> new InterfaceAddress(address, gateway.length())));
    }

    private static List<Nic> nics(Lab lab, String node) {
        return lab.linksOf(node).stream()
                .map(link -> new Nic(
                        link.a().device(),
                        link.a().address(),
                        link.a().ipv6(),
                        link.a().mac(),
                        link.mtu(),
                        link.b().node(),
                        link.b().address().address(),
                        link.b().ipv6().map(InterfaceAddress::address)))
                .toList();
    }

    /** Who a speaker has sessions with: the edge router with every MUX that it is linked to. */
    public static List<Neighbor> neighbors(Lab lab, String node) {
        boolean mux = lab.node(node) instanceof Node.Mux;
        var neighbors = new ArrayList<Neighbor>();
        for (var link : lab.linksOf(node)) {
            if (lab.node(link.b().node()) instanceof Node.Speaker peer && mux != (peer instanceof Node.Mux)) {
                neighbors.add(new Neighbor(
                        peer.name(),
                        link.a().device(),
                        link.a().address().address(),
                        link.a().ipv6().map(InterfaceAddress::address),
                        link.b().address().address(),
                        peer.bgp().as()));
            }
        }
        return neighbors;
    }

    /** Where VXLAN for a host's VMs is sent. */
    public static InetAddress providerAddress(Lab lab, Node.Host host) {
        var end = lab.linksOf(host.name()).getFirst().a();
        return (host.underlay() == Node.Underlay.IPV6 ? end.ipv6().orElseThrow() : end.address()).address();
    }

    /** The addresses of a node's first link, and the edge router's at the node's first link to it; the loader saw to it that there is one. */
    static List<Underlay> underlay(Lab lab, String node) {
        var links = lab.linksOf(node);
        var own = links.getFirst().a();
        var edge = links.stream()
                .map(Link::b)
                .filter(end -> lab.edge().isPresent()
                        && end.node().equals(lab.edge().get().name()))
                .findFirst()
                .orElseThrow();
        var underlay = new ArrayList<>(
                List.of(new Underlay(own.address(), edge.address().address())));
        own.ipv6()
                .ifPresent(address ->
                        edge.ipv6().ifPresent(gateway -> underlay.add(new Underlay(address, gateway.address()))));
        return underlay;
    }

    private static Optional<Southbound> southbound(Lab lab) {
        return lab.nodes(Node.Controller.class).stream()
                .findFirst()
                .map(controller -> new Southbound(controller.management().address(), controller.port()));
    }

    /** The host's end of a VM's link: made from the VM's address, and different from it in one bit. */
    static MacAddress vmPortMac(Vm vm) {
        return new MacAddress(vm.mac().bits() ^ 0x0000_0400_0000L);
    }
}

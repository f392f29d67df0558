package ecmplab.lab.fabric;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Link;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vm;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a lab is to the kernel, as text: a pure function of the lab, so that it can be read and tested without any kernel.
 *
 * @param namespaces lines for {@code ip -batch} that make the network namespaces
 * @param links lines for {@code ip -batch} that make the veth pairs, each end in its namespace from the start
 * @param setups what is then done inside each namespace
 */
public record FabricPlan(List<String> namespaces, List<String> links, List<Setup> setups) {
    /** The namespace with the bridge that carries OVSDB; no packet under test crosses it. */
    public static final String MANAGEMENT = "mgmt";

    /** The interface of a node on the management network. */
    public static final String MANAGEMENT_DEVICE = "mgmt0";

    /** Octets, of the links between a host and its VMs: what a VM may send without knowing of VXLAN. */
    public static final int VM_MTU = 1500;

    /**
     * One namespace.
     *
     * @param sysctls below {@code /proc/sys/net}, set before there are links
     * @param batch lines for {@code ip -n NAMESPACE -batch}
     * @param devices interfaces that carry traffic of the lab, whose offloads are turned off
     */
    public record Setup(String namespace, Map<String, String> sysctls, List<String> batch, List<String> devices) {}

    /** The plan of a lab; the same lab gives the same text. */
    public static FabricPlan of(Lab lab) {
        return new Planner(lab).plan();
    }

    private static final class Planner {
        private final Lab lab;
        private final List<String> namespaces = new ArrayList<>();
        private final List<String> links = new ArrayList<>();
        private final List<Setup> setups = new ArrayList<>();
        private final Setup bridge = setup(MANAGEMENT, false);

        Planner(Lab lab) {
            this.lab = lab;
        }

        FabricPlan plan() {
            bridge.batch().add("link add br0 type bridge");
            bridge.batch().add("link set br0 addrgenmode none up");
            lab.links().forEach(this::link);
            for (var node : lab.nodes()) {
                setups.add(node(node));
                if (node instanceof Node.Host host) {
                    host.vms().forEach(vm -> setups.add(vm(host, vm)));
                }
            }
            if (!lab.nodes(Node.Managed.class).isEmpty()) {
                setups.add(bridge);
            }
            setups.forEach(setup -> namespaces.add("netns add " + setup.namespace()));
            return new FabricPlan(List.copyOf(namespaces), List.copyOf(links), List.copyOf(setups));
        }

        private void link(Link link) {
            links.add("link add name %s netns %s mtu %d address %s type veth peer name %s netns %s mtu %d address %s"
                    .formatted(
                            link.a().device(),
                            link.a().node(),
                            link.mtu(),
                            link.a().mac(),
                            link.b().device(),
                            link.b().node(),
                            link.mtu(),
                            link.b().mac()));
        }

        private Setup node(Node node) {
            boolean byKernel = node instanceof Node.Router router && router.usesKernel();
            var setup = setup(node.name(), byKernel || node instanceof Node.Frr || node instanceof Node.Bird);
            for (var link : lab.linksOf(node.name())) {
                up(setup, link.a().device(), link.a().address(), link.a().ipv6());
            }
            if (node instanceof Node.Managed managed) {
                manage(managed, setup);
            }
            switch (node) {
                case Node.Mux mux -> gateways(setup, mux.name());
                case Node.Host host -> {
                    gateways(setup, host.name());
                    host.vms().forEach(vm -> vmPort(setup, host, vm));
                }
                case Node.Client client -> {
                    client.gateway().ifPresent(gateway -> route(setup, gateway));
                    client.ipv6Gateway().ifPresent(gateway -> route(setup, gateway));
                }
                case Node.Controller controller -> {}
                case Node.Router router -> {
                    if (!byKernel) {
                        // Else it would tell senders that it has no route for what our thread forwards.
                        setup.batch().add("route add blackhole ::/0");
                    }
                }
                case Node.Frr frr -> {}
                case Node.Bird bird -> {}
            }
            return setup;
        }

        /** A node's leg on the management bridge; the far end has the node's name. */
        private void manage(Node.Managed node, Setup setup) {
            links.add("link add name %s netns %s type veth peer name %s netns %s"
                    .formatted(MANAGEMENT_DEVICE, node.name(), node.name(), MANAGEMENT));
            bridge.batch().add("link set " + node.name() + " addrgenmode none master br0 up");
            setup.batch().add("link set " + MANAGEMENT_DEVICE + " addrgenmode none up");
            setup.batch().add("addr add " + node.management() + " dev " + MANAGEMENT_DEVICE);
        }

        private Setup vm(Node.Host host, Vm vm) {
            links.add("link add name %s netns %s mtu %d address %s type veth peer name eth0 netns %s mtu %d address %s"
                    .formatted(vm.name(), host.name(), VM_MTU, NodeConfigs.vmPortMac(vm), vm.name(), VM_MTU, vm.mac()));
            var setup = setup(vm.name(), false);
            up(setup, "eth0", new InterfaceAddress(vm.address(), host.gateway().length()), NodeConfigs.ipv6(host, vm));
            route(setup, host.gateway().address());
            host.ipv6Gateway().ifPresent(gateway -> route(setup, gateway.address()));
            return setup;
        }

        /** The host's kernel holds the VMs' gateway addresses on each port: it answers who asks for them, and probes the VMs from there. */
        private static void vmPort(Setup setup, Node.Host host, Vm vm) {
            setup.devices().add(vm.name());
            var gateways = new ArrayList<>(List.of(host.gateway().address()));
            var addresses = new ArrayList<>(List.of(vm.address()));
            host.ipv6Gateway().map(InterfaceAddress::address).ifPresent(gateways::add);
            vm.ipv6().ifPresent(addresses::add);
            gateways.forEach(gateway -> address(setup, vm.name(), InterfaceAddress.host(gateway)));
            setup.batch().add(upLine(vm.name(), vm.ipv6().isPresent()));
            for (int i = 0; i < addresses.size(); i++) {
                setup.batch()
                        .add("route add " + InterfaceAddress.host(addresses.get(i)) + " dev " + vm.name() + " src "
                                + AddressText.of(gateways.get(i)));
            }
        }

        private static void up(Setup setup, String device, InterfaceAddress address, Optional<InterfaceAddress> ipv6) {
            setup.devices().add(device);
            address(setup, device, address);
            ipv6.ifPresent(second -> address(setup, device, second));
            setup.batch().add(upLine(device, ipv6.isPresent()));
        }

        /** Nobody else can have an address of the lab: it is of use at once. */
        private static void address(Setup setup, String device, InterfaceAddress address) {
            boolean ipv6 = address.family() == AddressFamily.IPV6_UNICAST;
            setup.batch().add("addr add " + address + " dev " + device + (ipv6 ? " nodad" : ""));
        }

        /** With IPv6 an interface has a link-local address as well, which neighbour discovery asks from. */
        private static String upLine(String device, boolean ipv6) {
            return "link set " + device + " addrgenmode " + (ipv6 ? "eui64" : "none") + " up";
        }

        private void gateways(Setup setup, String node) {
            NodeConfigs.underlay(lab, node).forEach(underlay -> route(setup, underlay.gateway()));
        }

        private static void route(Setup setup, InetAddress gateway) {
            setup.batch().add("route add default via " + AddressText.of(gateway));
        }

        /** @param kernelRouter whether the kernel forwards here; our own nodes forward in user space */
        private static Setup setup(String namespace, boolean kernelRouter) {
            var sysctls = new LinkedHashMap<String, String>();
            sysctls.put("ipv4/ip_forward", kernelRouter ? "1" : "0");
            sysctls.put("ipv4/conf/all/rp_filter", "0");
            sysctls.put("ipv4/conf/default/rp_filter", "0");
            sysctls.put("ipv6/conf/all/accept_ra", "0");
            sysctls.put("ipv6/conf/default/accept_ra", "0");
            sysctls.put("ipv6/conf/default/accept_dad", "0"); // link-local addresses are of use at once, too
            sysctls.put("ipv6/conf/all/forwarding", kernelRouter ? "1" : "0");
            if (kernelRouter) {
                sysctls.put("ipv4/fib_multipath_hash_policy", "1");
                sysctls.put("ipv6/fib_multipath_hash_policy", "1");
                sysctls.put("ipv4/conf/all/send_redirects", "0");
                sysctls.put("ipv4/conf/default/send_redirects", "0");
            }
            var batch = new ArrayList<>(List.of("link set lo up"));
            return new Setup(namespace, sysctls, batch, new ArrayList<>());
        }
    }
}

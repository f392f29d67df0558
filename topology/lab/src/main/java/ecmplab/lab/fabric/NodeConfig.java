package ecmplab.lab.fabric;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import ecmplab.bgp.wire.Asn;
import ecmplab.lab.file.InterfaceAddress;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vm;
import ecmplab.packet.MacAddress;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * All that one node process is told at its start; what it serves it learns from OVSDB, where VIPs are it learns by BGP.
 * The supervisor writes it as {@code NODE.json} and runs {@code lab node KIND NODE.json} in the node's namespace.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = NodeConfig.RouterConfig.class, name = "router"),
    @JsonSubTypes.Type(value = NodeConfig.MuxConfig.class, name = "mux"),
    @JsonSubTypes.Type(value = NodeConfig.HostConfig.class, name = "host"),
    @JsonSubTypes.Type(value = NodeConfig.ControllerConfig.class, name = "controller"),
    @JsonSubTypes.Type(value = NodeConfig.ClientConfig.class, name = "client"),
    @JsonSubTypes.Type(value = NodeConfig.VmConfig.class, name = "vm")
})
public sealed interface NodeConfig {
    String name();

    /** The lab's state directory. */
    Path directory();

    /** Interfaces of the data plane, without {@code lo}, {@code mgmt0} and those of VMs. */
    List<Nic> nics();

    /** Where the node answers questions. */
    default Path socket() {
        return directory().resolve(name() + ".sock");
    }

    /** Where the node appends its events, one JSON object a line. */
    default Path events() {
        return directory().resolve(name() + ".events.jsonl");
    }

    static NodeConfig read(Path file) {
        return LabJson.mapper().readValue(file.toFile(), NodeConfig.class);
    }

    default void write(Path file) {
        LabJson.mapper().writeValue(file.toFile(), this);
    }

    /**
     * An interface, with who is at the other end.
     *
     * @param device its name in the node's namespace
     * @param address of IPv4, which every interface has
     * @param mtu octets, without the Ethernet header
     */
    record Nic(
            String device,
            InterfaceAddress address,
            Optional<InterfaceAddress> ipv6,
            MacAddress mac,
            int mtu,
            String peerNode,
            InetAddress peerAddress,
            Optional<InetAddress> peerIpv6) {}

    /**
     * A BGP neighbour over one of the node's interfaces. The session is of IPv4, and carries routes of both families.
     *
     * @param localIpv6 next hop of what the node announces of IPv6
     */
    record Neighbor(
            String node,
            String device,
            InetAddress local,
            Optional<InetAddress> localIpv6,
            InetAddress remote,
            Asn as) {}

    /**
     * Where a MUX or host is in the underlay, in one address family.
     *
     * @param address of its first link, with the length of the subnet
     * @param gateway the edge router
     */
    record Underlay(InterfaceAddress address, InetAddress gateway) {}

    /** Where the policy comes from: the controller's OVSDB server. */
    record Southbound(InetAddress address, int port) {}

    /** @param hashSeed differs from every seed of the MUXes' tables, or ECMP would polarise */
    record RouterConfig(
            String name, Path directory, List<Nic> nics, Node.Router router, long hashSeed, List<Neighbor> neighbors)
            implements NodeConfig {}

    /** @param underlay of IPv4, then of IPv6 where it has one: sources of its VXLAN packets */
    record MuxConfig(
            String name,
            Path directory,
            List<Nic> nics,
            Node.Mux mux,
            List<Underlay> underlay,
            List<Neighbor> neighbors,
            Optional<Southbound> southbound)
            implements NodeConfig {}

    /**
     * @param underlay of IPv4, then of IPv6 where it has one: where VXLAN for its VMs arrives, and the router that gets the VMs'
     *     answers (DSR)
     */
    record HostConfig(
            String name,
            Path directory,
            List<Nic> nics,
            Node.Host host,
            List<Underlay> underlay,
            List<VmPort> vms,
            Optional<Southbound> southbound)
            implements NodeConfig {}

    /** The host's end of the veth pair to a VM. The host's kernel has the VMs' gateway address on it. */
    record VmPort(Vm vm, String device, MacAddress mac, int mtu) {}

    /** The controller reads the services from the lab. */
    record ControllerConfig(String name, Path directory, List<Nic> nics, Node.Controller controller, Lab lab)
            implements NodeConfig {}

    record ClientConfig(String name, Path directory, List<Nic> nics) implements NodeConfig {}

    /** @param host the name of the host it runs on */
    record VmConfig(String name, Path directory, List<Nic> nics, Vm vm, String host) implements NodeConfig {}
}

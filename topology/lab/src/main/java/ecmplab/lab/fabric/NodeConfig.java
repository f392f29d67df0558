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
     * @param mtu octets, without the Ethernet header
     */
    record Nic(
            String device,
            InterfaceAddress address,
            MacAddress mac,
            int mtu,
            String peerNode,
            InetAddress peerAddress) {}

    /** A BGP neighbour over one of the node's interfaces. */
    record Neighbor(String node, String device, InetAddress local, InetAddress remote, Asn as) {}

    /** Where the policy comes from: the controller's OVSDB server. */
    record Southbound(InetAddress address, int port) {}

    /** @param hashSeed differs from every seed of the MUXes' tables, or ECMP would polarise */
    record RouterConfig(
            String name, Path directory, List<Nic> nics, Node.Router router, long hashSeed, List<Neighbor> neighbors)
            implements NodeConfig {}

    /** @param providerAddress source of its VXLAN packets */
    record MuxConfig(
            String name,
            Path directory,
            List<Nic> nics,
            Node.Mux mux,
            InetAddress providerAddress,
            InetAddress gateway,
            List<Neighbor> neighbors,
            Optional<Southbound> southbound)
            implements NodeConfig {}

    /**
     * @param providerAddress where VXLAN for its VMs arrives
     * @param gateway the router that gets the VMs' answers (DSR)
     */
    record HostConfig(
            String name,
            Path directory,
            List<Nic> nics,
            Node.Host host,
            InetAddress providerAddress,
            InetAddress gateway,
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

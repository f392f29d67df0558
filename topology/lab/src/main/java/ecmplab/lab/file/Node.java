package ecmplab.lab.file;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.packet.Vni;
import ecmplab.port.PortChoice;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A node of a lab, one record per kind. Names are unique among nodes and VMs, and short enough for an interface name. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Node.Router.class, name = "router"),
    @JsonSubTypes.Type(value = Node.Mux.class, name = "mux"),
    @JsonSubTypes.Type(value = Node.Host.class, name = "host"),
    @JsonSubTypes.Type(value = Node.Controller.class, name = "controller"),
    @JsonSubTypes.Type(value = Node.Client.class, name = "client"),
    @JsonSubTypes.Type(value = Node.Frr.class, name = "frr"),
    @JsonSubTypes.Type(value = Node.Bird.class, name = "bird")
})
public sealed interface Node {
    String name();

    Restart restart();

    /** The word for its kind in a lab file: the name of its record. */
    default String kind() {
        return getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** What the supervisor does when the node's process ends unasked. */
    enum Restart {
        NEVER,
        ON_FAILURE
    }

    /** A node that speaks BGP. */
    sealed interface Speaker extends Node permits Router, Mux, Frr, Bird {
        Bgp bgp();
    }

    /** A node with an address on the management network, where OVSDB runs. */
    sealed interface Managed extends Node permits Mux, Host, Controller {
        InterfaceAddress management();
    }

    /**
     * What every speaker has.
     *
     * @param holdTime 0, or at least 3 s (RFC 4271 section 4.2)
     * @param bfd watch the paths to all neighbours with these timers
     * @param families that it offers all neighbours
     * @param recordings what it tells of its sessions
     */
    record Bgp(
            Asn as,
            RouterId routerId,
            Duration holdTime,
            Duration connectRetry,
            Optional<BfdTimers> bfd,
            List<AddressFamily> families,
            Recordings recordings) {
        public Bgp {
            families = List.copyOf(families);
        }
    }

    /**
     * To whom a speaker of ours tells what its peers announce, and where it writes what crosses its sessions.
     *
     * @param bmp where collectors listen (RFC 7854)
     * @param mrt a folder of the node's own (RFC 6396)
     */
    record Recordings(List<InetSocketAddress> bmp, Optional<MrtFiles> mrt) {
        public Recordings {
            bmp = List.copyOf(bmp);
        }
    }

    /** A node whose data plane is ours: a forwarding thread between its interfaces. */
    sealed interface Forwarder extends Node permits Router, Mux, Host {
        /** How its packets come and go. */
        PortChoice ports();
    }

    /** How the edge router spreads flows over equal next hops. */
    enum EcmpMode {
        MODULO,
        HASH_THRESHOLD,
        RESILIENT
    }

    /** What of a packet decides its next hop; see {@link ecmplab.router.forward.HashPolicy}. */
    enum Hash {
        FIVE_TUPLE,
        THREE_TUPLE,
        TWO_TUPLE,
        FLOW_LABEL,
        INNER
    }

    /** Who forwards an edge router's packets. */
    enum Forwarding {
        /** Our forwarding thread. */
        OWN,
        /** The kernel, whose routes the router writes. */
        KERNEL
    }

    /** What a router that forwards by the kernel does about routes that somebody else changed. */
    enum Divergence {
        REPAIR,
        TELL
    }

    /**
     * The software edge router.
     *
     * @param buckets of a next-hop group, in {@code RESILIENT} mode
     * @param forwarding by the kernel, {@code ports} and {@code hash} mean nothing: it hashes ports by its own function
     */
    record Router(
            String name,
            Restart restart,
            Bgp bgp,
            EcmpMode ecmp,
            int buckets,
            Hash hash,
            PortChoice ports,
            Forwarding forwarding,
            Divergence divergence)
            implements Speaker, Forwarder {
        /** Whether the kernel of its namespace forwards. */
        public boolean usesKernel() {
            return forwarding == Forwarding.KERNEL;
        }
    }

    /**
     * @param number 1 for the first MUX of the file, and so on; it rides in the inner source MAC
     * @param flows how many flows its table holds at most
     * @param drainTime how long it forwards on after withdrawing its VIPs
     */
    record Mux(
            String name,
            Restart restart,
            Bgp bgp,
            InterfaceAddress management,
            int number,
            int flows,
            Duration drainTime,
            PortChoice ports)
            implements Speaker, Managed, Forwarder {}

    /** Over which of its addresses a host gets VXLAN. */
    enum Underlay {
        IPV4,
        IPV6
    }

    /**
     * @param gateway the address in the VMs' subnet that the host agent answers for, with the subnet's length
     * @param ipv6Gateway the same in the VMs' IPv6 subnet; where there is none its VMs have no IPv6
     * @param vni of the VMs' virtual network
     * @param underlay of IPv6 only where the host and all MUXes have IPv6 links
     */
    record Host(
            String name,
            Restart restart,
            InterfaceAddress management,
            InterfaceAddress gateway,
            Optional<InterfaceAddress> ipv6Gateway,
            Vni vni,
            List<Vm> vms,
            Underlay underlay,
            PortChoice ports)
            implements Managed, Forwarder {
        public Host {
            vms = List.copyOf(vms);
        }
    }

    /** Which OVSDB server keeps the controller's database. */
    enum Store {
        EMBEDDED,
        OVSDB_SERVER
    }

    /**
     * @param port where OVSDB listens, on the management address
     * @param slots of every Maglev table, a prime
     */
    record Controller(String name, Restart restart, InterfaceAddress management, Store ovsdb, int port, int slots)
            implements Managed {}

    /**
     * @param gateway where its default route goes
     * @param ipv6Gateway where that of IPv6 goes
     */
    record Client(String name, Restart restart, Optional<InetAddress> gateway, Optional<InetAddress> ipv6Gateway)
            implements Node {}

    /** FRRouting as a router with kernel forwarding; {@code config} is the user's own {@code frr.conf}. */
    record Frr(String name, Restart restart, Bgp bgp, Optional<Path> config) implements Speaker {}

    /** BIRD as a router with kernel forwarding; {@code config} is the user's own {@code bird.conf}. */
    record Bird(String name, Restart restart, Bgp bgp, Optional<Path> config) implements Speaker {}
}

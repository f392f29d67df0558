package ecmplab.lab.file;

import static ecmplab.lab.file.Shape.Key.may;
import static ecmplab.lab.file.Shape.Key.must;

import ecmplab.lab.file.Shape.ByKind;
import ecmplab.lab.file.Shape.Keys;
import ecmplab.lab.file.Shape.ListOf;
import ecmplab.lab.file.Shape.MapOf;
import ecmplab.lab.file.Shape.Plain;
import ecmplab.lab.file.Shape.ShortOr;
import ecmplab.lab.file.Shape.Words;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table of everything a lab file may say. */
final class LabShapes {
    private LabShapes() {}

    static final Shape NODE_NAME = new Plain(Scalar.NAME);
    private static final Shape DURATION = new Plain(Scalar.DURATION);
    private static final Shape PREFIXES =
            SpeakerShapes.oneOrMore(new Plain(AddressScalars.PREFIX), "a prefix of each family");
    private static final Shape ADDRESSES =
            SpeakerShapes.oneOrMore(new Plain(AddressScalars.ADDRESS), "an address of each family");
    private static final Shape PORT = new Plain(Scalar.PORT);

    static final Scalar<Integer> MTU = Scalar.number("MTU", 576, 9_216);
    static final Scalar<Integer> BUCKETS = Scalar.number("number of buckets", 8, 65_536);
    static final Scalar<Integer> FLOWS = Scalar.number("number of flows", 1, 16_777_216);
    static final Scalar<Integer> DRILL_FLOWS = Scalar.number("number of flows", 1, 20_000);
    static final Scalar<String> LINE = Scalar.matching("a line such as edge--mux2 or edge:eth2", "^" + Line.FORM + "$");
    static final Scalar<String> IMPAIRED_LINE =
            Scalar.matching("a line and what is done to it, such as edge--mux2 loss 5%", "^" + Line.FORM + " +.+$");
    static final Scalar<String> FLOOD = Scalar.matching(
            "a client, where to, packets a second and source ports (a power of two), such as client 203.0.113.10:9 500000 1024",
            "^[a-z][a-z0-9-]{0,14} +[0-9]+(\\.[0-9]+){3}:[0-9]{1,5} +[0-9]{1,8} +[0-9]{1,5}$");
    static final Scalar<Integer> COUNT = Scalar.number("count", 1, 100);
    static final Scalar<Integer> BROKEN = Scalar.number("number of flows", 0, 20_000);

    /** Keys of a node that are about itself and cannot be inherited. */
    private static final Set<String> OWN =
            Set.of("kind", "groups", "router-id", "management", "gateway", "vms", "config");

    private static final Shape.Key KIND = must(
            "kind",
            new Words(List.of("router", "mux", "host", "controller", "client", "frr", "bird")),
            "what the node is");
    private static final Shape.Key GROUPS =
            may("groups", new ListOf(NODE_NAME, "names of groups"), "groups whose settings it takes, later ones first");
    private static final Shape.Key RESTART = may(
            "restart",
            new Words(List.of("never", "on-failure")),
            "what the supervisor does when its process ends unasked; default never");
    private static final Shape.Key MANAGEMENT = may(
            "management",
            new Plain(AddressScalars.IPV4_ADDRESS),
            "address on the management network; default the next free one");

    private static final Shape.Key AS = may("as", new Plain(Scalar.AS), "AS number; default 65000, for a MUX 65010");
    private static final Shape.Key ROUTER_ID =
            may("router-id", new Plain(Scalar.ROUTER_ID), "BGP Identifier; default the address of its first link");
    private static final Shape.Key HOLD_TIME =
            may("hold-time", DURATION, "BGP hold time: 0s, or 3s and more; default 3s");
    private static final Shape.Key CONNECT_RETRY =
            may("connect-retry", DURATION, "pause between connection attempts; default 1s");
    private static final Shape.Key BFD = may(
            "bfd", new Plain(Scalar.BFD), "watch the paths to its neighbours by BFD, such as 50ms x 3; default not");
    private static final Shape.Key FAMILIES = may(
            "families",
            SpeakerShapes.oneOrMore(new Words(SpeakerShapes.FAMILIES), "families"),
            "address families that it offers its neighbours; default ipv4, and ipv6 where it has a link with IPv6");
    private static final Shape.Key CONFIG = may(
            "config",
            new Plain(Scalar.FILE),
            "its own configuration file, beside the lab file; default a generated one");

    private static final Shape VM = Keys.of(
            "a VM",
            may(
                    "address",
                    ADDRESSES,
                    "its own address (DIP), one of each family; default .11 and up in its host's subnets"),
            may("mac", new Plain(Scalar.MAC), "Ethernet address; default a local one"),
            may("http", PORT, "port of its HTTP server; default 8080"),
            may("echo", PORT, "port of its echo server; default 7007"));

    private static final Shape.Key PORTS = may(
            "ports",
            new Words(List.of("auto", "xdp", "xdp-generic", "ring", "mmsg")),
            "how its packets come and go: AF_XDP in the driver or behind it, AF_PACKET by rings or messages; default auto,"
                    + " the best the machine allows");

    static final Map<String, Keys> KINDS = kinds(
            Keys.of(
                    "a router",
                    KIND,
                    GROUPS,
                    RESTART,
                    AS,
                    ROUTER_ID,
                    HOLD_TIME,
                    CONNECT_RETRY,
                    BFD,
                    FAMILIES,
                    SpeakerShapes.BMP,
                    SpeakerShapes.MRT_FILES,
                    may(
                            "ecmp",
                            new Words(List.of("resilient", "hash-threshold", "modulo")),
                            "how flows are spread over equal next hops; default resilient"),
                    may("buckets", new Plain(BUCKETS), "buckets of a next-hop group; default 512"),
                    may(
                            "forwarding",
                            new Words(List.of("own", "kernel")),
                            "who forwards: our thread, or the kernel by routes that the router writes; default own"),
                    may(
                            "divergence",
                            new Words(List.of("repair", "tell")),
                            "what to do about kernel routes that somebody else changed; default repair"),
                    may(
                            "hash",
                            new Words(List.of("five-tuple", "three-tuple", "two-tuple", "flow-label", "inner")),
                            "what of a packet decides its next hop, with the node's seed; inner: of VXLAN, the packet inside; default five-tuple"),
                    PORTS),
            Keys.of(
                    "a mux",
                    KIND,
                    GROUPS,
                    RESTART,
                    AS,
                    ROUTER_ID,
                    HOLD_TIME,
                    CONNECT_RETRY,
                    BFD,
                    FAMILIES,
                    SpeakerShapes.BMP,
                    SpeakerShapes.MRT_FILES,
                    MANAGEMENT,
                    may("flows", new Plain(FLOWS), "most flows its table holds; default 65536"),
                    may("drain-time", DURATION, "how long it forwards on after withdrawing its VIPs; default 2s"),
                    PORTS),
            Keys.of(
                    "a host",
                    KIND,
                    GROUPS,
                    RESTART,
                    MANAGEMENT,
                    may("vni", new Plain(Scalar.VNI), "virtual network of its VMs; default 5001"),
                    may(
                            "gateway",
                            SpeakerShapes.oneOrMore(
                                    new Plain(AddressScalars.INTERFACE_ADDRESS), "an address of each family"),
                            "address of the VMs' gateway, with the subnet's length, one of each family; default .1 of the next"
                                    + " free /24, and ::1 of the next free /64 where 'vms' has an IPv6 prefix"),
                    may(
                            "underlay",
                            new Words(List.of("ipv4", "ipv6")),
                            "to which of its addresses VXLAN for its VMs is sent; default ipv4"),
                    may("vms", new MapOf(Scalar.NAME, VM, "a host's VMs"), "its VMs by name"),
                    PORTS),
            Keys.of(
                    "a controller",
                    KIND,
                    GROUPS,
                    RESTART,
                    MANAGEMENT,
                    may(
                            "ovsdb",
                            new Words(List.of("embedded", "ovsdb-server")),
                            "who serves the database; default embedded"),
                    may("port", PORT, "where the database listens; default 6640"),
                    may("slots", new Plain(Scalar.SLOTS), "slots of every Maglev table; default 65537")),
            Keys.of(
                    "a client",
                    KIND,
                    GROUPS,
                    RESTART,
                    may(
                            "gateway",
                            ADDRESSES,
                            "where its default routes go, one of each family; default the other end of its first link")),
            Keys.of("an frr", KIND, GROUPS, RESTART, AS, ROUTER_ID, HOLD_TIME, CONNECT_RETRY, BFD, CONFIG),
            Keys.of("a bird", KIND, GROUPS, RESTART, AS, ROUTER_ID, HOLD_TIME, CONNECT_RETRY, BFD, CONFIG));

    private static final Keys INHERITED = new Keys("settings that nodes inherit", inheritable());

    private static final Shape LINK = new ShortOr(
            new Plain(LinkEnds.SCALAR),
            Keys.of(
                    "a link",
                    must("endpoints", new Plain(LinkEnds.SCALAR), "the two ends"),
                    may(
                            "mtu",
                            new Plain(MTU),
                            "octets without the Ethernet header; default 1600 towards MUXes and hosts, else 1500"),
                    may(
                            "addresses",
                            new ListOf(new Plain(AddressScalars.INTERFACE_ADDRESS), "the addresses of both ends"),
                            "of both ends, in their order, two of each family; default the next free ones")));

    private static final Shape PROBE = Keys.of(
            "a probe",
            may("http", new Plain(Scalar.URL_PATH), "path to ask for, status 200 being healthy; default a TCP connect"),
            may("port", PORT, "default the backend port"),
            may("interval", DURATION, "default 1s"),
            may("count", new Plain(COUNT), "equal results in a row that change the verdict; default 2"));

    private static final Shape ENDPOINT = Keys.of(
            "an endpoint",
            must("pool", NODE_NAME, "the pool of this VIP that serves it"),
            may("backend-port", PORT, "where the VMs listen; default the endpoint's port"),
            may(
                    "affinity",
                    new Words(List.of("five-tuple", "source-ip-protocol", "source-ip")),
                    "what keeps a client on its backend; default five-tuple"),
            may("floating-ip", new Plain(Scalar.YES_NO), "deliver with the VIP as destination; default false"),
            may("idle-timeout", DURATION, "how long a flow without packets is remembered; default 4m"),
            may("idle-reset", new Plain(Scalar.YES_NO), "reset both ends of a TCP flow then; default true"),
            may("probe", PROBE, "how its backends are watched; default not at all"));

    private static final Shape VIP = Keys.of(
            "a VIP",
            must(
                    "pools",
                    new MapOf(Scalar.NAME, new ListOf(NODE_NAME, "names of VMs"), "a VIP's pools"),
                    "lists of VMs by name"),
            must(
                    "endpoints",
                    new MapOf(EndpointKey.SCALAR, ENDPOINT, "a VIP's endpoints"),
                    "what it serves, such as tcp/80"));

    private static final Shape STEP = Keys.of(
            "a step",
            may("kill", NODE_NAME, "SIGKILL its process"),
            may("stop", NODE_NAME, "SIGSTOP its process"),
            may("cont", NODE_NAME, "SIGCONT its process"),
            may("restart", NODE_NAME, "start it again"),
            may("impair", new Plain(IMPAIRED_LINE), "make a line bad, in the words of 'lab impair'"),
            may("partition", new Plain(LINE), "cut a line, for the packets of the kernels at its ends too"),
            may("heal", new Plain(LINE), "make a line good again"),
            may("flood", new Plain(FLOOD), "send UDP packets to a VIP, as long as the step holds"),
            may("hold", DURATION, "how long traffic runs on before the next step; default 3s"));

    private static final Shape DRILL = Keys.of(
            "a drill",
            may("about", new Plain(Scalar.SENTENCE), "what it shows"),
            may("flows", new Plain(DRILL_FLOWS), "long-lived TCP flows; default 500"),
            must("steps", new ListOf(STEP, "what is done, in order"), "what is done, in order"),
            may(
                    "expect",
                    Keys.of(
                            "an expectation",
                            may("broken", new Plain(BROKEN), "most flows that may break; default 0"),
                            may("stall", DURATION, "longest a flow may stand still; default any"),
                            may(
                                    "black-holed",
                                    new Plain(BROKEN),
                                    "most flows that may break without a word; default any"),
                            may(
                                    "sessions-lost",
                                    new Plain(BROKEN),
                                    "most BGP sessions that may go down, or paths fail by BFD; default any")),
                    "what must hold at the end"));

    static final Keys ADDRESSING = Keys.of(
            "the addressing",
            may(
                    "client-links",
                    PREFIXES,
                    "a /24 for each link of a client: .1 the router, .10 the client; default 198.51.100.0/24;"
                            + " a second prefix, of IPv6: a /64 each"),
            may("mux-links", PREFIXES, "a /31 for each link of a MUX; default 10.0.1.0/24; of IPv6: a /127 each"),
            may("host-links", PREFIXES, "a /31 for each link of a host; default 10.0.2.0/24; of IPv6: a /127 each"),
            may("other-links", PREFIXES, "a /31 for each other link; default 10.0.3.0/24; of IPv6: a /127 each"),
            may("vms", PREFIXES, "a /24 for each host, the second first; default 10.1.0.0/16; of IPv6: a /64 each"),
            may("management", new Plain(AddressScalars.IPV4_PREFIX), "the network of OVSDB; default 172.31.0.0/24"));

    static final Keys LAB = Keys.of(
            "a lab file",
            must("name", new Plain(Scalar.LAB_NAME), "the name of the lab"),
            may("defaults", INHERITED, "settings of all nodes whose kind knows them"),
            may("kinds", kindSettings(), "settings of all nodes of a kind; they win over defaults"),
            may(
                    "groups",
                    new MapOf(Scalar.NAME, INHERITED, "groups"),
                    "settings of nodes that name the group; they win over kinds"),
            must(
                    "nodes",
                    new MapOf(Scalar.NAME, new ByKind("a node", "kind", KINDS), "the nodes"),
                    "the nodes by name"),
            may("links", new ListOf(LINK, "links such as 'edge:eth1 -- mux1:eth0'"), "veth pairs between nodes"),
            may("addressing", ADDRESSING, "where addresses come from that are not written down"),
            may("vips", new MapOf(AddressScalars.ADDRESS, VIP, "the VIPs"), "what is served, by virtual address"),
            may(
                    "checks",
                    new ListOf(new Plain(Check.SCALAR), "what 'lab wait' understands"),
                    "what 'lab deploy' waits for at the end"),
            may("drills", new MapOf(Scalar.NAME, DRILL, "drills"), "what 'lab drill run' can do here"));

    private static Map<String, Keys> kinds(Keys... kinds) {
        var byName = new LinkedHashMap<String, Keys>();
        for (var kind : kinds) {
            byName.put(kind.what().substring(kind.what().indexOf(' ') + 1), kind);
        }
        return byName;
    }

    private static Map<String, Shape.Key> inheritable() {
        var keys = new LinkedHashMap<String, Shape.Key>();
        KINDS.values().forEach(kind -> keys.putAll(inheritable(kind)));
        return keys;
    }

    private static Map<String, Shape.Key> inheritable(Keys kind) {
        var keys = new LinkedHashMap<>(kind.keys());
        keys.keySet().removeAll(OWN);
        return keys;
    }

    private static Keys kindSettings() {
        var settings = new LinkedHashMap<String, Shape.Key>();
        KINDS.forEach((name, kind) -> settings.put(
                name,
                may(name, new Keys("settings of every " + name, inheritable(kind)), "settings of every " + name)));
        return new Keys("the kinds", settings);
    }
}

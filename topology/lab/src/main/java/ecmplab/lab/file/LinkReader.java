package ecmplab.lab.file;

import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.file.Link.End;
import ecmplab.lab.file.Yaml.Place;
import ecmplab.lab.file.Yaml.Text;
import ecmplab.lab.file.Yaml.Value;
import ecmplab.packet.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads the links and gives their ends addresses: written ones first, then the next free ones of the pool of their role. */
final class LinkReader {
    /** Interfaces that a namespace has already. */
    private static final Set<String> RESERVED_DEVICES = Set.of("lo", "mgmt0");

    private static final int PLAIN_MTU = 1500;
    /** Room for VXLAN's 50 octets around 1500, and some. */
    private static final int UNDERLAY_MTU = 1600;

    private final Map<String, Settings> nodes;
    private final Problems problems;
    private final Map<Role, AddressPool> pools = new EnumMap<>(Role.class);
    private final Set<String> devices = new HashSet<>();

    /** What a link is for; the first of these that fits. */
    private enum Role {
        CLIENT("client", "198.51.100.0/24", 24, PLAIN_MTU),
        MUX("mux", "10.0.1.0/24", 31, UNDERLAY_MTU),
        HOST("host", "10.0.2.0/24", 31, UNDERLAY_MTU),
        OTHER("other", "10.0.3.0/24", 31, PLAIN_MTU);

        final String kind;
        final String usual;
        final int length;
        final int mtu;

        Role(String kind, String usual, int length, int mtu) {
            this.kind = kind;
            this.usual = usual;
            this.length = length;
            this.mtu = mtu;
        }

        String key() {
            return kind + "-links";
        }
    }

    /** A link as written. */
    private record Written(LinkEnds ends, int mtu, List<Text> addresses, Place place) {}

    /** @param taken subnets that are spoken for; those of the links are added */
    LinkReader(Map<String, Settings> nodes, Settings addressing, List<Prefix> taken, Problems problems) {
        this.nodes = nodes;
        this.problems = problems;
        for (var role : Role.values()) {
            var prefix = addressing.get(role.key(), Scalar.PREFIX, Prefix.parse(role.usual));
            if (role == Role.CLIENT && prefix.length() > 28) {
                problems.at(
                        addressing.placeOf(role.key()),
                        prefix + ": must be /28 or larger, as a client is its tenth address");
            }
            pools.put(role, new AddressPool(prefix, role.length, 0, taken));
        }
    }

    List<Link> read(List<Value> values, List<Prefix> taken) {
        var written = new ArrayList<Written>();
        values.forEach(value -> written.add(written(value)));
        written.removeIf(link -> !sound(link));
        for (var link : written) {
            link.addresses().stream()
                    .map(text ->
                            Scalar.INTERFACE_ADDRESS.parse().apply(text.text()).prefix())
                    .distinct()
                    .forEach(subnet -> claim(subnet, link.addresses().getFirst().place(), taken));
        }
        var links = new ArrayList<Link>();
        for (var link : written) {
            links.add(resolved(link, links.size()));
        }
        return links;
    }

    private static Written written(Value value) {
        if (value instanceof Text text) {
            return new Written(LinkEnds.SCALAR.parse().apply(text.text()), 0, List.of(), text.place());
        }
        var settings = Settings.of("link", value.place(), value);
        return new Written(
                settings.get("endpoints", LinkEnds.SCALAR).orElseThrow(),
                settings.get("mtu", LabShapes.MTU, 0),
                settings.texts("addresses"),
                settings.placeOf("endpoints"));
    }

    private boolean sound(Written link) {
        var ends = link.ends();
        boolean sound = known(ends.nodeA(), link.place());
        sound &= known(ends.nodeB(), link.place());
        if (ends.nodeA().equals(ends.nodeB())) {
            problems.at(link.place(), "a link of " + ends.nodeA() + " with itself");
            sound = false;
        }
        claim(ends.nodeA(), ends.deviceA(), link.place());
        claim(ends.nodeB(), ends.deviceB(), link.place());
        if (!link.addresses().isEmpty()) {
            var first = Scalar.INTERFACE_ADDRESS
                    .parse()
                    .apply(link.addresses().getFirst().text());
            var last = Scalar.INTERFACE_ADDRESS
                    .parse()
                    .apply(link.addresses().getLast().text());
            if (link.addresses().size() != 2
                    || !first.prefix().equals(last.prefix())
                    || first.address().equals(last.address())) {
                problems.at(link.addresses().getFirst().place(), "must be two different addresses of one subnet");
                sound = false;
            }
        }
        return sound;
    }

    private boolean known(String node, Place place) {
        if (!nodes.containsKey(node)) {
            problems.at(place, "no node '" + node + "'" + Shape.hint(node, List.copyOf(nodes.keySet())));
        }
        return nodes.containsKey(node);
    }

    private void claim(String node, String device, Place place) {
        if (RESERVED_DEVICES.contains(device)) {
            problems.at(place, "interface " + device + " of " + node + " is there already in every namespace");
        } else if (!devices.add(node + ":" + device)) {
            problems.at(place, "interface " + device + " of " + node + " is used twice");
        }
    }

    private void claim(Prefix subnet, Place place, List<Prefix> taken) {
        taken.stream()
                .filter(other -> AddressPool.overlap(other, subnet))
                .findFirst()
                .ifPresentOrElse(other -> problems.at(place, subnet + " overlaps " + other), () -> taken.add(subnet));
    }

    private Link resolved(Written link, int number) {
        var ends = link.ends();
        var role = role(ends);
        InterfaceAddress addressA;
        InterfaceAddress addressB;
        if (link.addresses().isEmpty()) {
            var pool = Objects.requireNonNull(pools.get(role));
            var subnet = pool.next().orElseGet(() -> {
                problems.at(link.place(), "no address left in " + role.key() + " " + pool.pool());
                return pool.pool();
            });
            var near = new InterfaceAddress(AddressPool.address(subnet, role == Role.CLIENT ? 1 : 0), subnet.length());
            var far = new InterfaceAddress(AddressPool.address(subnet, role == Role.CLIENT ? 10 : 1), subnet.length());
            boolean turned = !routes(ends.nodeA()) && routes(ends.nodeB());
            addressA = turned ? far : near;
            addressB = turned ? near : far;
        } else {
            addressA = Scalar.INTERFACE_ADDRESS
                    .parse()
                    .apply(link.addresses().getFirst().text());
            addressB = Scalar.INTERFACE_ADDRESS
                    .parse()
                    .apply(link.addresses().getLast().text());
        }
        int mtu = link.mtu() > 0 ? link.mtu() : role.mtu;
        return new Link(
                new End(ends.nodeA(), ends.deviceA(), addressA, mac(number, 1)),
                new End(ends.nodeB(), ends.deviceB(), addressB, mac(number, 2)),
                mtu);
    }

    private Role role(LinkEnds ends) {
        return Arrays.stream(Role.values())
                .filter(role -> kind(ends.nodeA()).equals(role.kind)
                        || kind(ends.nodeB()).equals(role.kind))
                .findFirst()
                .orElse(Role.OTHER);
    }

    private boolean routes(String node) {
        return Set.of("router", "frr", "bird").contains(kind(node));
    }

    private String kind(String node) {
        return Objects.requireNonNull(nodes.get(node)).get("kind", Scalar.SENTENCE, "");
    }

    /** Locally administered, and readable in a capture: link number, then the end. */
    private static MacAddress mac(int link, int end) {
        return new MacAddress(0x0200_0100_0000L | (long) (link & 0xFFFF) << 8 | end);
    }
}

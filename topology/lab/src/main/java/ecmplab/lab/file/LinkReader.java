package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
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
import java.util.Optional;
import java.util.Set;

/**
 * Reads the links and gives their ends addresses: written ones first, then the next free ones of the pool of their role. Every link has
 * IPv4 addresses, and IPv6 ones as well where they are written or the role has an IPv6 pool.
 */
final class LinkReader {
    /** Interfaces that a namespace has already. */
    private static final Set<String> RESERVED_DEVICES = Set.of("lo", "mgmt0");

    private static final int PLAIN_MTU = 1500;
    /** Room for VXLAN's 50 octets around 1500, and some. */
    private static final int UNDERLAY_MTU = 1600;

    private final Map<String, Settings> nodes;
    private final Problems problems;
    private final Map<Role, Map<AddressFamily, AddressPool>> pools = new EnumMap<>(Role.class);
    private final Set<String> devices = new HashSet<>();

    /** What a link is for; the first of these that fits. */
    private enum Role {
        CLIENT("client", "198.51.100.0/24", 24, 64, PLAIN_MTU),
        MUX("mux", "10.0.1.0/24", 31, 127, UNDERLAY_MTU),
        HOST("host", "10.0.2.0/24", 31, 127, UNDERLAY_MTU),
        OTHER("other", "10.0.3.0/24", 31, 127, PLAIN_MTU);

        final String kind;
        final String usual;
        final int length;
        final int ipv6Length;
        final int mtu;

        Role(String kind, String usual, int length, int ipv6Length, int mtu) {
            this.kind = kind;
            this.usual = usual;
            this.length = length;
            this.ipv6Length = ipv6Length;
            this.mtu = mtu;
        }

        String key() {
            return kind + "-links";
        }
    }

    /** A link as written. */
    private record Written(LinkEnds ends, int mtu, List<Text> addresses, Place place) {
        List<InterfaceAddress> addresses(AddressFamily family) {
            return addresses.stream()
                    .map(text -> AddressScalars.INTERFACE_ADDRESS.parse().apply(text.text()))
                    .filter(address -> address.family() == family)
                    .toList();
        }
    }

    /** The addresses of both ends, in their order. */
    private record Both(InterfaceAddress a, InterfaceAddress b) {}

    /** @param taken subnets that are spoken for; those of the links are added */
    LinkReader(Map<String, Settings> nodes, Settings addressing, List<Prefix> taken, Problems problems) {
        this.nodes = nodes;
        this.problems = problems;
        for (var role : Role.values()) {
            var prefixes = ByFamily.of(addressing, role.key(), AddressScalars.PREFIX, Prefix::family, problems);
            var byFamily = new EnumMap<AddressFamily, AddressPool>(AddressFamily.class);
            byFamily.put(
                    AddressFamily.IPV4_UNICAST, pool(role, prefixes.ipv4().orElse(Prefix.parse(role.usual)), taken));
            prefixes.ipv6().ifPresent(prefix -> byFamily.put(prefix.family(), pool(role, prefix, taken)));
            pools.put(role, byFamily);
            if (role == Role.CLIENT) {
                byFamily.values().forEach(pool -> checkSize(pool.pool(), addressing.placeOf(role.key())));
            }
        }
    }

    private void checkSize(Prefix prefix, Place place) {
        int longest = prefix.family() == AddressFamily.IPV4_UNICAST ? 28 : 120;
        if (prefix.length() > longest) {
            problems.at(place, prefix + ": must be /" + longest + " or larger, as a client is its tenth address");
        }
    }

    private static AddressPool pool(Role role, Prefix prefix, List<Prefix> taken) {
        boolean ipv6 = prefix.family() == AddressFamily.IPV6_UNICAST;
        return new AddressPool(prefix, ipv6 ? role.ipv6Length : role.length, 0, taken);
    }

    List<Link> read(List<Value> values, List<Prefix> taken) {
        var written = new ArrayList<Written>();
        values.forEach(value -> written.add(written(value)));
        written.removeIf(link -> !sound(link));
        for (var link : written) {
            Arrays.stream(AddressFamily.values())
                    .flatMap(family -> link.addresses(family).stream().limit(1))
                    .map(InterfaceAddress::prefix)
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
        for (var family : AddressFamily.values()) {
            var addresses = link.addresses(family);
            if (!addresses.isEmpty()
                    && (addresses.size() != 2
                            || !addresses
                                    .getFirst()
                                    .prefix()
                                    .equals(addresses.getLast().prefix())
                            || addresses
                                    .getFirst()
                                    .address()
                                    .equals(addresses.getLast().address()))) {
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
        var ipv4 = addresses(link, role, AddressFamily.IPV4_UNICAST).orElseThrow();
        var ipv6 = addresses(link, role, AddressFamily.IPV6_UNICAST);
        int mtu = link.mtu() > 0 ? link.mtu() : role.mtu;
        return new Link(
                new End(ends.nodeA(), ends.deviceA(), ipv4.a(), ipv6.map(Both::a), mac(number, 1)),
                new End(ends.nodeB(), ends.deviceB(), ipv4.b(), ipv6.map(Both::b), mac(number, 2)),
                mtu);
    }

    /** The written ones, or the next of the pool; none where there is neither, which is only so of IPv6. */
    private Optional<Both> addresses(Written link, Role role, AddressFamily family) {
        var written = link.addresses(family);
        if (!written.isEmpty()) {
            return Optional.of(new Both(written.getFirst(), written.getLast()));
        }
        var pool = Objects.requireNonNull(pools.get(role)).get(family);
        if (pool == null) {
            return Optional.empty();
        }
        var subnet = pool.next().orElseGet(() -> {
            problems.at(link.place(), "no address left in " + role.key() + " " + pool.pool());
            return pool.pool();
        });
        var near = new InterfaceAddress(AddressPool.address(subnet, role == Role.CLIENT ? 1 : 0), subnet.length());
        var far = new InterfaceAddress(AddressPool.address(subnet, role == Role.CLIENT ? 10 : 1), subnet.length());
        boolean turned = !routes(link.ends().nodeA()) && routes(link.ends().nodeB());
        return Optional.of(turned ? new Both(far, near) : new Both(near, far));
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

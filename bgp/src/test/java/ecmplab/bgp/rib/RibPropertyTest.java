package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LocalPref;
import ecmplab.bgp.attribute.PathAttribute.MultiExitDisc;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, seeded; after every pass all that anybody can see must be as {@link NaiveRib} says. */
class RibPropertyTest {
    private static final InetAddress SELF4 = InetAddress.ofLiteral("192.0.2.254");
    private static final InetAddress SELF6 = InetAddress.ofLiteral("2001:db8:ffff::254");

    private static final class Node {
        final NaiveRib.Neighbor model;
        final PeerTerms terms;
        Receiver receiver = new Receiver();

        @Nullable
        Peer peer;

        Node(NaiveRib.Neighbor model, PeerTerms terms) {
            this.model = model;
            this.terms = terms;
        }
    }

    private SplittableRandom random = new SplittableRandom(0);
    private final List<Prefix> prefixes = new ArrayList<>();
    private final List<PathAttributes> pool = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Prefix, List<NextHop>> forwarding = new TreeMap<>();
    private @Nullable NaiveRib naive;
    private @Nullable Rib rib;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void afterAnyHistoryEverybodySeesWhatTheRulesSay(long seed) {
        random = new SplittableRandom(seed);
        boolean relax = random.nextBoolean();
        int multipath = random.nextInt(1, 5);
        build(multipath, relax);
        for (int step = 0; step < 1000; step++) {
            act();
            if (random.nextInt(4) == 0) {
                passAndCompare();
            }
        }
        for (var node : nodes) {
            node.receiver.writable = true;
            node.receiver.credit = Integer.MAX_VALUE;
        }
        passAndCompare();
        for (var node : nodes) {
            assertTrue(node.peer == null || node.receiver.ended.equals(node.terms.families()), "End-of-RIB was sent");
        }
        everythingGoesAndNothingIsLeft();
    }

    private void everythingGoesAndNothingIsLeft() {
        for (var prefix : prefixes) {
            rib().withdraw(prefix);
            naive().local.routes.remove(prefix);
        }
        nodes.forEach(this::down);
        passAndCompare();
        var counts = rib().view().counts();
        assertEquals(
                new RibCounts(counts.version(), 0, 0, 0, 0, 0, 0, 0),
                counts,
                "references return to zero after all is withdrawn");
        assertTrue(forwarding.isEmpty());
    }

    private void build(int multipath, boolean relax) {
        var config = RibConfig.of(NaiveRib.LOCAL_AS, RouterId.parse("10.0.0.254"), random.nextLong())
                .withMultipath(new Multipath(multipath, 1, relax))
                .withMaximumPrefixes(1000)
                .withUsableNextHop(address -> !address.isLoopbackAddress())
                .withAllocator(UnpooledByteBufAllocator.DEFAULT);
        rib = new Rib(config, this::changed);
        var self = new PeerIdentity(
                InetAddress.ofLiteral("0.0.0.0"), NaiveRib.LOCAL_AS, config.routerId(), PeerKind.LOCAL);
        naive = new NaiveRib(new NaiveRib.Neighbor(self, Policy.ACCEPT_ALL), multipath, relax);
        for (int i = 0; i < 12; i++) {
            prefixes.add(Prefix.v4(0xCB00_7100 + i * 16, random.nextInt(24, 33)));
            prefixes.add(Prefix.v6(0x2001_0db8_0000_0000L + i, random.nextLong(), random.nextInt(64, 129)));
        }
        var distinct = prefixes.stream().distinct().toList();
        prefixes.clear();
        prefixes.addAll(distinct);
        for (int i = 0; i < 40; i++) {
            pool.add(randomAttributes());
        }
        var only =
                Policy.only(new PrefixList("half", List.of(PrefixList.Entry.orLonger(Prefix.parse("203.0.113.0/25")))));
        var v4 = EnumSet.of(AddressFamily.IPV4_UNICAST);
        var both = EnumSet.allOf(AddressFamily.class);
        add("192.0.2.1", 65001, "10.0.0.1", both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
        add("192.0.2.2", 65001, "10.0.0.2", both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
        add("192.0.2.3", 65003, "10.0.0.2", both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
        add("192.0.2.4", 65004, "10.0.0.4", v4, only, Policy.ACCEPT_ALL);
        add("192.0.2.5", 65005, "10.0.0.5", both, Policy.ACCEPT_ALL, only);
        add("192.0.2.6", 65000, "10.0.0.6", both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
        add("192.0.2.7", 65000, "10.0.0.7", both, Policy.ACCEPT_ALL, Policy.ACCEPT_ALL);
    }

    private void add(String address, long asn, String id, EnumSet<AddressFamily> families, Policy in, Policy out) {
        var kind = asn == NaiveRib.LOCAL_AS.value() ? PeerKind.IBGP : PeerKind.EBGP;
        var identity = new PeerIdentity(InetAddress.ofLiteral(address), Asn.of(asn), RouterId.parse(id), kind);
        var nextHops = Map.of(AddressFamily.IPV4_UNICAST, SELF4, AddressFamily.IPV6_UNICAST, SELF6);
        nodes.add(new Node(new NaiveRib.Neighbor(identity, in), PeerTerms.of(families, in, out, nextHops)));
    }

    private PathAttributes randomAttributes() {
        var list = new ArrayList<PathAttribute>();
        list.add(Origin.values()[random.nextInt(8) == 0 ? 2 : 0]);
        long first = 65001L + random.nextInt(3);
        list.add(
                switch (random.nextInt(8)) {
                    case 0 -> AsPath.EMPTY;
                    case 1 -> AsPath.sequence(first, 65000);
                    case 2, 3 -> AsPath.sequence(first, 7);
                    default -> AsPath.sequence(first);
                });
        int host = random.nextInt(1, 4);
        list.add(new PathAttribute.NextHop(
                InetAddress.ofLiteral(random.nextInt(12) == 0 ? "127.0.0.1" : "192.0.2." + host)));
        if (random.nextInt(3) == 0) {
            list.add(new MultiExitDisc(random.nextInt(3)));
        }
        if (random.nextInt(6) == 0) {
            list.add(new LocalPref(99 + random.nextInt(3)));
        }
        if (random.nextInt(6) == 0) {
            list.add(Communities.of(0xFFFF_FF01 + random.nextInt(3)));
        } else if (random.nextInt(10) == 0) {
            list.add(Communities.of(0xFFFF_0000));
        }
        return new PathAttributes(list);
    }

    private void act() {
        var node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(24)) {
            case 0 -> {
                if (random.nextInt(3) == 0) {
                    down(node);
                }
            }
            case 1 -> {
                var prefix = prefixes.get(random.nextInt(prefixes.size()));
                var attributes = PathAttributes.of(Origin.IGP, AsPath.EMPTY, new MultiExitDisc(random.nextInt(2)));
                naive().local.routes.put(prefix, attributes);
                rib().announce(prefix, attributes.encode());
            }
            case 2, 3 -> {
                var prefix = prefixes.get(random.nextInt(prefixes.size()));
                naive().local.routes.remove(prefix);
                rib().withdraw(prefix);
            }
            case 4 -> node.receiver.writable = false;
            case 5, 6 -> {
                node.receiver.writable = true;
                node.receiver.credit = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 4);
            }
            case 7 -> {
                var peer = node.peer;
                if (peer != null) {
                    rib().refresh(peer, AddressFamily.values()[random.nextInt(2)]);
                }
            }
            default -> batch(node);
        }
    }

    private void batch(Node node) {
        var peer = node.peer;
        if (peer == null) {
            node.receiver = new Receiver();
            node.peer = rib().up(node.model.identity, node.terms, node.receiver);
            naive().neighbors.add(node.model);
            return;
        }
        var batch = new RouteBatch();
        for (int updates = random.nextInt(1, 4); updates > 0; updates--) {
            var attributes = pool.get(random.nextInt(pool.size()));
            var block = attributes.encode();
            batch.attributes(block, 0, block.length);
            for (int routes = random.nextInt(1, 6); routes > 0; routes--) {
                var p = prefixes.get(random.nextInt(prefixes.size()));
                boolean has = node.terms.families().contains(p.family());
                if (random.nextInt(3) > 0) {
                    batch.reach(p.family(), p.high(), p.low(), p.length(), 0);
                    if (has) {
                        node.model.routes.put(p, attributes);
                    }
                } else {
                    batch.unreach(p.family(), p.high(), p.low(), p.length(), 0);
                    node.model.routes.remove(p);
                }
            }
        }
        rib().apply(peer, batch);
    }

    private void down(Node node) {
        var peer = node.peer;
        if (peer != null) {
            assertEquals(node.model.routes.size(), rib().down(peer));
            node.peer = null;
            node.model.routes.clear();
            naive().neighbors.remove(node.model);
        }
    }

    private void changed(List<NextHopChange> changes) {
        for (var change : changes) {
            var before = change.nextHops().isEmpty()
                    ? forwarding.remove(change.prefix())
                    : forwarding.put(change.prefix(), change.nextHops());
            assertNotEquals(before == null ? List.of() : before, change.nextHops(), "told of a change that is none");
        }
    }

    private void passAndCompare() {
        while (rib().pass()) {}
        var decided = new TreeMap<Prefix, List<NaiveRib.Path>>();
        for (var prefix : prefixes) {
            var used = naive().decide(prefix);
            decided.put(prefix, used);
            assertEquals(naive().nextHops(used), forwarding.getOrDefault(prefix, List.of()), prefix::toString);
            var route = rib().view().route(prefix);
            var usedHere = route.map(RouteView::paths).orElse(List.of()).stream()
                    .filter(path -> path.reason().isUsed())
                    .map(path -> path.peer().address())
                    .toList();
            var usedThere =
                    used.stream().map(path -> path.from().identity.address()).toList();
            assertEquals(usedThere.stream().findFirst(), usedHere.stream().findFirst(), "best path of " + prefix);
            assertEquals(sorted(usedThere), sorted(usedHere), "paths of " + prefix);
        }
        for (var node : nodes) {
            compare(node, decided);
        }
    }

    private void compare(Node node, Map<Prefix, List<NaiveRib.Path>> decided) {
        var peer = node.peer;
        if (peer == null) {
            return;
        }
        var terms = node.terms;
        var mine = new TreeMap<>(decided);
        mine.keySet().removeIf(prefix -> !terms.families().contains(prefix.family()));
        var expected = naive().announcedTo(node.model, mine, terms.exportPolicy(), SELF4, SELF6);
        if (node.receiver.writable && rib().isUpToDate(peer)) {
            assertEquals(expected, node.receiver.table, () -> "what " + peer + " has");
        } else {
            assertTrue(!node.receiver.writable, "a peer that can be told has been told");
        }
        var announced = new TreeMap<Prefix, PathAttributes>();
        var received = new TreeMap<Prefix, PathAttributes>();
        for (var family : terms.families()) {
            rib().view()
                    .announced(peer, family, RoutePage.START, 1000)
                    .routes()
                    .forEach(route -> announced.put(route.prefix(), route.attributes()));
            rib().view()
                    .received(peer, family, RoutePage.START, 1000)
                    .routes()
                    .forEach(route -> received.put(route.prefix(), route.attributes()));
        }
        assertEquals(expected, announced);
        assertEquals(node.model.routes, received);
        var counts = rib().view().counts(peer);
        assertEquals(
                expected.size(), counts.stream().mapToInt(PeerCounts::announced).sum());
        assertEquals(
                received.size(), counts.stream().mapToInt(PeerCounts::received).sum());
    }

    private static List<String> sorted(List<InetAddress> addresses) {
        return addresses.stream().map(InetAddress::getHostAddress).sorted().toList();
    }

    private NaiveRib naive() {
        return Objects.requireNonNull(naive);
    }

    private Rib rib() {
        return Objects.requireNonNull(rib);
    }
}

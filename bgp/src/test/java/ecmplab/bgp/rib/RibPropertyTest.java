package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories, seeded; after every pass all that anybody can see must be as {@link NaiveRib} says. */
class RibPropertyTest {
    private static final class Node {
        final NaiveRib.Neighbor model;
        Receiver receiver;

        @Nullable
        Peer peer;

        Node(NaiveRib.Neighbor model) {
            this.model = model;
            receiver = new Receiver(model.terms().addPathSend().keySet());
        }
    }

    private RibSamples samples = new RibSamples(new SplittableRandom(0));
    private SplittableRandom random = new SplittableRandom(0);
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Prefix, List<NextHop>> forwarding = new TreeMap<>();
    private final Set<InetAddress> unusable = new HashSet<>();
    private boolean isListening = true;
    private final Rib.Listener listener = new Rib.Listener() {
        @Override
        public void changed(List<NextHopChange> changes) {
            changes.forEach(RibPropertyTest.this::changed);
        }

        @Override
        public boolean isListening() {
            return isListening;
        }
    };
    private @Nullable NaiveRib naive;
    private @Nullable Rib rib;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void afterAnyHistoryEverybodySeesWhatTheRulesSay(long seed) {
        random = new SplittableRandom(seed);
        samples = new RibSamples(random);
        build();
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
            assertTrue(
                    !node.model.isUp
                            || node.receiver.ended.equals(node.model.terms().families()),
                    "End-of-RIB was sent");
        }
        everythingGoesAndNothingIsLeft();
    }

    private void everythingGoesAndNothingIsLeft() {
        for (var prefix : samples.prefixes) {
            rib().withdraw(prefix);
            naive().local.routes.remove(new NaiveRib.Key(prefix, 0));
        }
        nodes.forEach(node -> {
            down(node, Set.of());
            expire(node);
        });
        passAndCompare();
        while (rib().tidy()) {}
        var counts = rib().view().counts();
        assertEquals(
                new RibCounts(counts.version(), 0, 0, 0, 0, 0, 0, 0),
                counts,
                "references return to zero after all is withdrawn");
        assertEquals(0, rib().attributes().nextHops().size());
        assertTrue(forwarding.isEmpty());
    }

    private void build() {
        unusable.add(InetAddress.ofLiteral("127.0.0.1"));
        var config = RibConfig.of(NaiveRib.LOCAL_AS, NaiveRib.ROUTER_ID, random.nextLong())
                .withClusterId(NaiveRib.CLUSTER_ID)
                .withMultipath(multipath())
                .withAlwaysCompareMed(random.nextInt(4) == 0)
                .withMaximumPrefixes(1000)
                .withUsableNextHop(address -> !unusable.contains(address))
                .withAllocator(UnpooledByteBufAllocator.DEFAULT);
        rib = new Rib(config, listener);
        var self = new PeerIdentity(
                InetAddress.ofLiteral("0.0.0.0"), NaiveRib.LOCAL_AS, config.routerId(), PeerKind.LOCAL);
        naive = new NaiveRib(new NaiveRib.Neighbor(self, null), config);
        naive.unusable.addAll(unusable);
        for (var neighbor : samples.neighbors()) {
            naive.neighbors.add(neighbor);
            nodes.add(new Node(neighbor));
        }
    }

    private void act() {
        var node = nodes.get(random.nextInt(nodes.size()));
        var family = AddressFamily.values()[random.nextInt(2)];
        switch (random.nextInt(35)) {
            case 0 -> {
                if (random.nextInt(3) == 0) {
                    down(node, random.nextBoolean() ? Set.of() : EnumSet.allOf(AddressFamily.class));
                }
            }
            case 1 -> originate();
            case 2, 3 -> {
                var prefix = samples.prefix();
                naive().local.routes.remove(new NaiveRib.Key(prefix, 0));
                rib().withdraw(prefix);
            }
            case 4 -> node.receiver.writable = false;
            case 5, 6 -> {
                node.receiver.writable = true;
                node.receiver.credit = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 4);
            }
            case 7 -> {
                if (node.model.isUp) {
                    rib().refresh(peer(node), family, random.nextBoolean());
                }
            }
            case 8 -> expire(node);
            case 9 -> beginRefresh(node, family);
            case 10 -> sweep(node, family);
            case 11 -> terms(node);
            case 12 -> nextHops();
            case 13 -> configure();
            case 14 -> {
                if (random.nextInt(10) == 0) {
                    listen();
                }
            }
            case 15 -> rib().tidy();
            default -> batch(node);
        }
    }

    private Multipath multipath() {
        return new Multipath(random.nextInt(1, 5), random.nextInt(1, 4), random.nextBoolean());
    }

    private void configure() {
        var config = naive().config;
        var changed = switch (random.nextInt(5)) {
            case 0 -> config.withMultipath(multipath());
            case 1 -> config.withAlwaysCompareMed(!config.alwaysCompareMed());
            case 2 -> config.withGracefulShutdown(!config.honourGracefulShutdown());
            case 3 -> config.withClusterId(RouterId.parse("10.0.0." + random.nextInt(252, 254)));
            default -> config.withMaximumPrefixes(random.nextInt(500, 1000));
        };
        naive().config = changed;
        rib().configure(changed);
    }

    private void originate() {
        var prefix = samples.prefix();
        var attributes = samples.own(prefix.family());
        naive().local.routes.put(new NaiveRib.Key(prefix, 0), attributes);
        rib().announce(prefix, attributes.encode());
    }

    private void up(Node node) {
        node.receiver = new Receiver(node.model.terms().addPathSend().keySet());
        var preserved =
                random.nextInt(4) == 0 ? EnumSet.of(AddressFamily.IPV4_UNICAST) : EnumSet.allOf(AddressFamily.class);
        node.peer = rib().up(node.model.identity, node.model.terms(), node.receiver, preserved);
        node.model.isUp = true;
        node.model
                .routes
                .keySet()
                .removeIf(key -> !preserved.contains(key.prefix().family()));
        node.model.stale.retainAll(node.model.routes.keySet());
    }

    private void batch(Node node) {
        if (!node.model.isUp) {
            up(node);
            return;
        }
        var batch = new RouteBatch();
        for (int updates = random.nextInt(1, 4); updates > 0; updates--) {
            var family = AddressFamily.values()[random.nextInt(2)];
            var attributes = samples.attributes(family);
            var block = attributes.encode();
            batch.attributes(block, 0, block.length);
            for (int routes = random.nextInt(1, 6); routes > 0; routes--) {
                var p = samples.prefix(family);
                boolean has = node.model.terms().families().contains(family);
                boolean ids = node.model.terms().addPathReceive().contains(family);
                var key = new NaiveRib.Key(p, ids ? random.nextInt(-1, 3) : 0);
                if (random.nextInt(3) > 0) {
                    batch.reach(family, p.high(), p.low(), p.length(), key.pathId());
                    if (has) {
                        node.model.routes.put(key, attributes);
                        node.model.stale.remove(key);
                    }
                } else {
                    batch.unreach(family, p.high(), p.low(), p.length(), key.pathId());
                    node.model.routes.remove(key);
                    node.model.stale.remove(key);
                }
            }
        }
        rib().apply(peer(node), batch);
    }

    private void down(Node node, Set<AddressFamily> kept) {
        if (!node.model.isUp) {
            return;
        }
        var gone = node.model.routes.keySet().stream()
                .filter(key -> !kept.contains(key.prefix().family()) || node.model.stale.contains(key))
                .toList();
        assertEquals(gone.size(), rib().down(peer(node), kept));
        gone.forEach(node.model.routes::remove);
        node.model.stale.clear();
        node.model.stale.addAll(node.model.routes.keySet());
        node.model.isUp = false;
    }

    private void expire(Node node) {
        if (!node.model.isUp && node.peer != null) {
            assertEquals(node.model.routes.size(), rib().expire(node.peer));
            node.model.routes.clear();
            node.model.stale.clear();
        }
    }

    private void beginRefresh(Node node, AddressFamily family) {
        if (node.model.isUp) {
            rib().beginRefresh(peer(node), family);
            node.model.routes.keySet().stream()
                    .filter(key -> key.prefix().family() == family)
                    .forEach(node.model.stale::add);
        }
    }

    private void sweep(Node node, AddressFamily family) {
        if (node.model.isUp) {
            var gone = node.model.stale.stream()
                    .filter(key -> key.prefix().family() == family)
                    .toList();
            if (random.nextBoolean()) {
                assertEquals(gone.size(), rib().endRefresh(peer(node), family));
            } else {
                var batch = new RouteBatch();
                batch.endOfRib(family);
                rib().apply(peer(node), batch);
            }
            gone.forEach(node.model.routes::remove);
            gone.forEach(node.model.stale::remove);
        }
    }

    private void terms(Node node) {
        var changed = samples.changed(node.model);
        node.model.terms = changed;
        if (node.model.isUp) {
            rib().terms(peer(node), changed);
        } else {
            expire(node);
        }
    }

    private void nextHops() {
        var address = InetAddress.ofLiteral("192.0.2." + random.nextInt(1, 4));
        if (!unusable.remove(address)) {
            unusable.add(address);
        }
        naive().unusable.clear();
        naive().unusable.addAll(unusable);
        rib().nextHopsChanged();
    }

    private void changed(NextHopChange change) {
        assertTrue(isListening, "told though nobody listens");
        var before = change.nextHops().isEmpty()
                ? forwarding.remove(change.prefix())
                : forwarding.put(change.prefix(), change.nextHops());
        assertNotEquals(before == null ? List.of() : before, change.nextHops(), "told of a change that is none");
    }

    /** Somebody listens from now on, and knows what is so; or nobody listens any longer. */
    private void listen() {
        passAndCompare();
        isListening = !isListening;
        rib().follow();
        forwarding.clear();
        for (var prefix : samples.prefixes) {
            var hops = naive().nextHops(naive().decide(prefix));
            if (isListening && !hops.isEmpty()) {
                forwarding.put(prefix, hops);
            }
        }
    }

    private void passAndCompare() {
        while (rib().pass()) {}
        for (var prefix : samples.prefixes) {
            var used = naive().decide(prefix);
            if (isListening) {
                assertEquals(naive().nextHops(used), forwarding.getOrDefault(prefix, List.of()), prefix::toString);
            }
            assertEquals(
                    naive().nextHops(used),
                    rib().view().route(prefix).map(RouteView::nextHops).orElse(List.of()),
                    prefix::toString);
            var usedHere = rib().view().route(prefix).map(RouteView::paths).orElse(List.of()).stream()
                    .filter(path -> path.reason().isUsed())
                    .map(path -> path.peer().address().getHostAddress() + " " + path.pathId() + " " + path.attributes())
                    .toList();
            var usedThere = used.stream()
                    .map(path -> path.from().identity.address().getHostAddress() + " " + path.pathId() + " "
                            + path.attributes())
                    .toList();
            assertEquals(usedThere.stream().findFirst(), usedHere.stream().findFirst(), "best path of " + prefix);
            assertEquals(new TreeSet<>(usedThere), new TreeSet<>(usedHere), "paths of " + prefix);
        }
        nodes.forEach(this::compare);
    }

    private void compare(Node node) {
        var peer = node.peer;
        if (peer == null) {
            return;
        }
        compareReceived(node, peer);
        if (!node.model.isUp) {
            return;
        }
        var expected = naive().announcedTo(node.model, new TreeSet<>(samples.prefixes));
        if (node.receiver.writable && rib().isUpToDate(peer)) {
            assertEquals(expected, node.receiver.all(), () -> "what " + peer + " has");
        } else {
            assertTrue(!node.receiver.writable, "a peer that can be told has been told");
        }
        var announced = new TreeMap<Prefix, List<PathAttributes>>();
        for (var family : node.model.terms().families()) {
            for (var route :
                    rib().view().announced(peer, family, RoutePage.START, 1000).routes()) {
                announced
                        .computeIfAbsent(route.prefix(), prefix -> new ArrayList<>())
                        .add(route.attributes());
            }
        }
        announced.values().forEach(list -> list.sort(Comparator.comparing(PathAttributes::toString)));
        assertEquals(expected, announced);
        int count = expected.values().stream().mapToInt(List::size).sum();
        assertEquals(
                count,
                rib().view().counts(peer).stream()
                        .mapToInt(PeerCounts::announced)
                        .sum());
    }

    private void compareReceived(Node node, Peer peer) {
        var received = new TreeMap<NaiveRib.Key, PathAttributes>();
        var stale = new HashSet<NaiveRib.Key>();
        int accepted = 0;
        for (var family : AddressFamily.values()) {
            for (var route :
                    rib().view().received(peer, family, RoutePage.START, 1000).routes()) {
                var key = new NaiveRib.Key(route.prefix(), route.pathId());
                received.put(key, route.attributes());
                var imported = naive().imported(node.model, route.prefix(), route.attributes());
                assertEquals(imported == null, route.rejected() != null, () -> key + " of " + peer);
                accepted += imported == null ? 0 : 1;
                if (route.isStale()) {
                    stale.add(key);
                }
            }
        }
        assertEquals(node.model.routes, received);
        assertEquals(node.model.stale, stale);
        var counts = rib().view().counts(peer);
        assertEquals(
                received.size(), counts.stream().mapToInt(PeerCounts::received).sum());
        assertEquals(accepted, counts.stream().mapToInt(PeerCounts::accepted).sum());
        assertEquals(stale.size(), counts.stream().mapToInt(PeerCounts::stale).sum());
    }

    private static Peer peer(Node node) {
        return Objects.requireNonNull(node.peer);
    }

    private NaiveRib naive() {
        return Objects.requireNonNull(naive);
    }

    private Rib rib() {
        return Objects.requireNonNull(rib);
    }
}

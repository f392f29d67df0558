package ecmplab.bgp.speaker;

import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.rib.BestChange;
import ecmplab.bgp.rib.NextHop;
import ecmplab.bgp.rib.NextHopChange;
import ecmplab.bgp.rib.Peer;
import ecmplab.bgp.rib.PeerIdentity;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.Rib;
import ecmplab.bgp.rib.RibConfig;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What the RIB thread does for a speaker: takes what sessions and programs hand over, and tells listeners what came of it. */
final class RibWork implements Exchanges, Rib.Listener {
    private static final int GRACEFUL_SHUTDOWN = 0xFFFF_0000;
    /** How long stale routes stay at most after a neighbour is back, or has begun a refresh. */
    private static final Duration STALE_PATHS = Duration.ofMinutes(6);

    /** How long whoever wants numbers waits for the RIB thread. */
    private static final long PATIENCE_NANOS = 1_000_000;

    private final RouteListener routes;
    private final Events events;

    /** Own prefixes with their attributes, sorted; from here on all is the RIB thread's. */
    private final Map<Prefix, PathAttributes> own = new TreeMap<>();

    /** Added to the communities of all own prefixes. */
    private List<Integer> draining = List.of();

    private final List<Exchange> up = new ArrayList<>();
    /** Peers of which routes are kept while they restart, with the number of that restart. */
    private final Map<Peer, Integer> restarting = new HashMap<>();

    private int restarts;
    private final Set<InetAddress> ownAddresses = new HashSet<>();
    private final FlushWatch flush = new FlushWatch();
    private Predicate<InetAddress> reachableNextHop = address -> true;
    private List<NextHop> lastSet = List.of();
    private List<RouteListener.NextHop> lastTranslated = List.of();
    /** What {@link #numbers()} answers while the RIB thread is busy. */
    private volatile RibNumbers numbers;

    private final long hashSeed;
    private Rib rib;
    private final RibThread thread;

    RibWork(SpeakerConfig config, RouteListener routes, Events events, long hashSeed, Consumer<Throwable> onFailure) {
        this.routes = routes;
        this.events = events;
        this.hashSeed = hashSeed;
        rib = new Rib(settings(config), this);
        numbers = count();
        thread = new RibThread("bgp-rib-" + config.asn(), rib, this::afterPass, () -> numbers = count(), onFailure);
        thread.start();
    }

    private RibConfig settings(SpeakerConfig config) {
        var decision = config.decision();
        return RibConfig.of(config.asn(), config.routerId(), hashSeed)
                .withClusterId(decision.clusterId())
                .withMultipath(decision.multipath())
                .withAlwaysCompareMed(decision.alwaysCompareMed())
                .withGracefulShutdown(decision.honourGracefulShutdown())
                .withMaximumPrefixes(config.maximumPrefixes())
                .withUsableNextHop(this::isUsableNextHop);
    }

    /** On the RIB thread: goes on with other settings of the same AS and router id. */
    void configure(SpeakerConfig config) {
        rib.configure(settings(config));
    }

    /** Goes on with an empty RIB of another AS or router id, and announces own routes there. All sessions are over. */
    void restart(SpeakerConfig config) {
        thread.submit(() -> {
            restarting.keySet().forEach(rib::expire);
            restarting.clear();
            own.keySet().forEach(rib::withdraw);
            while (rib.pass()) {}
            rib = new Rib(settings(config), this);
            thread.use(rib);
            own.forEach(this::originate);
        });
    }

    RibThread thread() {
        return thread;
    }

    @Override
    public void up(
            Exchange exchange,
            PeerIdentity identity,
            PeerTerms terms,
            InetAddress local,
            Set<AddressFamily> preserved) {
        thread.submit(() -> {
            ownAddresses.add(local);
            ownAddresses.addAll(terms.nextHops().values());
            var peer = rib.up(identity, terms, exchange, preserved);
            exchange.peer = peer;
            if (restarting.remove(peer) != null) {
                preserved.forEach(family -> sweepLater(exchange, peer, family));
            }
            up.add(exchange);
        });
    }

    @Override
    public void routes(Exchange exchange, RouteBatch batch) {
        thread.submit(() -> {
            var peer = exchange.peer;
            if (peer != null) {
                var applied = rib.apply(peer, batch);
                var neighbor = exchange.neighbor;
                if (applied.announced() + applied.withdrawn() > 0) {
                    events.tell(at ->
                            new SpeakerEvent.RoutesReceived(at, neighbor, applied.announced(), applied.withdrawn()));
                }
            }
            exchange.taken(batch);
            batch.release();
        });
    }

    @Override
    public void refresh(Exchange exchange, AddressFamily family) {
        thread.submit(() -> {
            var peer = exchange.peer;
            if (peer != null) {
                rib.refresh(peer, family, exchange.session.negotiated().enhancedRouteRefresh());
            }
        });
    }

    @Override
    public void refreshBegins(Exchange exchange, AddressFamily family) {
        thread.submit(() -> {
            var peer = exchange.peer;
            if (peer != null) {
                rib.beginRefresh(peer, family);
                sweepLater(exchange, peer, family);
            }
        });
    }

    @Override
    public void refreshEnds(Exchange exchange, AddressFamily family) {
        thread.submit(() -> {
            var peer = exchange.peer;
            int lost = peer == null ? 0 : rib.endRefresh(peer, family);
            if (lost > 0) {
                events.tell(at -> new SpeakerEvent.RoutesLost(at, exchange.neighbor, lost));
            }
        });
    }

    @Override
    public void terms(Exchange exchange, PeerTerms terms) {
        thread.submit(() -> {
            var peer = exchange.peer;
            if (peer != null) {
                ownAddresses.addAll(terms.nextHops().values());
                rib.terms(peer, terms);
            }
        });
    }

    @Override
    public void down(Exchange exchange, Set<AddressFamily> kept, Duration restartTime) {
        thread.submit(() -> {
            var peer = exchange.peer;
            if (peer != null) {
                int lost = rib.down(peer, kept);
                exchange.peer = null;
                up.remove(exchange);
                events.tell(at -> new SpeakerEvent.RoutesLost(at, exchange.neighbor, lost));
                if (!kept.isEmpty()) {
                    int ends = ++restarts;
                    restarting.put(peer, ends);
                    thread.submitIn(restartTime, () -> expire(peer, ends));
                }
            }
        });
    }

    /** A neighbour that never says that it has announced all again does not keep its stale routes for ever. */
    private void sweepLater(Exchange exchange, Peer peer, AddressFamily family) {
        thread.submitIn(STALE_PATHS, () -> {
            int lost = exchange.peer == null ? 0 : rib.sweepStale(peer, family);
            if (lost > 0) {
                events.tell(at -> new SpeakerEvent.RoutesLost(at, exchange.neighbor, lost));
            }
        });
    }

    /** The restart time of the peer's that many'th restart is over: unless it is another now, what is stale goes. */
    private void expire(Peer peer, int restart) {
        if (restarting.remove(peer, restart)) {
            int lost = rib.expire(peer);
            var neighbor = peer.identity().address();
            events.tell(at -> new SpeakerEvent.RoutesLost(at, neighbor, lost));
        }
    }

    @Override
    public void writable() {
        thread.submit(() -> {});
    }

    /** @param attributes with ORIGIN and AS_PATH, perhaps NEXT_HOP */
    void announce(Prefix prefix, PathAttributes attributes) {
        own.put(prefix, attributes);
        originate(prefix, attributes);
    }

    void withdraw(Prefix prefix) {
        if (own.remove(prefix) != null) {
            rib.withdraw(prefix);
            flush.add(prefix);
            events.tell(at -> new SpeakerEvent.OwnRouteWithdrawn(at, prefix));
        }
    }

    void drain(int... communities) {
        draining = IntStream.concat(IntStream.of(GRACEFUL_SHUTDOWN), IntStream.of(communities))
                .boxed()
                .toList();
        own.forEach(this::originate);
    }

    void endDrain() {
        draining = List.of();
        own.forEach(this::originate);
    }

    Map<Prefix, PathAttributes> ownRoutes() {
        return new TreeMap<>(own);
    }

    private void originate(Prefix prefix, PathAttributes attributes) {
        var communities = new ArrayList<>(
                attributes.find(Communities.class).map(Communities::values).orElse(List.of()));
        communities.addAll(draining);
        var distinct =
                communities.stream().distinct().sorted(Integer::compareUnsigned).toList();
        var announced = distinct.isEmpty() ? attributes : attributes.with(new Communities(distinct));
        rib.announce(prefix, announced.encode());
        flush.add(prefix);
        events.tell(at -> new SpeakerEvent.OwnRouteAnnounced(at, prefix, distinct));
    }

    /** Next hops that are not {@code reachable} cannot be used from now on; asked for each when one is first seen, and again now. */
    void trackNextHops(Predicate<InetAddress> reachable) {
        reachableNextHop = reachable;
        rib.nextHopsChanged();
    }

    private boolean isUsableNextHop(InetAddress address) {
        return !NextHop.isMartian(address) && !ownAddresses.contains(address) && reachableNextHop.test(address);
    }

    @Override
    public void prefixLimit(Peer peer, AddressFamily family, int prefixes, boolean exceeded) {
        var neighbor = peer.identity().address();
        events.tell(at -> new SpeakerEvent.PrefixLimit(at, neighbor, family, prefixes, exceeded));
        for (var exchange : up) {
            if (exceeded && exchange.peer == peer) {
                exchange.overLimit();
            }
        }
    }

    @Override
    public boolean isListening() {
        return routes.isListening();
    }

    @Override
    public boolean isFollowing() {
        return routes.isFollowing();
    }

    @Override
    public void bestChanged(List<BestChange> changes, long lost) {
        routes.bestChanged(changes, lost);
    }

    @Override
    public void changed(List<NextHopChange> changes) {
        var told = new ArrayList<RouteListener.Change>(changes.size());
        for (var change : changes) {
            told.add(new RouteListener.Change(change.prefix(), translated(change.nextHops())));
        }
        routes.changed(told);
        events.tell(at -> new SpeakerEvent.NextHopsChanged(at, told.size()));
    }

    /** Neighbouring changes mostly have the same set, and the RIB gives the same list for it. */
    @SuppressWarnings("ReferenceEquality") // an equal list that is another one is only translated again
    private List<RouteListener.NextHop> translated(List<NextHop> set) {
        if (set != lastSet) {
            lastSet = set;
            lastTranslated = set.stream()
                    .map(hop -> new RouteListener.NextHop(hop.address(), hop.peer(), hop.weight()))
                    .toList();
        }
        return lastTranslated;
    }

    /** Any thread: the tables in numbers, now if the RIB thread has a moment, otherwise as they were after its last pass. */
    RibNumbers numbers() {
        return thread.ask(asked -> count(), PATIENCE_NANOS, () -> numbers);
    }

    private RibNumbers count() {
        var view = rib.view();
        var peers = new HashMap<Exchange, RibNumbers.PeerNumbers>();
        for (var exchange : up) {
            var peer = exchange.peer;
            if (peer != null) {
                peers.put(
                        exchange, new RibNumbers.PeerNumbers(view.counts(peer), view.loops(peer), view.refused(peer)));
            }
        }
        return new RibNumbers(view.counts(), peers);
    }

    private boolean afterPass() {
        return flush.check(
                rib,
                up,
                (prefixes, peers) -> events.tell(at -> new SpeakerEvent.OwnRoutesFlushed(at, prefixes, peers)));
    }
}

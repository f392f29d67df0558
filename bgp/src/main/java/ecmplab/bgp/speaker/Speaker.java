package ecmplab.bgp.speaker;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.bfd.Bfd;
import ecmplab.bgp.bfd.BfdCounters;
import ecmplab.bgp.bfd.BfdSnapshot;
import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.PolicyHits;
import ecmplab.bgp.rib.PolicyTally;
import ecmplab.bgp.rib.Rib;
import ecmplab.bgp.rib.RouteFilter;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.rib.Selection;
import ecmplab.bgp.session.MessageTap;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A BGP-4 speaker: sessions, tables, own routes. Any thread may call it; calls that ask ({@link #summary}, {@link #route} and so on) wait
 * for the RIB thread, which answers between passes, so they are not for event loops.
 */
public final class Speaker implements RouteOrigin, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Speaker.class);

    private static final int LONGEST_BEHIND_SECONDS = 30;

    private volatile SpeakerConfig config;
    private final SessionServer server;
    private final Events events;
    private final RibWork work;
    private final RibThread thread;
    private final PathWatch paths;
    private final ListenAddresses listening;
    private final NeighborLinks links;

    private Speaker(
            SpeakerConfig config,
            SessionServer server,
            RouteListener routes,
            SpeakerListener listener,
            InstantSource clock,
            RandomGenerator random) {
        this.config = config;
        this.server = server;
        events = new Events(listener, clock);
        work = new RibWork(config, routes, events, random.nextLong(), this::failed);
        thread = work.thread();
        paths = new PathWatch(events, Bfd::open);
        links = new NeighborLinks(server, work, paths, events);
        listening = new ListenAddresses(server);
        try {
            config.routes().forEach(this::announce);
            config.neighbors().forEach(links::add);
            config.ranges().forEach(links::add);
            // Last: a neighbour that dials as soon as it can is no stranger then.
            listening.change(config.listen());
        } catch (RuntimeException impossible) {
            close();
            throw impossible;
        }
    }

    /** Starts a speaker on the machine's network, with the machine's clock. */
    public static Speaker start(SpeakerConfig config, RouteListener routes, SpeakerListener events) {
        var clock = InstantSource.system();
        return start(config, SessionServer.open(), routes, events, clock, RandomGenerator.getDefault());
    }

    /**
     * Starts a speaker on a server of its own, which {@link #close} closes. Throws what {@link SessionServer#listen} and {@link #addNeighbor}
     * throw, with nothing left behind.
     *
     * @param routes told where packets go, on the RIB thread
     * @param events told what happens, on event loops and on the RIB thread
     */
    public static Speaker start(
            SpeakerConfig config,
            SessionServer server,
            RouteListener routes,
            SpeakerListener events,
            InstantSource clock,
            RandomGenerator random) {
        return new Speaker(config, server, routes, events, clock, random);
    }

    public SpeakerConfig config() {
        return config;
    }

    /** The addresses listened on; none when the speaker only dials. */
    public List<InetSocketAddress> listening() {
        return listening.bound();
    }

    /** {@inheritDoc} Waits when the RIB is far behind. */
    @Override
    public void announce(Prefix prefix, int... communities) {
        announce(OwnRoute.of(prefix, communities));
    }

    /** Announces the route to every peer, or replaces what was announced for its prefix. Waits when the RIB is far behind. */
    public void announce(OwnRoute route) {
        thread.order(() -> work.announce(route.prefix(), route.attributes()));
    }

    @Override
    public void withdraw(Prefix prefix) {
        thread.order(() -> work.withdraw(prefix));
    }

    /**
     * Announces all own prefixes again with GRACEFUL_SHUTDOWN (RFC 8326) and the given communities added, and those announced from now
     * on too, until {@link #endDrain}. Neighbours move traffic elsewhere while packets still arrive; withdraw afterwards.
     */
    public void drain(int... communities) {
        var copy = communities.clone();
        thread.order(() -> work.drain(copy));
    }

    /** Announces all own prefixes without what {@link #drain} added. */
    public void endDrain() {
        thread.order(() -> work.endDrain());
    }

    /** @throws IllegalArgumentException when the neighbour is there already, or its session has another AS or router id than this speaker */
    public synchronized void addNeighbor(NeighborConfig neighbor) {
        SpeakerConfig.checkIdentity(config.asn(), config.routerId(), neighbor);
        links.add(neighbor);
        var all = new ArrayList<>(config.neighbors());
        all.add(neighbor);
        config = config.withNeighbors(all);
    }

    /** Ends the session with Cease/3 and forgets the neighbour. */
    public synchronized void removeNeighbor(InetAddress address) {
        links.remove(address);
        config = config.withNeighbors(config.neighbors().stream()
                .filter(neighbor -> !neighbor.address().equals(address))
                .toList());
    }

    /** What {@link #reconfigure} would do; nothing is changed. */
    public synchronized Reconfiguration plan(SpeakerConfig wanted) {
        return Reconfiguration.between(config, wanted);
    }

    /**
     * Goes on with another configuration: only what differs is touched, and only sessions that cannot go on are reset. Own routes that
     * programs announced stay. Waits for the event loop, so it is not for event loops. When it throws, nothing was changed.
     *
     * @return what was done
     * @throws UncheckedIOException when an address cannot be listened on
     * @throws UnsupportedOperationException when a neighbour has a password and the transport no MD5
     */
    public synchronized Reconfiguration reconfigure(SpeakerConfig wanted) {
        var plan = Reconfiguration.between(config, wanted);
        wanted.neighbors().forEach(neighbor -> server.check(neighbor.session()));
        wanted.ranges().forEach(range -> server.check(range.template().session()));
        if (!wanted.listen().equals(config.listen())) {
            listening.change(wanted.listen());
        }
        server.atOnce(() -> {
            links.reconfigure(wanted);
            if (plan.changesIdentity()) {
                work.restart(wanted); // no session is up now
            }
            config = wanted;
        });
        if (!plan.changesIdentity() && plan.changesDecisions()) {
            thread.order(() -> work.configure(wanted));
        }
        plan.withdrawn().forEach(this::withdraw);
        wanted.routes().stream()
                .filter(route -> plan.announced().contains(route.prefix()))
                .forEach(this::announce);
        return plan;
    }

    /**
     * Next hops that are not {@code reachable} make their paths unusable from now on; at first all are taken to be.
     *
     * @param reachable called on the RIB thread, again for every next hop in use each time this is called; must not block
     */
    public void trackNextHops(Predicate<InetAddress> reachable) {
        thread.order(() -> work.trackNextHops(reachable));
    }

    /** Ends the session with Cease/2 and a text for the neighbour's operator (RFC 9003), and stays down until {@link #startNeighbor}. */
    public void shutdownNeighbor(InetAddress address, String text) {
        links.get(address).neighbor.stop(text);
    }

    public void startNeighbor(InetAddress address) {
        links.get(address).neighbor.start();
    }

    /** Ends the session with Cease/4 and a text (RFC 9003), and begins anew. */
    public void resetNeighbor(InetAddress address, String text) {
        links.get(address).neighbor.reset(Notification.cease(Notification.CEASE_ADMIN_RESET, text));
    }

    /**
     * Asks the neighbour for all its routes again (RFC 2918).
     *
     * @return false when no session is established, or when the neighbour does not know route refresh
     */
    public boolean refreshIn(InetAddress address) {
        return links.get(address).refreshIn();
    }

    /** Tells the neighbour all its routes again. @return false when no session is established */
    public boolean refreshOut(InetAddress address) {
        return links.get(address).refreshOut();
    }

    /** Takes a few milliseconds at most: while the RIB thread is busy for longer, its numbers are those after its last pass. */
    public SpeakerSummary summary() {
        var numbers = work.numbers();
        var peers = new ArrayList<PeerSummary>();
        for (var link : links.ordered()) {
            peers.add(SpeakerAnswers.summary(link, numbers));
        }
        return new SpeakerSummary(config.routerId(), config.asn(), numbers.table(), peers);
    }

    /** All neighbours in order of address, with numbers as {@link #summary} has them. */
    public List<NeighborSnapshot> neighbors() {
        var numbers = work.numbers();
        return links.ordered().stream()
                .map(link -> SpeakerAnswers.snapshot(link, numbers))
                .toList();
    }

    /**
     * One neighbour, with numbers as {@link #summary} has them.
     *
     * @throws IllegalArgumentException when there is no such neighbour
     */
    public NeighborSnapshot neighbor(InetAddress address) {
        return SpeakerAnswers.snapshot(links.get(address), work.numbers());
    }

    /** The prefix with all its paths; empty when nobody announces it. */
    public Optional<RouteView> route(Prefix prefix) {
        return thread.ask(rib -> rib.view().route(prefix));
    }

    /** The longest prefix with a best path that contains the address. */
    public Optional<RouteView> longestMatch(InetAddress address) {
        return thread.ask(rib -> rib.view().longestMatch(address));
    }

    /** Some of the table, from {@link RoutePage#START} or the last page's {@code next} on; ordered within the page only. */
    public RoutePage<RouteView> routes(AddressFamily family, int from, int limit) {
        return thread.ask(rib -> rib.view().routes(family, from, limit));
    }

    /** What of the table passes the filter, in order. */
    public OrderedRoutes<RouteView> ordered(AddressFamily family, RouteFilter filter) {
        return new OrderedRoutes<>(
                thread,
                family,
                (rib, scan) -> scan.table(rib, filter),
                (rib, prefixes) -> rib.view().routes(prefixes));
    }

    /** As {@link #receivedRoutes(InetAddress, AddressFamily, Selection, int, int)}, in order. */
    public OrderedRoutes<PeerRoute> orderedReceived(InetAddress neighbor, AddressFamily family, Selection selection) {
        var link = links.get(neighbor);
        return new OrderedRoutes<>(
                thread,
                family,
                (rib, scan) -> {
                    var peer = link.peer();
                    return peer == null || scan.received(rib, peer, selection);
                },
                (rib, prefixes) -> {
                    var peer = link.peer();
                    return peer == null ? List.of() : rib.view().received(peer, family, selection, prefixes);
                });
    }

    /** As {@link #advertisedRoutes}, in order. */
    public OrderedRoutes<PeerRoute> orderedAdvertised(InetAddress neighbor, AddressFamily family) {
        var link = links.get(neighbor);
        return new OrderedRoutes<>(
                thread,
                family,
                (rib, scan) -> {
                    var peer = link.peer();
                    return peer == null || scan.announced(rib, peer);
                },
                (rib, prefixes) -> {
                    var peer = link.peer();
                    return peer == null ? List.of() : rib.view().announced(peer, family, prefixes);
                });
    }

    /** Those of the prefixes that somebody announces, each with all its paths. */
    public List<RouteView> routes(List<Prefix> prefixes) {
        return thread.ask(rib -> rib.view().routes(prefixes));
    }

    /** What the neighbour announced, before policy; empty when no session is established. */
    public RoutePage<PeerRoute> receivedRoutes(InetAddress neighbor, AddressFamily family, int from, int limit) {
        return receivedRoutes(neighbor, family, Selection.RECEIVED, from, limit);
    }

    /** What the neighbour announced: all of it, or what import let in, or what it did not; empty when no session is established. */
    public RoutePage<PeerRoute> receivedRoutes(
            InetAddress neighbor, AddressFamily family, Selection selection, int from, int limit) {
        var link = links.get(neighbor);
        return thread.ask(rib -> {
            var peer = link.peer();
            return peer == null
                    ? new RoutePage<>(List.of(), RoutePage.END)
                    : rib.view().received(peer, family, selection, from, limit);
        });
    }

    /** What the neighbour is told, with attributes as it gets them; empty when no session is established. */
    public RoutePage<PeerRoute> advertisedRoutes(InetAddress neighbor, AddressFamily family, int from, int limit) {
        var link = links.get(neighbor);
        return thread.ask(rib -> {
            var peer = link.peer();
            return peer == null
                    ? new RoutePage<>(List.of(), RoutePage.END)
                    : rib.view().announced(peer, family, from, limit);
        });
    }

    /**
     * What the neighbour's policy makes of the routes that there are now: of those it announced, or else of those it might be told. Goes
     * through the table, in pieces between which sessions go on.
     */
    public PolicyHits policyHits(InetAddress neighbor, boolean imported) {
        var link = links.get(neighbor);
        var policy = imported ? link.config().importPolicy() : link.config().exportPolicy();
        var tally = new PolicyTally(policy, config.asn());
        for (var family : AddressFamily.values()) {
            boolean isLast = false;
            while (!isLast) {
                isLast = thread.ask(rib -> {
                    var peer = link.peer();
                    return peer == null
                            || (imported ? tally.imported(rib, peer, family) : tally.exported(rib, peer, family));
                });
            }
        }
        return tally.hits();
    }

    /** The route listener {@linkplain RouteListener#isFollowing follows} from now on, or no longer: it is asked before this returns. */
    public void follow() {
        thread.ask(Rib::follow);
    }

    /** The paths to neighbours that BFD watches; a neighbour's from its first session on. */
    public List<BfdSnapshot> bfdSessions() {
        return paths.sessions();
    }

    /** Empty while BFD watched no neighbour. */
    public Optional<BfdCounters> bfdCounters() {
        return paths.counters();
    }

    /** Prefixes announced here, with the attributes they were announced with, in order. */
    public Map<Prefix, PathAttributes> ownRoutes() {
        return thread.ask(rib -> work.ownRoutes());
    }

    /** Has the tap see what crosses the sessions, from now on, beginning with those that are established. */
    public void addTap(MessageTap tap) {
        server.addTap(tap);
    }

    /** The tap is told nothing more, from some moment soon on. */
    public void removeTap(MessageTap tap) {
        try {
            server.removeTap(tap);
        } catch (RejectedExecutionException closed) {
            // Then it is told nothing either.
        }
    }

    /**
     * Waits until the RIB has taken all that sessions had handed to it before.
     *
     * @throws IllegalStateException when the speaker is closed, or the RIB is behind by half a minute
     */
    public void awaitRoutes() throws InterruptedException {
        var taken = new CountDownLatch(1);
        thread.submit(taken::countDown);
        if (!taken.await(LONGEST_BEHIND_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "the RIB has not taken what was received within " + LONGEST_BEHIND_SECONDS + " s");
        }
    }

    /** Ends all sessions with Cease/2, and the speaker. */
    @Override
    public void close() {
        server.close();
        paths.close();
        try {
            thread.stop();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A RIB that failed must attract no traffic: without sessions the neighbours withdraw everything. */
    private void failed(Throwable cause) {
        LOG.error("The RIB thread of AS {} failed; all sessions are ended", config.asn(), cause);
        events.tell(at -> new SpeakerEvent.Failed(at, cause));
        Thread.ofPlatform().daemon().name("bgp-end").start(server::close);
    }
}

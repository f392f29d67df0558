package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PrefixLimit;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Speakers with each other over real sockets: one edge and MUXes that dial it, as in a lab. */
class SpeakerPairTest {
    private static final Asn EDGE_AS = Asn.of(65000);
    private static final InetAddress EDGE = InetAddress.ofLiteral("127.0.1.1");
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");

    private final List<Speaker> speakers = new ArrayList<>();
    private final List<List<RouteListener.Change>> passes = new CopyOnWriteArrayList<>();
    private final Map<Prefix, List<InetAddress>> fib = new ConcurrentHashMap<>();
    private final List<SpeakerEvent> edgeEvents = new CopyOnWriteArrayList<>();
    private final Map<Integer, List<SpeakerEvent>> muxEvents = new ConcurrentHashMap<>();

    @AfterEach
    void closeAll() {
        speakers.forEach(Speaker::close);
    }

    @Test
    void threeMuxesThatAnnounceAVipAreItsNextHops() {
        var edge = edge(3);
        for (int i = 1; i <= 3; i++) {
            mux(i, edge).announce(VIP);
        }
        Await.until("three next hops", () -> nextHops(VIP).size() == 3);
        assertEquals(List.of(nextHop(1), nextHop(2), nextHop(3)), nextHops(VIP));
        var route = edge.route(VIP).orElseThrow();
        assertEquals(
                List.of(Reason.BEST, Reason.MULTIPATH, Reason.MULTIPATH),
                route.paths().stream().map(PathView::reason).toList());
        assertEquals(
                AsPath.sequence(65001),
                route.paths().getFirst().attributes().find(AsPath.class).orElseThrow());
        assertEquals(route, edge.longestMatch(VIP.address()).orElseThrow());
    }

    @Test
    void aPeersDeathRemovesItsNextHopsFromAllPrefixesInOnePass() {
        var edge = edge(2);
        var first = mux(1, edge);
        var second = mux(2, edge);
        var vips = new ArrayList<Prefix>();
        for (int i = 0; i < 200; i++) {
            vips.add(Prefix.v4(0xCB00_7100 + i, 32));
        }
        vips.forEach(vip -> {
            first.announce(vip);
            second.announce(vip);
        });
        Await.until(
                "two next hops each",
                () -> vips.stream().allMatch(vip -> nextHops(vip).size() == 2));
        passes.clear();
        first.close();
        Await.until(
                "one next hop each",
                () -> vips.stream().allMatch(vip -> nextHops(vip).size() == 1));
        assertEquals(1, passes.size(), "one call of the route listener");
        assertEquals(200, passes.getFirst().size());
        assertTrue(vips.stream().allMatch(vip -> nextHops(vip).equals(List.of(nextHop(2)))));
        Await.until(
                "the event log says what was lost",
                () -> edgeEvents.stream()
                        .anyMatch(event -> event instanceof SpeakerEvent.RoutesLost lost && lost.routes() == 200));
    }

    @Test
    void withdrawalAndReplacementReachTheOtherSideAndAreReportedFlushed() {
        var edge = edge(1);
        var mux = mux(1, edge);
        mux.announce(VIP, 0xFDE8_0001, 0xFDE8_0001);
        Await.until("announced", () -> !nextHops(VIP).isEmpty());
        assertEquals(List.of(0xFDE8_0001), communities(edge));
        mux.announce(VIP, 0xFDE8_0002);
        Await.until("replaced", () -> communities(edge).equals(List.of(0xFDE8_0002)));
        mux.withdraw(VIP);
        Await.until(
                "withdrawn", () -> nextHops(VIP).isEmpty() && edge.route(VIP).isEmpty());
        Await.until(
                "three changes are flushed to one peer",
                () -> events(1).stream()
                                .filter(event -> event instanceof SpeakerEvent.OwnRoutesFlushed flushed
                                        && flushed.prefixes().equals(List.of(VIP))
                                        && flushed.peers() <= 1)
                                .count()
                        >= 2);
    }

    @Test
    void drainingMarksAllOwnPrefixesAndMovesTrafficAway() {
        var edge = edge(2);
        var leaving = mux(1, edge);
        leaving.announce(VIP);
        mux(2, edge).announce(VIP);
        Await.until("two next hops", () -> nextHops(VIP).size() == 2);
        leaving.drain(0xFDE8_0009);
        Await.until("only the other one is left", () -> nextHops(VIP).equals(List.of(nextHop(2))));
        var drained = edge.route(VIP).orElseThrow().paths().getLast();
        assertEquals(Reason.LOCAL_PREF, drained.reason());
        assertEquals(
                List.of(0xFDE8_0009, 0xFFFF_0000),
                drained.attributes().find(Communities.class).orElseThrow().values());
        leaving.endDrain();
        Await.until("it is back", () -> nextHops(VIP).size() == 2);
    }

    @Test
    void whatAPeerIsToldIsItsNeighboursRouteWithOurAsAndNextHopAndItsOwnRoutesAreNotEchoed() {
        var edge = edge(2);
        var first = mux(1, edge);
        var second = mux(2, edge);
        first.announce(VIP);
        Await.until("passed on", () -> second.route(VIP).isPresent());
        var path = second.route(VIP).orElseThrow().paths().getFirst();
        assertEquals(
                AsPath.sequence(65000, 65001),
                path.attributes().find(AsPath.class).orElseThrow());
        assertEquals(
                InetAddress.ofLiteral("192.0.2.254"),
                path.attributes().find(NextHop.class).orElseThrow().address());
        var told = edge.advertisedRoutes(muxAddress(2), AddressFamily.IPV4_UNICAST, RoutePage.START, 10);
        assertEquals(1, told.routes().size());
        assertEquals(path.attributes(), told.routes().getFirst().attributes());
        assertEquals(
                List.of(),
                edge.advertisedRoutes(muxAddress(1), AddressFamily.IPV4_UNICAST, RoutePage.START, 10)
                        .routes());
        assertEquals(
                List.of(VIP),
                edge.receivedRoutes(muxAddress(1), AddressFamily.IPV4_UNICAST, RoutePage.START, 10).routes().stream()
                        .map(route -> route.prefix())
                        .toList());
    }

    @Test
    void importPolicyKeepsWhatItRejects() {
        var allowed = Policy.only(
                new PrefixList("vips", List.of(new PrefixList.Entry(true, Prefix.parse("203.0.113.0/24"), 32, 32))));
        var edge = start(SpeakerConfig.of(EDGE_AS, RouterId.parse("10.0.0.254"))
                .withListen(new InetSocketAddress(EDGE, 0))
                .withNeighbors(List.of(edgeNeighbor(1).withPolicies(allowed, Policy.DENY_ALL))));
        var mux = mux(1, edge);
        mux.announce(VIP);
        mux.announce(Prefix.parse("198.51.100.1/32"));
        Await.until(
                "both received",
                () -> edge.neighbor(muxAddress(1)).counts().stream()
                        .anyMatch(counts -> counts.received() == 2 && counts.accepted() == 1));
        assertEquals(
                Reason.REJECTED_BY_POLICY,
                edge.route(Prefix.parse("198.51.100.1/32"))
                        .orElseThrow()
                        .paths()
                        .getFirst()
                        .reason());
        assertEquals(List.of(nextHop(1)), nextHops(VIP));
    }

    @Test
    void neighboursAreShutDownWithATextStartedResetAddedAndRemovedAtRunTime() {
        var edge = edge(1);
        var mux = mux(1, edge);
        mux.announce(VIP);
        Await.until("announced", () -> !nextHops(VIP).isEmpty());
        edge.shutdownNeighbor(muxAddress(1), "maintenance until 18:00");
        Await.until("gone", () -> nextHops(VIP).isEmpty());
        Await.until(
                "the text arrived",
                () -> events(1).stream()
                        .anyMatch(event -> event instanceof SpeakerEvent.NotificationReceived received
                                && received.notification().shutdownText().equals("maintenance until 18:00")));
        edge.startNeighbor(muxAddress(1));
        Await.until("back", () -> !nextHops(VIP).isEmpty());
        mux.resetNeighbor(EDGE, "again");
        Await.until(
                "established again",
                () -> edgeEvents.stream()
                                .filter(SpeakerEvent.Established.class::isInstance)
                                .count()
                        >= 3);
        Await.until("back again", () -> !nextHops(VIP).isEmpty());
        edge.removeNeighbor(muxAddress(1));
        Await.until("removed", () -> nextHops(VIP).isEmpty());
        assertEquals(List.of(), edge.summary().peers());
        assertThrows(IllegalArgumentException.class, () -> edge.neighbor(muxAddress(1)));
        edge.addNeighbor(edgeNeighbor(1));
        Await.until("added", () -> !nextHops(VIP).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> edge.addNeighbor(edgeNeighbor(1)));
    }

    @Test
    void theSummaryCountsWhatIsThere() {
        var edge = edge(2);
        var mux = mux(1, edge);
        mux.announce(VIP);
        mux.announce(Prefix.parse("2001:db8::10/128"));
        Await.until(
                "both families",
                () -> nextHops(Prefix.parse("2001:db8::10/128")).size() == 1);
        var summary = edge.summary();
        assertEquals(EDGE_AS, summary.as());
        assertEquals(2, summary.table().routes());
        assertEquals(2, summary.peers().size());
        var up = summary.peers().get(0);
        assertEquals(State.ESTABLISHED, up.state());
        assertEquals("mux 1", up.description());
        assertEquals(2, up.prefixesReceived());
        assertEquals(0, up.prefixesSent());
        assertTrue(up.messagesReceived() >= 4, "OPEN, KEEPALIVE and two UPDATEs");
        assertEquals(0, summary.peers().get(1).prefixesReceived());
        assertEquals(
                List.of(VIP),
                edge.routes(AddressFamily.IPV4_UNICAST, RoutePage.START, 10).routes().stream()
                        .map(RouteView::prefix)
                        .toList());
    }

    @Test
    void aTableLargerThanTheSocketsBuffersArrivesWhole() {
        var edge = edge(2);
        var source = mux(1, edge);
        int routes = 50_000;
        for (int i = 0; i < routes; i++) {
            source.announce(Prefix.v4(0x0A00_0000 + i, 32), i);
        }
        Await.until("received", () -> edge.summary().table().routes() == routes);
        var late = mux(2, edge);
        Await.until("passed on", () -> late.summary().table().routes() == routes);
        var counts = edge.neighbor(muxAddress(2)).counts().getFirst();
        assertEquals(routes, counts.announced());
        Await.until(
                "it follows its group",
                () -> edge.neighbor(muxAddress(2)).counts().stream()
                        .allMatch(count -> count.behind() == 0 && count.endOfRibSent()));
        source.close();
        Await.until("withdrawn", () -> late.summary().table().routes() == 0);
        assertEquals(0, edge.summary().table().attributeSets());
    }

    @Test
    void aRouteListenerThatThrowsEndsAllSessionsSoThatNoTrafficComes() {
        var events = new CopyOnWriteArrayList<SpeakerEvent>();
        var edge = Speaker.start(
                SpeakerConfig.of(EDGE_AS, RouterId.parse("10.0.0.254"))
                        .withListen(new InetSocketAddress(EDGE, 0))
                        .withNeighbors(List.of(edgeNeighbor(1))),
                changes -> {
                    throw new IllegalStateException("no more room");
                },
                events::add);
        speakers.add(edge);
        var mux = mux(1, edge);
        mux.announce(VIP);
        Await.until("it is told", () -> events.stream().anyMatch(SpeakerEvent.Failed.class::isInstance));
        Await.until(
                "the session is ended",
                () -> events(1).stream()
                        .anyMatch(event -> event instanceof SpeakerEvent.NotificationReceived received
                                && received.notification().code() == 6));
        assertThrows(IllegalStateException.class, edge::summary);
    }

    @Test
    void aClosedSpeakerAnswersNoMore() {
        var edge = edge(1);
        edge.close();
        edge.close();
        edge.announce(VIP);
        assertThrows(IllegalStateException.class, edge::summary);
    }

    @Test
    void anAddressThatCannotBeListenedOnIsAnErrorThatLeavesNothingBehind() {
        var config = SpeakerConfig.of(EDGE_AS, RouterId.parse("10.0.0.254"))
                .withListen(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.77"), 0));
        assertThrows(UncheckedIOException.class, () -> Speaker.start(config, changes -> {}, event -> {}));
    }

    @Test
    void aNeighbourThatAnnouncesMoreThanItsLimitIsToldSoAndStaysDown() {
        var limits = Map.of(AddressFamily.IPV4_UNICAST, new PrefixLimit(2, 50));
        var neighbor = edgeNeighbor(1);
        var edge = start(SpeakerConfig.of(EDGE_AS, RouterId.parse("10.0.0.254"))
                .withListen(new InetSocketAddress(EDGE, 0))
                .withNeighbors(List.of(neighbor.withOptions(neighbor.options().withLimits(limits, null)))));
        var mux = mux(1, edge);
        mux.announce(VIP);
        Await.until("a warning", () -> limitEvents(false) == 1);
        mux.announce(Prefix.parse("203.0.113.11/32"));
        mux.announce(Prefix.parse("203.0.113.12/32"));
        Await.until("the end of the session", () -> limitEvents(true) == 1);
        Await.until(
                "the reason at the neighbour",
                () -> events(1).stream()
                        .anyMatch(event -> event instanceof SpeakerEvent.NotificationReceived received
                                && received.notification().code() == Notification.CEASE
                                && received.notification().subcode() == Notification.CEASE_MAX_PREFIXES));
        Await.until("no routes of it", () -> nextHops(VIP).isEmpty());
    }

    private long limitEvents(boolean exceeded) {
        return edgeEvents.stream()
                .filter(event -> event instanceof SpeakerEvent.PrefixLimit limit && limit.exceeded() == exceeded)
                .count();
    }

    private Speaker edge(int muxes) {
        var neighbors = new ArrayList<NeighborConfig>();
        for (int i = 1; i <= muxes; i++) {
            neighbors.add(edgeNeighbor(i));
        }
        return start(SpeakerConfig.of(EDGE_AS, RouterId.parse("10.0.0.254"))
                .withListen(new InetSocketAddress(EDGE, 0))
                .withNeighbors(neighbors));
    }

    private Speaker start(SpeakerConfig config) {
        var speaker = Speaker.start(
                config,
                changes -> {
                    passes.add(changes);
                    changes.forEach(change -> fib.put(
                            change.prefix(),
                            change.nextHops().stream()
                                    .map(RouteListener.NextHop::address)
                                    .toList()));
                },
                edgeEvents::add);
        speakers.add(speaker);
        return speaker;
    }

    private static NeighborConfig edgeNeighbor(int mux) {
        var session = SessionConfig.of(muxAddress(mux), Asn.of(65000 + mux), EDGE_AS, RouterId.parse("10.0.0.254"))
                .withPassive(true)
                .withLocalAddress(EDGE)
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        return NeighborConfig.of(session)
                .withDescription("mux " + mux)
                .withNextHop(InetAddress.ofLiteral("192.0.2.254"))
                .withNextHop(InetAddress.ofLiteral("2001:db8:f::254"));
    }

    private Speaker mux(int number, Speaker edge) {
        var id = RouterId.parse("10.0.0." + number);
        var asn = Asn.of(65000 + number);
        var session = SessionConfig.of(EDGE, EDGE_AS, asn, id)
                .withLocalAddress(muxAddress(number))
                .withPort(edge.listening().getFirst().getPort())
                .withConnectRetry(Duration.ofMillis(200))
                .withFamilies(EnumSet.allOf(AddressFamily.class));
        var neighbor = NeighborConfig.of(session)
                .withNextHop(nextHop(number))
                .withNextHop(InetAddress.ofLiteral("2001:db8:f::" + number));
        var speaker = Speaker.start(
                SpeakerConfig.of(asn, id).withNeighbors(List.of(neighbor)), changes -> {}, events(number)::add);
        speakers.add(speaker);
        return speaker;
    }

    private List<SpeakerEvent> events(int mux) {
        return muxEvents.computeIfAbsent(mux, number -> new CopyOnWriteArrayList<>());
    }

    private List<InetAddress> nextHops(Prefix prefix) {
        return fib.getOrDefault(prefix, List.of());
    }

    private static List<Integer> communities(Speaker edge) {
        return edge.route(VIP)
                .flatMap(route -> route.paths().getFirst().attributes().find(Communities.class))
                .map(Communities::values)
                .orElse(List.of());
    }

    private static InetAddress muxAddress(int mux) {
        return InetAddress.ofLiteral("127.0.1." + (10 + mux));
    }

    private static InetAddress nextHop(int mux) {
        return InetAddress.ofLiteral("192.0.2." + mux);
    }
}

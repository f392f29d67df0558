package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PrefixList;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.Reconfiguration.Kind;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What another configuration does to real sessions: one hub that is reconfigured, and spokes that dial it. */
class ReconfigurationTest {
    private static final Asn HUB_AS = Asn.of(65000);
    private static final InetAddress HUB = InetAddress.ofLiteral("127.0.2.1");
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");
    private static final Prefix MORE = Prefix.parse("192.0.2.128/25");
    private static final Prefix OTHER = Prefix.parse("198.51.100.0/24");

    private final List<Speaker> speakers = new ArrayList<>();
    /** Next hops that the hub last told of, by prefix. */
    private final Map<Prefix, Integer> forwarding = new ConcurrentHashMap<>();

    private final List<SpeakerEvent> hubEvents = new CopyOnWriteArrayList<>();

    @AfterEach
    void closeAll() {
        speakers.forEach(Speaker::close);
    }

    @Test
    void otherPoliciesApplyAtOnceAndNoSessionIsReset() {
        var hub = hub(config(1, 2));
        spoke(1, hub).announce(VIP);
        spoke(2, hub).announce(OTHER);
        Await.until(
                "both routes",
                () -> hub.route(VIP).isPresent() && hub.route(OTHER).isPresent());

        var only = Policy.only(PrefixList.of("only", VIP));
        var wanted = hub.config()
                .withNeighbors(List.of(
                        neighbor(1).withPolicies(Policy.DENY_ALL, Policy.ACCEPT_ALL),
                        neighbor(2).withPolicies(Policy.ACCEPT_ALL, only)));
        var plan = hub.plan(wanted);
        assertEquals(plan, hub.reconfigure(wanted));
        assertEquals(List.of(), plan.resets());
        assertEquals(
                List.of(List.of("import"), List.of("export")),
                plan.changes().stream().map(Reconfiguration.Change::atOnce).toList());
        Await.until("the first spoke's route is out of use", () -> nextHops(hub, VIP) == 0);
        assertEquals(1, nextHops(hub, OTHER));

        hub.reconfigure(config(1, 2));
        Await.until("it is used again, without a refresh", () -> nextHops(hub, VIP) == 1);
        assertEquals(2, established(), "no session was reset");
        assertTrue(hub.reconfigure(config(1, 2)).changesNothing());
    }

    @Test
    void onlyTheSessionThatCannotGoOnIsReset() {
        var hub = hub(config(1, 2));
        spoke(1, hub);
        spoke(2, hub);
        Await.until("both up", () -> established() == 2);
        var slower = neighbor(1).session().withHoldTime(Duration.ofSeconds(30));
        var another = neighbor(2);
        another = another.withSession(another.session()
                .withOffer(another.session().offer().with(ecmplab.bgp.session.Offer.Feature.EXTENDED_MESSAGES, false)));
        var plan =
                hub.reconfigure(hub.config().withNeighbors(List.of(neighbor(1).withSession(slower), another)));
        assertEquals(List.of(spokeAddress(2).getHostAddress()), plan.resets());
        assertEquals(List.of("hold-time"), plan.changes().getFirst().later());
        assertEquals(List.of("extended-messages"), plan.changes().getLast().because());
        Await.until("the second session came back", () -> established() == 3 && up(hub) == 2);
        assertEquals(1, closed());
        var negotiated = hub.neighbor(spokeAddress(2)).session().negotiated();
        assertNotNull(negotiated);
        assertEquals(4096, negotiated.maxMessageSize());
    }

    @Test
    void neighboursAndRoutesComeAndGo() {
        var hub = hub(config(1).withRoutes(List.of(OwnRoute.of(VIP))));
        var first = spoke(1, hub);
        var second = spoke(2, hub);
        Await.until("the first has the route", () -> first.route(VIP).isPresent());
        assertTrue(second.route(VIP).isEmpty());

        var plan = hub.reconfigure(config(1, 2).withRoutes(List.of(OwnRoute.of(OTHER, 7))));
        assertEquals(List.of(OTHER), plan.announced());
        assertEquals(List.of(VIP), plan.withdrawn());
        assertEquals(Kind.ADDED, plan.changes().getFirst().kind());
        Await.until(
                "both have the other route only",
                () -> List.of(first, second).stream()
                        .allMatch(spoke -> spoke.route(OTHER).isPresent()
                                && spoke.route(VIP).isEmpty()));

        var removal = hub.reconfigure(config(2).withRoutes(List.of(OwnRoute.of(OTHER, 7))));
        assertEquals(Kind.REMOVED, removal.changes().getFirst().kind());
        Await.until("the first lost it", () -> first.route(OTHER).isEmpty());
        assertTrue(second.route(OTHER).isPresent());
        assertEquals(1, closed());
    }

    @Test
    void aNeighbourIsShutDownAndStartedByItsConfiguration() {
        var hub = hub(config(1));
        var spoke = spoke(1, hub);
        Await.until("up", () -> up(hub) == 1);
        hub.reconfigure(hub.config().withNeighbors(List.of(neighbor(1).withShutdown("maintenance"))));
        Await.until(
                "down, and the spoke knows why",
                () -> up(hub) == 0
                        && String.valueOf(spoke.summary().peers().getFirst().lastReset())
                                .contains("maintenance"));
        hub.reconfigure(config(1));
        Await.until("up again", () -> up(hub) == 1);
    }

    @Test
    void nextHopsThatCannotBeReachedAreNotUsedUntilTheyCanAgain() {
        var hub = hub(config(1, 2));
        spoke(1, hub).announce(VIP);
        spoke(2, hub).announce(VIP);
        Await.until("two next hops", () -> nextHops(hub, VIP) == 2);
        hub.trackNextHops(address -> !address.equals(InetAddress.ofLiteral("192.0.2.11")));
        Await.until("the first is out of reach", () -> nextHops(hub, VIP) == 1);
        hub.trackNextHops(address -> true);
        Await.until("and back", () -> nextHops(hub, VIP) == 2);
    }

    @Test
    void anotherRouterIdResetsAllSessionsAndNothingOfTheOldTableIsLeft() {
        var hub = hub(config(1, 2).withRoutes(List.of(OwnRoute.of(VIP))));
        var first = spoke(1, hub);
        first.announce(OTHER);
        var second = spoke(2, hub);
        Await.until(
                "each has the other's route",
                () -> second.route(OTHER).isPresent() && first.route(VIP).isPresent());
        hub.announce(OwnRoute.of(MORE));

        var other = RouterId.parse("10.9.9.9");
        var wanted = withIdentity(hub.config(), HUB_AS, other);
        var plan = hub.reconfigure(wanted);
        assertEquals(List.of("router-id"), plan.settings());
        assertEquals(2, plan.resets().size());
        assertEquals(List.of("router-id"), plan.changes().getFirst().because());
        assertEquals(wanted, hub.config());
        Await.until("both sessions came back", () -> established() == 4 && up(hub) == 2);
        assertEquals(2, closed());
        var negotiated = first.neighbor(HUB).session().negotiated();
        assertNotNull(negotiated);
        assertEquals(other, negotiated.peerRouterId());
        Await.until(
                "and all routes, those that programs announced too",
                () -> nextHops(hub, OTHER) == 1
                        && second.route(OTHER).isPresent()
                        && first.route(VIP).isPresent()
                        && first.route(MORE).isPresent());
        Await.until("packets go where they went", () -> Objects.equals(forwarding.get(OTHER), 1));

        first.close();
        Await.until("and no longer when the spoke is gone", () -> Objects.equals(forwarding.get(OTHER), 0));
    }

    @Test
    void anotherAsResetsAllSessionsOfGuestsToo() {
        var hub = hub(config(1)
                .withRanges(List.of(range(5, SessionConfig.ANY_OTHER_AS)))
                .withRoutes(List.of(OwnRoute.of(VIP))));
        var spoke = spoke(1, hub);
        var guest = spoke(5, hub);
        Await.until("both up", () -> up(hub) == 2);

        var renumbered = Asn.of(65100);
        var plan = hub.reconfigure(withIdentity(hub.config(), renumbered, RouterId.parse("10.0.2.1")));
        assertEquals(List.of("as"), plan.settings());
        assertEquals(List.of(spokeAddress(1).getHostAddress(), "127.0.2.0/24"), plan.resets());
        Await.until("both are down", () -> closed() == 2);
        for (var each : List.of(spoke, guest)) {
            var session = each.config().neighbors().getFirst().session();
            var changed = new SessionConfig(
                    session.remoteAddress(),
                    renumbered,
                    session.localAsn(),
                    session.routerId(),
                    session.transport(),
                    session.timers(),
                    session.offer());
            var neighbor = each.config().neighbors().getFirst().withSession(changed);
            each.reconfigure(each.config().withNeighbors(List.of(neighbor)));
        }
        Await.until(
                "both take us as the other AS",
                () -> List.of(spoke, guest).stream()
                        .allMatch(each -> each.route(VIP).stream()
                                .anyMatch(route -> route.paths()
                                        .getFirst()
                                        .attributes()
                                        .toString()
                                        .contains("65100"))));
    }

    @Test
    void anotherListenAddressResetsNoSession() {
        var hub = hub(config(1, 2));
        spoke(1, hub);
        Await.until("up", () -> up(hub) == 1);
        var before = hub.listening().getFirst();
        var plan = hub.reconfigure(hub.config()
                .withListen(List.of(
                        new InetSocketAddress(HUB, 0), new InetSocketAddress(InetAddress.ofLiteral("127.0.2.2"), 0))));
        assertEquals(List.of("listen"), plan.settings());
        assertEquals(before, hub.listening().getFirst(), "what stays is not closed");
        var added = hub.listening().getLast();

        hub.reconfigure(hub.config().withListen(new InetSocketAddress(added.getAddress(), added.getPort())));
        assertEquals(List.of(added), hub.listening());
        assertThrows(IOException.class, () -> new Socket(HUB, before.getPort()).close());

        hub.reconfigure(hub.config().withListen(new InetSocketAddress(HUB, before.getPort())));
        spoke(2, hub);
        Await.until("who comes later finds the new one", () -> up(hub) == 2);
        assertEquals(0, closed());
    }

    @Test
    void anAddressThatCannotBeListenedOnChangesNothing() throws IOException {
        var hub = hub(config(1, 2));
        spoke(1, hub);
        Await.until("up", () -> up(hub) == 1);
        var before = hub.config();
        var listening = hub.listening();
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.2.3"))) {
            var wanted = before.withListen(List.of(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.2.2"), 0),
                            new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort())))
                    .withNeighbors(List.of());
            var refused = assertThrows(UncheckedIOException.class, () -> hub.reconfigure(wanted));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("cannot listen on 127.0.2.3 port "),
                    refused::toString);
        }
        assertEquals(before, hub.config());
        assertEquals(listening, hub.listening());
        spoke(2, hub);
        Await.until("who comes later is let in as before", () -> up(hub) == 2);
        assertEquals(0, closed());
    }

    @Test
    void otherWaysToDecideResetNoSession() {
        var hub = hub(config(1, 2));
        spoke(1, hub).announce(VIP);
        spoke(2, hub).announce(VIP, 0xFFFF_0000);
        Await.until("the one that is not leaving", () -> nextHops(hub, VIP) == 1);

        var decision = hub.config().decision();
        var plan = hub.reconfigure(hub.config().withDecision(decision.withGracefulShutdown(false)));
        assertEquals(List.of("graceful-shutdown"), plan.settings());
        Await.until("leaving does not matter now", () -> nextHops(hub, VIP) == 2);
        hub.reconfigure(hub.config().withMultipath(1, true));
        Await.until("one path is enough", () -> nextHops(hub, VIP) == 1);
        hub.reconfigure(hub.config().withMultipath(2, false));
        hub.reconfigure(hub.config().withMultipath(2, true).withMaximumPrefixes(1));
        Await.until("two again", () -> nextHops(hub, VIP) == 2);
        assertEquals(0, closed());
        assertEquals(List.of(), hub.plan(hub.config()).settings());
    }

    @Test
    void aGuestThatIsConfiguredBecomesANeighbourThatStays() {
        var hub = hub(config().withRanges(List.of(range(1, SessionConfig.ANY_OTHER_AS))));
        var guest = spoke(1, hub);
        Await.until("a guest", () -> up(hub) == 1);
        hub.reconfigure(hub.config().withNeighbors(List.of(neighbor(1))));
        Await.until("up again, as a neighbour", () -> established() == 2 && up(hub) == 1);
        guest.close();
        Await.until("down", () -> closed() == 2);
        assertEquals(1, hub.summary().peers().size(), "it is configured, so it stays");
        spoke(6, hub);
        Await.until("and the range has room for another guest", () -> up(hub) == 1);
    }

    @Test
    void whoeverConnectsFromARangeIsANeighbourAsLongAsItsSessionLasts() {
        var range = range(2, SessionConfig.ANY_OTHER_AS);
        var hub = hub(config(1).withRanges(List.of(range)).withRoutes(List.of(OwnRoute.of(VIP))));
        var guest = spoke(5, hub);
        var another = spoke(6, hub);
        Await.until(
                "both guests have the route",
                () -> guest.route(VIP).isPresent() && another.route(VIP).isPresent());
        assertEquals(3, hub.summary().peers().size());
        assertEquals("guests", hub.neighbor(spokeAddress(5)).config().group());

        var silent =
                new ListenRange(range.prefix(), 2, range.template().withPolicies(Policy.ACCEPT_ALL, Policy.DENY_ALL));
        var plan = hub.reconfigure(hub.config().withRanges(List.of(silent)));
        assertEquals(List.of(), plan.resets());
        Await.until(
                "guests are told nothing now",
                () -> guest.route(VIP).isEmpty() && another.route(VIP).isEmpty());
        assertEquals(0, closed());

        guest.close();
        Await.until("it is forgotten", () -> hub.summary().peers().size() == 2);
        hub.reconfigure(config(1).withRoutes(List.of(OwnRoute.of(VIP))));
        Await.until(
                "so are all when the range goes", () -> hub.summary().peers().size() == 1);
    }

    private static SpeakerConfig withIdentity(SpeakerConfig config, Asn asn, RouterId routerId) {
        var neighbors = config.neighbors().stream()
                .map(neighbor -> withIdentity(neighbor, asn, routerId))
                .toList();
        var ranges = config.ranges().stream()
                .map(range ->
                        new ListenRange(range.prefix(), range.limit(), withIdentity(range.template(), asn, routerId)))
                .toList();
        return new SpeakerConfig(
                asn,
                routerId,
                config.listen(),
                neighbors,
                ranges,
                config.decision(),
                config.maximumPrefixes(),
                config.routes(),
                config.policies());
    }

    private static NeighborConfig withIdentity(NeighborConfig neighbor, Asn asn, RouterId routerId) {
        var session = neighbor.session();
        return neighbor.withSession(new SessionConfig(
                session.remoteAddress(),
                session.remoteAsn(),
                asn,
                routerId,
                session.transport(),
                session.timers(),
                session.offer()));
    }

    private static SpeakerConfig config(int... spokes) {
        var neighbors = new ArrayList<NeighborConfig>();
        for (int spoke : spokes) {
            neighbors.add(neighbor(spoke));
        }
        return SpeakerConfig.of(HUB_AS, RouterId.parse("10.0.2.1"))
                .withListen(new InetSocketAddress(HUB, 0))
                .withNeighbors(neighbors);
    }

    private static NeighborConfig neighbor(int i) {
        return NeighborConfig.of(
                        SessionConfig.of(spokeAddress(i), Asn.of(65000 + i), HUB_AS, RouterId.parse("10.0.2.1"))
                                .withLocalAddress(HUB)
                                .withPassive(true))
                .withNextHop(InetAddress.ofLiteral("192.0.2.254"));
    }

    private static ListenRange range(int limit, Asn remote) {
        var prefix = Prefix.parse("127.0.2.0/24");
        var template = NeighborConfig.of(SessionConfig.of(prefix.address(), remote, HUB_AS, RouterId.parse("10.0.2.1"))
                        .withPassive(true))
                .withGroup("guests")
                .withNextHop(InetAddress.ofLiteral("192.0.2.254"));
        return new ListenRange(prefix, limit, template);
    }

    private static InetAddress spokeAddress(int i) {
        return InetAddress.ofLiteral("127.0.2." + (10 + i));
    }

    private Speaker hub(SpeakerConfig config) {
        var hub = Speaker.start(
                config,
                changes -> changes.forEach(change ->
                        forwarding.put(change.prefix(), change.nextHops().size())),
                hubEvents::add);
        speakers.add(hub);
        return hub;
    }

    private Speaker spoke(int i, Speaker hub) {
        var session = SessionConfig.of(HUB, HUB_AS, Asn.of(65000 + i), RouterId.parse("10.0.2." + (10 + i)))
                .withPort(hub.listening().getFirst().getPort())
                .withLocalAddress(spokeAddress(i))
                .withConnectRetry(Duration.ofMillis(100));
        var neighbor = NeighborConfig.of(session).withNextHop(InetAddress.ofLiteral("192.0.2." + (10 + i)));
        var spoke = Speaker.start(
                SpeakerConfig.of(Asn.of(65000 + i), RouterId.parse("10.0.2." + (10 + i)))
                        .withNeighbors(List.of(neighbor)),
                changes -> {},
                event -> {});
        speakers.add(spoke);
        return spoke;
    }

    private static int nextHops(Speaker speaker, Prefix prefix) {
        return speaker.route(prefix).map(route -> route.nextHops().size()).orElse(0);
    }

    private static long up(Speaker speaker) {
        return speaker.summary().peers().stream()
                .filter(peer -> peer.state() == State.ESTABLISHED)
                .count();
    }

    private long established() {
        return hubEvents.stream()
                .filter(SpeakerEvent.Established.class::isInstance)
                .count();
    }

    private long closed() {
        return hubEvents.stream().filter(SpeakerEvent.Closed.class::isInstance).count();
    }
}

package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.State;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The speaker with FRRouting and BIRD over a link: tables both ways, compared entry by entry. */
class DaemonInteropTest {
    private static final Asn OUR_AS = Asn.of(4_200_000_001L);
    private static final RouterId OUR_ID = RouterId.parse("10.213.0.1");
    private static final Asn THEIR_AS = Asn.of(65100);
    private static final int ROUTES = 300;

    private final Map<Prefix, List<InetAddress>> fib = new ConcurrentHashMap<>();
    private final List<Integer> passSizes = new CopyOnWriteArrayList<>();
    private final List<SpeakerEvent> events = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    @Test
    @Needs({Need.ROOT, Need.FRR})
    void frrAndWeHaveTheSameRoutesOfEachOther() throws Exception {
        try (var host = new PeerHost(folder)) {
            var configuration = frrConfiguration(host);
            host.startFrr(configuration);
            try (var speaker = speaker(host, EnumSet.of(AddressFamily.IPV4_UNICAST))) {
                announceOurs(speaker);
                awaitTheirs(speaker, host);
                var expected = theirRoutes(host, AddressFamily.IPV4_UNICAST);
                Await.until("their routes are as they have them", () -> expected.equals(received(speaker, host)));
                // FRR echoes our routes: they are kept, counted and not used.
                Await.until(
                        "the echoes are counted",
                        () -> speaker.neighbor(host.theirs).loops() >= ROUTES);
                assertEquals(
                        Reason.AS_LOOP,
                        speaker.route(ours(0)).orElseThrow().paths().getLast().reason());
                Await.until("FRR has our routes", () -> frrTable(host).equals(ourRoutesAsFrrSees(host, 0)));
                var one = host.ask("show bgp ipv4 unicast 203.0.113.7/32");
                assertTrue(one.contains("Community: 65000:7 65000:99"), one);

                withdrawHalf(speaker);
                Await.until("FRR has half of them", () -> frrTable(host).equals(ourRoutesAsFrrSees(host, ROUTES / 2)));
                host.ask("clear bgp ipv4 unicast * soft in");
                Await.until(
                        "the refresh was answered",
                        () -> speaker.neighbor(host.theirs).session().received().routeRefreshes() == 1);
                assertEquals(ourRoutesAsFrrSees(host, ROUTES / 2), frrTable(host));
                assertNoFault();

                deathRemovesAllInOnePass(host);
                host.startFrr(configuration);
                awaitTheirs(speaker, host);
                Await.until("FRR has them again", () -> frrTable(host).equals(ourRoutesAsFrrSees(host, ROUTES / 2)));
            }
        }
    }

    @Test
    @Needs({Need.ROOT, Need.BIRD})
    void birdAndWeHaveTheSameRoutesOfEachOtherInBothFamilies() throws Exception {
        try (var host = new PeerHost(folder)) {
            var configuration = birdConfiguration(host);
            host.startBird(configuration);
            try (var speaker = speaker(host, EnumSet.allOf(AddressFamily.class))) {
                announceOurs(speaker);
                speaker.announce(Prefix.parse("2001:db8:1::10/128"), 0xFDE8_0001);
                awaitTheirs(speaker, host);
                Await.until(
                        "BIRD's End-of-RIB is here",
                        () -> speaker.neighbor(host.theirs).counts().stream().allMatch(PeerCounts::endOfRibReceived));
                var expected = theirRoutes(host, AddressFamily.IPV4_UNICAST);
                Await.until("their routes are as they have them", () -> expected.equals(received(speaker, host)));
                var six = speaker.route(Prefix.parse("2001:db8:100::/48")).orElseThrow();
                assertEquals(
                        InetAddress.ofLiteral("2001:db8:ffff::2"),
                        six.nextHops().getFirst().address());

                Await.until("BIRD has our routes", () -> birdTable(host).equals(ourPrefixes(0)));
                var one = host.ask("show route 203.0.113.7/32 all");
                assertTrue(one.contains("BGP.as_path: " + OUR_AS), one);
                assertTrue(one.contains("BGP.next_hop: " + host.ours.getHostAddress()), one);
                assertTrue(one.contains("BGP.community: (65000,7) (65000,99)"), one);
                var oneSix = host.ask("show route 2001:db8:1::10/128 all");
                assertTrue(oneSix.contains("BGP.next_hop: 2001:db8:ffff::1"), oneSix);

                withdrawHalf(speaker);
                Await.until("BIRD has half of them", () -> birdTable(host).equals(ourPrefixes(ROUTES / 2)));
                host.ask("reload in speaker");
                Await.until(
                        "the refresh was answered",
                        () -> speaker.neighbor(host.theirs).session().received().routeRefreshes() >= 1);
                assertEquals(ourPrefixes(ROUTES / 2), birdTable(host));
                assertNoFault();

                host.ask("disable theirs");
                Await.until(
                        "BIRD's routes are withdrawn",
                        () -> fib.getOrDefault(Prefix.parse("198.18.0.0/24"), List.of())
                                .isEmpty());
                assertEquals(
                        State.ESTABLISHED, speaker.summary().peers().getFirst().state());
                host.ask("enable theirs");
                awaitTheirs(speaker, host);

                deathRemovesAllInOnePass(host);
                host.startBird(configuration);
                awaitTheirs(speaker, host);
                Await.until("BIRD has them again", () -> birdTable(host).equals(ourPrefixes(ROUTES / 2)));
            }
        }
    }

    private void deathRemovesAllInOnePass(PeerHost host) throws InterruptedException {
        passSizes.clear();
        host.killDaemon();
        Await.until("all of its routes are gone", () -> fib.values().stream().allMatch(List::isEmpty));
        assertEquals(1, passSizes.size(), () -> "passes: " + passSizes);
    }

    private void assertNoFault() {
        var faults = events.stream()
                .filter(event -> event instanceof SpeakerEvent.UpdateMalformed
                        || event instanceof SpeakerEvent.NotificationReceived)
                .toList();
        assertEquals(List.of(), faults);
    }

    private Speaker speaker(PeerHost host, EnumSet<AddressFamily> families) {
        var session = SessionConfig.of(host.theirs, THEIR_AS, OUR_AS, OUR_ID)
                .withLocalAddress(host.ours)
                .withConnectRetry(Duration.ofMillis(200))
                .withFamilies(families);
        var neighbor = NeighborConfig.of(session).withNextHop(InetAddress.ofLiteral("2001:db8:ffff::1"));
        return Speaker.start(
                SpeakerConfig.of(OUR_AS, OUR_ID).withNeighbors(List.of(neighbor)),
                changes -> {
                    passSizes.add(changes.size());
                    changes.forEach(change -> fib.put(
                            change.prefix(),
                            change.nextHops().stream()
                                    .map(RouteListener.NextHop::address)
                                    .toList()));
                },
                events::add);
    }

    private static Prefix ours(int i) {
        return Prefix.v4(0xCB00_7100 + i, 32);
    }

    private static void announceOurs(Speaker speaker) {
        for (int i = 0; i < ROUTES; i++) {
            speaker.announce(ours(i), 65000 << 16 | 99, 65000 << 16 | i % 10);
        }
    }

    private static void withdrawHalf(Speaker speaker) {
        for (int i = 0; i < ROUTES / 2; i++) {
            speaker.withdraw(ours(i));
        }
    }

    private static Set<Prefix> ourPrefixes(int from) {
        var prefixes = new TreeSet<Prefix>();
        for (int i = from; i < ROUTES; i++) {
            prefixes.add(ours(i));
        }
        return prefixes;
    }

    private static Prefix theirs(AddressFamily family, int i) {
        return family == AddressFamily.IPV4_UNICAST
                ? Prefix.v4(0xC612_0000 + (i << 8), 24)
                : Prefix.v6(0x2001_0db8_0100_0000L + ((long) i << 16), 0, 48);
    }

    private void awaitTheirs(Speaker speaker, PeerHost host) {
        var last = theirs(AddressFamily.IPV4_UNICAST, ROUTES - 1);
        Await.until("their routes are here", () -> {
            var counts = speaker.neighbor(host.theirs).counts();
            return !counts.isEmpty()
                    && counts.stream().allMatch(count -> count.received() >= ROUTES)
                    && List.of(host.theirs).equals(fib.get(last));
        });
    }

    /** Prefix to next hop and path. */
    private static Map<Prefix, String> theirRoutes(PeerHost host, AddressFamily family) {
        var routes = new TreeMap<Prefix, String>();
        for (int i = 0; i < ROUTES; i++) {
            routes.put(theirs(family, i), host.theirs.getHostAddress() + " " + THEIR_AS);
        }
        return routes;
    }

    /** What they announced that was not ours. */
    private static Map<Prefix, String> received(Speaker speaker, PeerHost host) {
        var routes = new ArrayList<PeerRoute>();
        for (int next = RoutePage.START; next != RoutePage.END; ) {
            var page = speaker.receivedRoutes(host.theirs, AddressFamily.IPV4_UNICAST, next, 77);
            routes.addAll(page.routes());
            next = page.next();
        }
        return routes.stream()
                .filter(route ->
                        !route.attributes().find(AsPath.class).orElseThrow().contains(OUR_AS))
                .collect(Collectors.toMap(PeerRoute::prefix, DaemonInteropTest::text));
    }

    private static String text(PeerRoute route) {
        var attributes = route.attributes();
        var nextHop = attributes.find(PathAttribute.NextHop.class).orElseThrow().address();
        return nextHop.getHostAddress() + " " + attributes.find(AsPath.class).orElseThrow();
    }

    private static Map<Prefix, String> ourRoutesAsFrrSees(PeerHost host, int from) {
        var routes = new TreeMap<Prefix, String>();
        ourPrefixes(from).forEach(prefix -> routes.put(prefix, host.ours.getHostAddress() + " " + OUR_AS));
        return routes;
    }

    /** What FRR's table has from us: lines such as {@code *> 203.0.113.7/32 10.213.0.1 0 4200000001 i}. */
    private static Map<Prefix, String> frrTable(PeerHost host) throws Exception {
        var line = Pattern.compile("(?m)^\\*[> =]+ *(203\\S+/\\d+)\\s+(\\S+)\\s.*\\s0 ([0-9 ]+) i$");
        return line.matcher(host.ask("show bgp ipv4 unicast"))
                .results()
                .collect(Collectors.toMap(
                        match -> Prefix.parse(match.group(1)), match -> match.group(2) + " " + match.group(3)));
    }

    /** Prefixes that BIRD's table has from us. */
    private static Set<Prefix> birdTable(PeerHost host) throws Exception {
        return Pattern.compile("(?m)^(203\\S+/\\d+)\\s+unicast \\[speaker ")
                .matcher(host.ask("show route table master4 protocol speaker"))
                .results()
                .map(match -> Prefix.parse(match.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String frrConfiguration(PeerHost host) {
        var networks = new StringBuilder();
        for (int i = 0; i < ROUTES; i++) {
            networks.append("  network ")
                    .append(theirs(AddressFamily.IPV4_UNICAST, i))
                    .append('\n');
        }
        return """
                router bgp %s
                 bgp router-id %s
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                 neighbor %s remote-as %s
                 neighbor %s timers connect 1
                 address-family ipv4 unicast
                %s exit-address-family
                """.formatted(
                        THEIR_AS,
                        host.theirs.getHostAddress(),
                        host.ours.getHostAddress(),
                        OUR_AS,
                        host.ours.getHostAddress(),
                        networks);
    }

    private static String birdConfiguration(PeerHost host) {
        var four = new StringBuilder();
        var six = new StringBuilder();
        for (int i = 0; i < ROUTES; i++) {
            four.append(" route ").append(theirs(AddressFamily.IPV4_UNICAST, i)).append(" blackhole;\n");
            six.append(" route ").append(theirs(AddressFamily.IPV6_UNICAST, i)).append(" blackhole;\n");
        }
        return """
                router id %s;
                protocol device {}
                protocol static theirs { ipv4;
                %s}
                protocol static theirs6 { ipv6;
                %s}
                protocol bgp speaker {
                 local %s as %s;
                 neighbor %s as %s;
                 connect delay time 1;
                 ipv4 { import all; export where source = RTS_STATIC; };
                 ipv6 { import all; export where source = RTS_STATIC; next hop address 2001:db8:ffff::2; };
                }
                """.formatted(
                        host.theirs.getHostAddress(),
                        four,
                        six,
                        host.theirs.getHostAddress(),
                        THEIR_AS,
                        host.ours.getHostAddress(),
                        OUR_AS);
    }
}

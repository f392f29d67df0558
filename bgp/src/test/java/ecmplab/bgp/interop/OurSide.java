package ecmplab.bgp.interop;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.session.Negotiated;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.SessionSnapshot;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.ExchangeOptions;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Our speaker at its end of a link. */
final class OurSide implements AutoCloseable {
    private static final Asn AS = Asn.of(Terms.OUR_AS);
    private static final RouterId ID = RouterId.parse("10.0.0.1");
    private static final EnumSet<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);

    final List<SpeakerEvent> events = new CopyOnWriteArrayList<>();
    /** How often a prefix became unreachable. */
    private final AtomicInteger lost = new AtomicInteger();

    private final Speaker speaker;
    private final InetAddress peer;
    private final Terms terms;

    OurSide(Link link, Terms terms) {
        this.terms = terms;
        var ours = terms.six() ? link.oursSix : link.ours;
        peer = terms.six() ? link.theirsSix : link.theirs;
        var session = SessionConfig.of(peer, Asn.of(Terms.THEIR_AS), AS, ID)
                .withLocalAddress(ours)
                .withPassive(terms.theyDial())
                .withConnectRetry(Duration.ofMillis(300))
                .withMd5Password(terms.key().isEmpty() ? null : terms.key())
                .withFamilies(BOTH);
        var neighbor = NeighborConfig.of(session);
        if (terms.addPath()) {
            neighbor = neighbor.withSession(session.withOffer(session.offer().withAddPath(BOTH, BOTH)))
                    .withOptions(ExchangeOptions.USUAL.withAddPathSend(Map.of(
                            AddressFamily.IPV4_UNICAST, PeerTerms.ALL_PATHS,
                            AddressFamily.IPV6_UNICAST, PeerTerms.ALL_PATHS)));
        }
        var listen = terms.theyDial() ? new InetSocketAddress(ours, 179) : null;
        speaker = Speaker.start(
                SpeakerConfig.of(AS, ID)
                        .withListen(listen)
                        .withNeighbors(List.of(neighbor.withNextHop(link.ours).withNextHop(link.oursSix))),
                changes -> lost.addAndGet((int) changes.stream()
                        .filter(change -> change.nextHops().isEmpty())
                        .count()),
                events::add);
        for (boolean six : List.of(false, true)) {
            int i = 0;
            for (var prefix : terms.ourRoutes(six)) {
                speaker.announce(prefix, community(i++));
            }
        }
    }

    private static int community(int i) {
        return 65_000 << 16 | i % 100;
    }

    /** What they should have from us. */
    Map<String, String> announced(Link link, boolean six) {
        var routes = new TreeMap<String, String>();
        var nextHop = (six ? link.oursSix : link.ours).getHostAddress();
        int i = 0;
        for (var prefix : terms.ourRoutes(six)) {
            routes.put(prefix.toString(), text(nextHop) + "|" + Terms.OUR_AS + "|65000:" + i++ % 100);
        }
        return routes;
    }

    /** What we should have from them. */
    Map<String, String> expected(Link link, boolean six) {
        var routes = new TreeMap<String, String>();
        var nextHop = text((six ? link.theirsSix : link.theirs).getHostAddress());
        for (var prefix : terms.theirRoutes(six)) {
            routes.put(prefix.toString(), nextHop + "|" + Terms.THEIR_AS + "|" + Terms.COMMUNITY);
        }
        return routes;
    }

    /** An address in the one way that all agree on. */
    static String text(String address) {
        return InetAddress.ofLiteral(address).getHostAddress();
    }

    /** What we have from them, less what they echo. */
    Map<String, String> received(boolean six) {
        var family = six ? AddressFamily.IPV6_UNICAST : AddressFamily.IPV4_UNICAST;
        var routes = new TreeMap<String, String>();
        for (int next = RoutePage.START; next != RoutePage.END; ) {
            var page = speaker.receivedRoutes(peer, family, next, 1_000);
            for (var route : page.routes()) {
                put(routes, route);
            }
            next = page.next();
        }
        return routes;
    }

    private static void put(Map<String, String> routes, PeerRoute route) {
        var attributes = route.attributes();
        var path = attributes.find(AsPath.class).map(AsPath::toString).orElse("");
        if (!path.contains("" + Terms.OUR_AS)) {
            var nextHop = attributes
                    .find(PathAttribute.NextHop.class)
                    .map(hop -> hop.address().getHostAddress())
                    .orElse("none");
            var communities = attributes.find(PathAttribute.Communities.class);
            routes.put(
                    route.prefix().toString(),
                    nextHop + "|" + path + "|"
                            + communities
                                    .map(all -> all.values().stream()
                                            .map(one -> (one >>> 16) + ":" + (one & 0xFFFF))
                                            .toList())
                                    .map(all -> String.join(" ", all))
                                    .orElse(""));
        }
    }

    SessionSnapshot session() {
        return speaker.neighbor(peer).session();
    }

    boolean isUp() {
        return session().state() == State.ESTABLISHED;
    }

    @Nullable
    Negotiated negotiated() {
        return session().negotiated();
    }

    /** How many prefixes we reach only by paths of which they have not said that they still are. */
    int stale() {
        int stale = 0;
        for (var family : BOTH) {
            for (int next = RoutePage.START; next != RoutePage.END; ) {
                var page = speaker.routes(family, next, 1_000);
                stale += (int) page.routes().stream()
                        .filter(route -> !route.nextHops().isEmpty())
                        .filter(route -> route.paths().stream().allMatch(PathView::isStale))
                        .count();
                next = page.next();
            }
        }
        return stale;
    }

    int lost() {
        return lost.get();
    }

    /** Whether all that they had for us at first has come. */
    boolean isComplete() {
        return speaker.neighbor(peer).counts().stream().allMatch(PeerCounts::endOfRibReceived);
    }

    /** Asks for all their routes again. @return where what they announce from now on is gathered */
    AnnouncedAgain askForRefresh() {
        var again = new AnnouncedAgain();
        speaker.addTap(again);
        if (!speaker.refreshIn(peer)) {
            throw new IllegalStateException("no route refresh with " + peer);
        }
        return again;
    }

    boolean heard(String text) {
        return events.stream()
                .anyMatch(event -> event instanceof SpeakerEvent.NotificationReceived received
                        && received.notification().toString().contains(text));
    }

    void shutDown(String text) {
        speaker.shutdownNeighbor(peer, text);
    }

    void startAgain() {
        speaker.startNeighbor(peer);
    }

    @Override
    public void close() {
        speaker.close();
    }
}

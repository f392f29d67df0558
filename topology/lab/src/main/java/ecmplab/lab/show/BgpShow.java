package ecmplab.lab.show;

import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.RoutePage;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerSummary;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** {@code show bgp ...} of a speaker. */
public final class BgpShow {
    /** Routes of one answer; a table that is longer is read page by page. */
    private static final int MOST_ROUTES = 10_000;

    private static final String LEGEND = "Status: > best, = multipath, i invalid; a path that is not used says why\n";

    private final Speaker speaker;

    private BgpShow(Speaker speaker) {
        this.speaker = speaker;
    }

    /** Adds the commands to a node's, with those that wait and follow. */
    public static void add(CommandTree commands, Speaker speaker, EventFeed feed) {
        WaitShow.add(commands, speaker, feed);
        MonitorShow.add(commands, speaker, feed);
        var show = new BgpShow(speaker);
        commands.on("show bgp summary", values -> show.summary(true))
                .on("show ip bgp summary", values -> show.summary(true))
                .on("show bgp ipv4 [unicast] summary", values -> show.summary(false))
                .on("show bgp neighbors", values -> show.neighbors())
                .on("show bgp neighbors ADDRESS", values -> show.neighbor(values))
                .on("show bgp neighbors ADDRESS received-routes|advertised-routes", show::neighborRoutes);
        for (var words : List.of("show bgp ipv4 [unicast]", "show ip bgp")) {
            commands.on(words, values -> show.routes(AddressFamily.IPV4_UNICAST))
                    .on(words + " PREFIX", show::route);
        }
        commands.on("show bgp ipv6 [unicast]", values -> show.routes(AddressFamily.IPV6_UNICAST))
                .on("show bgp ipv6 [unicast] PREFIX", show::route);
    }

    private Answer summary(boolean byFamily) {
        var summary = speaker.summary();
        var now = Instant.now();
        Object json = summaryJson(summary, now);
        return Answer.of(byFamily ? Map.of("ipv4Unicast", json) : json, () -> summaryText(summary, now));
    }

    private static String summaryText(SpeakerSummary summary, Instant now) {
        var rows = summary.peers().stream()
                .map(peer -> List.of(
                        peer.address().getHostAddress(),
                        "4",
                        peer.remoteAs().toString(),
                        String.valueOf(peer.messagesReceived()),
                        String.valueOf(peer.messagesSent()),
                        Uptime.since(peer.since(), now),
                        peer.state() == State.ESTABLISHED
                                ? String.valueOf(peer.prefixesReceived())
                                : BgpJson.state(peer.state()),
                        String.valueOf(peer.prefixesSent()),
                        peer.description()))
                .toList();
        var header = List.of("Neighbor", "V", "AS", "MsgRcvd", "MsgSent", "Up/Down", "State/PfxRcd", "PfxSnt", "Desc");
        return "BGP router identifier " + summary.routerId() + ", local AS number " + summary.as() + "\n"
                + "Table version " + summary.table().version() + ", "
                + summary.table().routes() + " routes, "
                + summary.table().attributeSets() + " attribute sets, "
                + summary.peers().size() + " peers\n\n"
                + TextTable.render(header, rows);
    }

    private static Map<String, Object> summaryJson(SpeakerSummary summary, Instant now) {
        var peers = new LinkedHashMap<String, Object>();
        summary.peers().forEach(peer -> peers.put(peer.address().getHostAddress(), BgpJson.peer(peer, now)));
        var json = new LinkedHashMap<String, Object>();
        json.put("routerId", summary.routerId().toString());
        json.put("as", summary.as().value());
        json.put("tableVersion", summary.table().version());
        json.put("ribCount", summary.table().routes());
        json.put("peerCount", summary.peers().size());
        json.put("peers", peers);
        json.put(
                "failedPeers",
                summary.peers().stream()
                        .filter(peer -> peer.state() != State.ESTABLISHED)
                        .count());
        return json;
    }

    private Answer neighbors() {
        var json = new LinkedHashMap<String, Object>();
        var text = new StringBuilder();
        for (var neighbor : speaker.neighbors()) {
            json.put(neighbor.config().address().getHostAddress(), BgpJson.neighbor(neighbor));
            text.append(NeighborText.of(neighbor)).append('\n');
        }
        return Answer.of(json, text::toString);
    }

    private Answer neighbor(Map<String, String> values) {
        return withPeer(values, address -> {
            var neighbor = speaker.neighbor(address);
            return Answer.of(
                    Map.of(address.getHostAddress(), BgpJson.neighbor(neighbor)), () -> NeighborText.of(neighbor));
        });
    }

    private Answer neighborRoutes(Map<String, String> values) {
        boolean received = values.containsValue("received-routes");
        return withPeer(values, address -> {
            var routes = all(from -> received
                    ? speaker.receivedRoutes(address, AddressFamily.IPV4_UNICAST, from, MOST_ROUTES)
                    : speaker.advertisedRoutes(address, AddressFamily.IPV4_UNICAST, from, MOST_ROUTES));
            var json = new LinkedHashMap<String, Object>();
            routes.forEach(route -> json.put(route.prefix().toString(), BgpJson.attributes(route.attributes())));
            return Answer.of(
                    Map.of(received ? "receivedRoutes" : "advertisedRoutes", json), () -> peerRoutesText(routes));
        });
    }

    private static String peerRoutesText(List<PeerRoute> routes) {
        return TextTable.render(
                        List.of("Network", "Next Hop", "Metric", "LocPrf", "Path"),
                        routes.stream()
                                .map(route -> {
                                    var shown = AttributeText.of(route.attributes());
                                    return List.of(
                                            route.prefix().toString(),
                                            shown.nextHop(),
                                            shown.metric(),
                                            shown.localPref(),
                                            shown.path());
                                })
                                .toList())
                + "\nTotal " + routes.size() + " routes\n";
    }

    private Answer routes(AddressFamily family) {
        var routes = all(from -> speaker.routes(family, from, MOST_ROUTES));
        var json = new LinkedHashMap<String, Object>();
        routes.forEach(route -> json.put(route.prefix().toString(), BgpJson.paths(route)));
        return Answer.of(Map.of("routes", json), () -> routesText(routes));
    }

    private static String routesText(List<RouteView> routes) {
        var rows = new ArrayList<List<String>>();
        for (var route : routes) {
            var network = route.prefix().toString();
            for (var path : route.paths()) {
                var shown = AttributeText.of(path.attributes());
                rows.add(List.of(
                        status(path.reason()),
                        network,
                        shown.nextHop(),
                        shown.metric(),
                        shown.localPref(),
                        shown.path(),
                        path.reason().isUsed() ? "" : path.reason().text()));
                network = "";
            }
        }
        return LEGEND + TextTable.render(List.of("", "Network", "Next Hop", "Metric", "LocPrf", "Path", ""), rows)
                + "\nTotal " + routes.size() + " routes\n";
    }

    private static String status(ecmplab.bgp.rib.Reason reason) {
        return switch (reason) {
            case BEST -> "*>";
            case MULTIPATH -> "*=";
            default -> reason.isValid() ? "*" : "i";
        };
    }

    private Answer route(Map<String, String> values) {
        var text = values.getOrDefault("PREFIX", "");
        try {
            var prefix = Prefix.parse(text);
            var route = text.contains("/") ? speaker.route(prefix) : speaker.longestMatch(prefix.address());
            return route.map(found -> Answer.of(BgpJson.route(found), () -> RouteText.of(found)))
                    .orElseGet(() -> Answer.noSuch("% Network not in table: " + text));
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private static Answer withPeer(Map<String, String> values, Function<InetAddress, Answer> answer) {
        var text = values.getOrDefault("ADDRESS", "").toLowerCase(Locale.ROOT);
        try {
            return answer.apply(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException wrong) {
            return Answer.noSuch("% No such neighbor: " + text);
        }
    }

    /** All pages, up to {@value #MOST_ROUTES} routes. */
    private static <T> List<T> all(Function<Integer, RoutePage<T>> pages) {
        var routes = new ArrayList<T>();
        for (int from = RoutePage.START; from != RoutePage.END && routes.size() < MOST_ROUTES; ) {
            var page = pages.apply(from);
            routes.addAll(page.routes());
            from = page.next();
        }
        return routes;
    }
}

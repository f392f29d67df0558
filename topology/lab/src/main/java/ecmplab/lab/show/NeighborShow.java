package ecmplab.lab.show;

import ecmplab.bgp.rib.PeerRoute;
import ecmplab.bgp.rib.Selection;
import ecmplab.bgp.speaker.OrderedRoutes;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.JsonObject;
import ecmplab.lab.control.TextPages;
import ecmplab.packet.AddressText;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** {@code show bgp neighbors}: everything about a neighbour, and the routes it announced and is told. */
final class NeighborShow {
    private static final List<String> HEADER =
            List.of("", "Network", "Next Hop", "Metric", "LocPrf", "Weight", "Path", "");
    private static final String WHAT = "received-routes|routes|filtered-routes|advertised-routes";

    private final Speaker speaker;

    private NeighborShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new NeighborShow(speaker);
        for (var words : List.of("show bgp [ipv4|ipv6] [unicast] neighbors", "show ip bgp neighbors")) {
            commands.on(words, values -> show.all())
                    .on(words + " ADDRESS", show::one)
                    .on(words + " ADDRESS prefix-counts", show::counts)
                    .on(words + " ADDRESS " + WHAT + " [--limit N]", show::routes);
        }
    }

    private Answer all() {
        var neighbors = speaker.neighbors();
        var now = Instant.now();
        var json = new LinkedHashMap<String, Object>();
        neighbors.forEach(each -> json.put(AddressText.of(each.config().address()), NeighborJson.of(each, now)));
        return Answer.of(json, () -> {
            var text = new StringBuilder();
            neighbors.forEach(each -> text.append(NeighborText.of(each)).append('\n'));
            return text.toString();
        });
    }

    private Answer one(Map<String, String> values) {
        return withPeer(values, address -> {
            var neighbor = speaker.neighbor(address);
            return Answer.of(
                    Map.of(AddressText.of(address), NeighborJson.of(neighbor, Instant.now())),
                    () -> NeighborText.of(neighbor));
        });
    }

    private Answer counts(Map<String, String> values) {
        return withPeer(values, address -> {
            var family = TableShow.families(values).getFirst();
            var counts = speaker.neighbor(address).counts().stream()
                    .filter(each -> each.family() == family)
                    .findFirst();
            if (counts.isEmpty()) {
                return Answer.noSuch("% No such neighbor or address family");
            }
            var of = counts.get();
            var walk = new LinkedHashMap<String, Object>();
            walk.put("Adj-in", of.received());
            walk.put("Stale", of.stale());
            walk.put("Rejected by policy", of.rejectedByPolicy());
            walk.put("Valid", of.accepted());
            walk.put("All RIB", of.received());
            walk.put("PfxCt counted", of.accepted());
            walk.put("Useable", of.accepted());
            var json = new LinkedHashMap<String, Object>();
            json.put("prefixCountsFor", AddressText.of(address));
            json.put("multiProtocol", SummaryShow.key(family));
            json.put("pfxCounter", of.received());
            json.put("ribTableWalkCounters", walk);
            return Answer.of(json, () -> {
                var text = new StringBuilder("Prefix counts for " + AddressText.of(address) + ", " + family + "\n");
                text.append("PfxCt: ").append(of.received()).append("\n\nCounts kept in the Adj-RIB-In:\n\n");
                walk.forEach((name, count) -> text.append(String.format(Locale.ROOT, "%20s: %s%n", name, count)));
                return text.toString();
            });
        });
    }

    /** Which routes, and what JSON calls them. */
    private record Asked(InetAddress address, List<AddressFamily> families, String what, long limit) {
        String key() {
            return switch (what) {
                case "received-routes" -> "receivedRoutes";
                case "filtered-routes" -> "filteredRoutes";
                case "advertised-routes" -> "advertisedRoutes";
                default -> "routes";
            };
        }

        boolean isTable() {
            return what.equals("routes");
        }
    }

    private Answer routes(Map<String, String> values) {
        return withPeer(values, address -> {
            speaker.neighbor(address);
            return TableShow.parsed(() -> {
                var asked = new Asked(
                        address, TableShow.families(values), values.getOrDefault(WHAT, ""), TableShow.limit(values));
                return Answer.streamed(out -> json(asked, out), out -> text(asked, out));
            });
        });
    }

    private OrderedRoutes<PeerRoute> ordered(Asked asked, AddressFamily family) {
        return switch (asked.what) {
            case "advertised-routes" -> speaker.orderedAdvertised(asked.address, family);
            case "filtered-routes" -> speaker.orderedReceived(asked.address, family, Selection.REJECTED);
            case "routes" -> speaker.orderedReceived(asked.address, family, Selection.ACCEPTED);
            default -> speaker.orderedReceived(asked.address, family, Selection.RECEIVED);
        };
    }

    private boolean pages(Asked asked, Pages.Taker<PeerRoute> taker) throws IOException {
        return Pages.write(
                asked.families.stream().map(family -> ordered(asked, family)).toList(), asked.limit, taker);
    }

    private void json(Asked asked, Writer out) throws IOException {
        try (var json = new JsonObject(out)) {
            if (asked.isTable()) {
                TableShow.head(speaker, json);
            } else {
                head(json);
            }
            json.begin(asked.key());
            long[] counts = new long[2];
            boolean more = pages(asked, routes -> {
                if (asked.isTable()) {
                    table(asked, routes, json);
                }
                for (var route : routes) {
                    counts[0]++;
                    counts[1] += route.rejected() == null ? 0 : 1;
                    if (!asked.isTable()) {
                        json.add(name(route), json(route));
                    }
                }
            });
            json.end();
            if (!asked.isTable()) {
                json.add("totalPrefixCounter", counts[0]).add("filteredPrefixCounter", counts[1]);
            }
            if (more) {
                json.add("truncated", true);
            }
        }
    }

    /** With add-path a peer may have several routes to a prefix: the others' names have the path id too. */
    private static String name(PeerRoute route) {
        return route.pathId() == 0
                ? route.prefix().toString()
                : route.prefix() + " " + Integer.toUnsignedString(route.pathId());
    }

    private void table(Asked asked, List<PeerRoute> accepted, JsonObject json) throws IOException {
        var prefixes = accepted.stream().map(PeerRoute::prefix).distinct().toList();
        for (var route : speaker.routes(prefixes)) {
            json.add(
                    route.prefix().toString(),
                    route.paths().stream()
                            .filter(path -> path.peer().address().equals(asked.address))
                            .map(path -> PathJson.brief(route, path))
                            .toList());
        }
    }

    private void head(JsonObject json) throws IOException {
        var summary = speaker.summary();
        json.add("bgpTableVersion", summary.table().version());
        json.add("bgpLocalRouterId", summary.routerId().toString());
        json.add("defaultLocPrf", 100).add("localAS", summary.as().value());
        var status = new LinkedHashMap<String, Object>();
        status.put("suppressed", "s");
        status.put("damped", "d");
        status.put("history", "h");
        status.put("valid", "*");
        status.put("best", ">");
        status.put("multipath", "=");
        status.put("internal", "i");
        status.put("ribFailure", "r");
        status.put("stale", "S");
        status.put("removed", "R");
        json.add("bgpStatusCodes", status);
        var origins = new LinkedHashMap<String, Object>();
        origins.put("igp", "i");
        origins.put("egp", "e");
        origins.put("incomplete", "?");
        json.add("bgpOriginCodes", origins);
    }

    private static Map<String, Object> json(PeerRoute route) {
        var json = new LinkedHashMap<String, Object>();
        json.put("addrPrefix", AddressText.of(route.prefix().address()));
        json.put("prefixLen", route.prefix().length());
        json.put("network", route.prefix().toString());
        var shown = AttributeText.of(route.attributes());
        json.put("nextHop", shown.nextHop());
        PathJson.columns(route.attributes(), json);
        json.put("bgpOriginCode", shown.origin());
        json.put("appliedStatusSymbols", route.rejected() == null ? Map.of("*", true) : Map.of());
        if (route.pathId() != 0) {
            json.put("addpathRxId", Integer.toUnsignedLong(route.pathId()));
        }
        if (route.rejected() != null) {
            json.put("reason", route.rejected().text());
        }
        if (route.term() != null) {
            json.put("term", route.term());
        }
        if (route.isStale()) {
            json.put("stale", true);
        }
        return json;
    }

    private void text(Asked asked, Writer out) throws IOException {
        var table = new TextPages(out, HEADER, 2, 18, 15);
        long[] counts = new long[2];
        boolean more = pages(asked, routes -> {
            counts[0] += routes.size();
            counts[1] +=
                    routes.stream().filter(route -> route.rejected() != null).count();
            if (!routes.isEmpty()) {
                table.write(routes.stream().map(NeighborShow::row).toList());
            }
        });
        out.write((counts[0] == 0 ? "" : "\n") + "Total number of prefixes " + counts[0]
                + (counts[1] > 0 ? " (" + counts[1] + " filtered)" : "") + (more ? "; there are more" : "") + "\n");
    }

    private static List<String> row(PeerRoute route) {
        var shown = AttributeText.of(route.attributes());
        var rejected = route.rejected();
        return List.of(
                (route.isStale() ? "S" : "") + (rejected == null ? "*" : "i"),
                name(route),
                shown.nextHop(),
                shown.metric(),
                shown.localPref(),
                "0",
                shown.path(),
                rejected == null ? "" : rejected.text() + (route.term() == null ? "" : ", term " + route.term()));
    }

    private static Answer withPeer(Map<String, String> values, Function<InetAddress, Answer> answer) {
        var text = values.getOrDefault("ADDRESS", "").toLowerCase(Locale.ROOT);
        try {
            return answer.apply(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException wrong) {
            return Answer.noSuch("% No such neighbor: " + text);
        }
    }
}

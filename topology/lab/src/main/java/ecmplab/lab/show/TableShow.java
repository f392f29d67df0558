package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.attribute.PathAttribute.LargeCommunities;
import ecmplab.bgp.policy.AsPathRegex;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.policy.LargeCommunityPattern;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteFilter;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.JsonObject;
import ecmplab.lab.control.TextPages;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table, or what of it a filter lets through: asked of the RIB page by page, written as it comes. */
final class TableShow {
    private static final String LEGEND =
            "Status: > best, = multipath, * valid, i invalid, S stale; a path that is not used says why\n";
    private static final List<String> HEADER =
            List.of("", "Network", "Next Hop", "Metric", "LocPrf", "Weight", "Path", "");

    private final Speaker speaker;

    private TableShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new TableShow(speaker);
        for (var words : List.of("show bgp ipv4|ipv6 [unicast]", "show ip bgp")) {
            commands.on(words + " [--limit N]", values -> show.table(values, RouteFilter.ALL))
                    .on(words + " PREFIX [bestpath|multipath]", show::route)
                    .on(words + " PREFIX longer-prefixes [--limit N]", show::longer);
        }
        for (var words : List.of("show bgp [ipv4|ipv6] [unicast]", "show ip bgp")) {
            commands.on(words + " community COMMUNITY [--limit N]", show::community)
                    .on(words + " large-community COMMUNITY [--limit N]", show::largeCommunity)
                    .on(words + " regexp REGEXP [--limit N]", show::regexp);
        }
    }

    /** The families that a command's words name: both when they name none. */
    static List<AddressFamily> families(Map<String, String> values) {
        return switch (values.getOrDefault("ipv4|ipv6", "")) {
            case "ipv4" -> List.of(AddressFamily.IPV4_UNICAST);
            case "ipv6" -> List.of(AddressFamily.IPV6_UNICAST);
            default -> List.of(AddressFamily.IPV4_UNICAST, AddressFamily.IPV6_UNICAST);
        };
    }

    /** What {@code --limit} says. @throws IllegalArgumentException when it is no number */
    static long limit(Map<String, String> values) {
        var text = values.getOrDefault("--limit", "0");
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("--limit " + text + ": must be a number");
        }
        long limit = Long.parseLong(text);
        return limit == 0 ? Long.MAX_VALUE : limit;
    }

    private Answer community(Map<String, String> values) {
        return parsed(() -> {
            var pattern = CommunityPattern.parse(values.getOrDefault("COMMUNITY", ""));
            return table(
                    values,
                    RouteFilter.having(attributes -> attributes.find(Communities.class).stream()
                            .flatMap(found -> found.values().stream())
                            .anyMatch(pattern::matches)));
        });
    }

    private Answer largeCommunity(Map<String, String> values) {
        return parsed(() -> {
            var pattern = LargeCommunityPattern.parse(values.getOrDefault("COMMUNITY", ""));
            return table(
                    values,
                    RouteFilter.having(attributes -> attributes.find(LargeCommunities.class).stream()
                            .flatMap(found -> found.values().stream())
                            .anyMatch(pattern::matches)));
        });
    }

    private Answer regexp(Map<String, String> values) {
        return parsed(() -> {
            var regexp = AsPathRegex.parse(values.getOrDefault("REGEXP", ""));
            return table(
                    values,
                    RouteFilter.having(attributes ->
                            regexp.matches(attributes.find(AsPath.class).orElse(AsPath.EMPTY))));
        });
    }

    private Answer longer(Map<String, String> values) {
        return parsed(() -> {
            var prefix = Prefix.parse(values.getOrDefault("PREFIX", ""));
            var named = new LinkedHashMap<>(values);
            named.put("ipv4|ipv6", prefix.family() == AddressFamily.IPV4_UNICAST ? "ipv4" : "ipv6");
            return table(named, RouteFilter.within(prefix));
        });
    }

    private Answer route(Map<String, String> values) {
        return parsed(() -> {
            var text = values.getOrDefault("PREFIX", "");
            var prefix = Prefix.parse(text);
            var route = text.contains("/") ? speaker.route(prefix) : speaker.longestMatch(prefix.address());
            var wanted = values.get("bestpath|multipath");
            return route.map(found -> wanted == null ? found : only(found, wanted.equals("multipath")))
                    .<Answer>map(found -> Answer.of(PathJson.route(found), () -> RouteText.of(found)))
                    .orElseGet(() -> Answer.noSuch("% Network not in table"));
        });
    }

    private static RouteView only(RouteView route, boolean multipath) {
        return new RouteView(
                route.prefix(),
                route.paths().stream()
                        .filter(path -> multipath ? path.reason().isUsed() : path.reason() == Reason.BEST)
                        .toList(),
                route.nextHops());
    }

    static Answer parsed(java.util.function.Supplier<Answer> answer) {
        try {
            return answer.get();
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer table(Map<String, String> values, RouteFilter filter) {
        return parsed(() -> {
            long limit = limit(values);
            var families = values.containsKey("ipv4|ipv6") || filter.attributes() != null
                    ? families(values)
                    : List.of(AddressFamily.IPV4_UNICAST);
            return Answer.streamed(
                    out -> json(families, filter, limit, out), out -> text(families, filter, limit, out));
        });
    }

    /** @return whether there would have been more */
    private boolean pages(List<AddressFamily> families, RouteFilter filter, long limit, Pages.Taker<RouteView> taker)
            throws IOException {
        return Pages.write(
                families.stream().map(family -> speaker.ordered(family, filter)).toList(), limit, taker);
    }

    private void json(List<AddressFamily> families, RouteFilter filter, long limit, Writer out) throws IOException {
        try (var json = new JsonObject(out)) {
            head(speaker, json);
            json.begin("routes");
            boolean more = pages(families, filter, limit, routes -> {
                for (var route : routes) {
                    json.add(route.prefix().toString(), PathJson.brief(route));
                }
            });
            json.end();
            if (more) {
                json.add("truncated", true);
            }
        }
    }

    /** What FRRouting's JSON says before the routes. */
    static void head(Speaker speaker, JsonObject json) throws IOException {
        var summary = speaker.summary();
        json.add("vrfId", 0)
                .add("vrfName", "default")
                .add("tableVersion", summary.table().version());
        json.add("routerId", summary.routerId().toString()).add("defaultLocPrf", 100);
        json.add("localAS", summary.as().value());
    }

    private void text(List<AddressFamily> families, RouteFilter filter, long limit, Writer out) throws IOException {
        var summary = speaker.summary();
        out.write("BGP table version is " + summary.table().version() + ", local router ID is " + summary.routerId()
                + "\n" + LEGEND);
        var table = new TextPages(out, HEADER, 2, 18, 15);
        long[] counts = new long[2];
        boolean more = pages(families, filter, limit, routes -> {
            var rows = new ArrayList<List<String>>();
            for (var route : routes) {
                counts[0]++;
                counts[1] += route.paths().size();
                rows(route, rows);
            }
            if (!rows.isEmpty()) {
                table.write(rows);
            }
        });
        out.write((counts[0] == 0 ? "" : "\n") + "Displayed " + counts[0] + " routes and " + counts[1] + " total paths"
                + (more ? "; there are more" : "") + "\n");
    }

    private static void rows(RouteView route, List<List<String>> rows) {
        var network = route.prefix().toString();
        for (var path : route.paths()) {
            var shown = AttributeText.of(path.attributes());
            rows.add(List.of(
                    status(path),
                    network,
                    shown.nextHop(),
                    shown.metric(),
                    shown.localPref(),
                    "0",
                    shown.path(),
                    path.reason().isUsed() ? "" : path.reasonText()));
            network = "";
        }
    }

    static String status(PathView path) {
        var status = switch (path.reason()) {
            case BEST -> "*>";
            case MULTIPATH -> "*=";
            default -> path.reason().isValid() ? "*" : "i";
        };
        return (path.isStale() ? "S" : "") + status;
    }
}

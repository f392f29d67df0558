package ecmplab.lab.show;

import ecmplab.bgp.rib.NextHop;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteFilter;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code show ipv6 route} of a router that does not forward IPv6: what BGP chose, with FRRouting's words and keys. None of it is in the
 * FIB, and every line and object says so.
 */
public final class Ipv6RouteShow {
    private static final int EBGP_DISTANCE = 20;
    private static final int IBGP_DISTANCE = 200;
    private static final String HEAD =
            "Codes: B BGP; > selected, * in the FIB\nNo IPv6 is forwarded here: these routes are in the RIB only\n\n";

    private final Speaker speaker;

    private Ipv6RouteShow(Speaker speaker) {
        this.speaker = speaker;
    }

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, Speaker speaker) {
        var show = new Ipv6RouteShow(speaker);
        commands.on("show ipv6 route [--limit N]", show::routes).on("show ipv6 route PREFIX", show::route);
    }

    private Answer routes(Map<String, String> values) {
        return TableShow.parsed(() -> {
            long limit = TableShow.limit(values);
            return Answer.streamed(out -> json(limit, out), out -> text(limit, out));
        });
    }

    private Answer route(Map<String, String> values) {
        return TableShow.parsed(() -> {
            var text = values.getOrDefault("PREFIX", "");
            var prefix = Prefix.parse(text);
            if (prefix.family() != AddressFamily.IPV6_UNICAST) {
                return Answer.usage("'" + text + "' is no IPv6 address or prefix; see show ip route");
            }
            var route = text.contains("/") ? speaker.route(prefix) : speaker.longestMatch(prefix.address());
            return route.filter(found -> !found.nextHops().isEmpty())
                    .<Answer>map(found -> Answer.of(
                            Map.of(found.prefix().toString(), List.of(json(found))), () -> HEAD + text(found)))
                    .orElseGet(() -> Answer.noSuch("% Network not in table: " + text));
        });
    }

    private boolean pages(long limit, Pages.Taker<RouteView> taker) throws IOException {
        var table = speaker.ordered(AddressFamily.IPV6_UNICAST, RouteFilter.ALL);
        return Pages.write(List.of(table), limit, taker);
    }

    private void json(long limit, Writer out) throws IOException {
        try (var json = new JsonObject(out)) {
            pages(limit, routes -> {
                for (var route : routes) {
                    if (!route.nextHops().isEmpty()) {
                        json.add(route.prefix().toString(), List.of(json(route)));
                    }
                }
            });
        }
    }

    private static Map<String, Object> json(RouteView route) {
        var json = new LinkedHashMap<String, Object>();
        json.put("prefix", route.prefix().toString());
        json.put("prefixLen", route.prefix().length());
        json.put("protocol", "bgp");
        json.put("distance", distance(route));
        json.put("selected", true);
        json.put("installed", false);
        json.put("nexthops", route.nextHops().stream().map(Ipv6RouteShow::json).toList());
        return json;
    }

    private static Map<String, Object> json(NextHop hop) {
        var json = new LinkedHashMap<String, Object>();
        json.put("ip", hop.address().getHostAddress());
        json.put("afi", hop.address().getAddress().length == 4 ? "ipv4" : "ipv6");
        json.put("active", false);
        json.put("weight", hop.weight());
        return json;
    }

    private void text(long limit, Writer out) throws IOException {
        out.write(HEAD);
        boolean more = pages(limit, routes -> {
            for (var route : routes) {
                out.write(text(route));
            }
        });
        out.write(more ? "there are more\n" : "");
    }

    private static String text(RouteView route) {
        var text = new StringBuilder();
        var head = "B>  " + route.prefix() + " [" + distance(route) + "/0]";
        for (var hop : route.nextHops()) {
            text.append(text.isEmpty() ? head : " ".repeat(head.length()))
                    .append(" via ")
                    .append(hop.address().getHostAddress())
                    .append(" (not in the FIB), weight ")
                    .append(hop.weight())
                    .append('\n');
        }
        return text.toString();
    }

    private static int distance(RouteView route) {
        return best(route).orElse(PeerKind.EBGP) == PeerKind.IBGP ? IBGP_DISTANCE : EBGP_DISTANCE;
    }

    private static Optional<PeerKind> best(RouteView route) {
        return route.paths().stream()
                .filter(path -> path.reason() == Reason.BEST)
                .map(path -> path.peer().kind())
                .findFirst();
    }
}

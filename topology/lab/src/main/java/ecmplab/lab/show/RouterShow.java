package ecmplab.lab.show;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.packet.AddressText;
import ecmplab.port.ForwardingThread;
import ecmplab.router.EcmpSnapshot;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouteProtocol;
import ecmplab.router.RouteSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** {@code show ip ...} and {@code show ipv6 ...} of the edge router. */
public final class RouterShow {
    private final EdgeRouter router;
    private final ForwardingThread forwarding;
    private final DivergenceShow divergences;

    private RouterShow(EdgeRouter router, ForwardingThread forwarding, DivergenceShow divergences) {
        this.router = router;
        this.forwarding = forwarding;
        this.divergences = divergences;
    }

    /** Adds the commands to a node's. */
    public static void add(
            CommandTree commands, EdgeRouter router, ForwardingThread forwarding, DivergenceShow divergences) {
        var show = new RouterShow(router, forwarding, divergences);
        divergences.add(commands);
        commands.on("show ip route [--limit N]", values -> show.table(values, AddressFamily.IPV4_UNICAST))
                .on("show ip route PREFIX", values -> show.route(values, AddressFamily.IPV4_UNICAST))
                .on("show ip ecmp", values -> groups(router.groups()))
                .on("show ip ecmp PREFIX", show::group)
                .on("show ip neighbors", values -> show.neighbors(AddressFamily.IPV4_UNICAST))
                .on("show ipv6 route [--limit N]", values -> show.table(values, AddressFamily.IPV6_UNICAST))
                .on("show ipv6 route PREFIX", values -> show.route(values, AddressFamily.IPV6_UNICAST))
                .on("show ipv6 ecmp PREFIX", show::group)
                .on("show ipv6 neighbors", values -> show.neighbors(AddressFamily.IPV6_UNICAST))
                .on("show counters", values -> CountersText.router(router.counters(), forwarding.counters()));
    }

    private Answer table(Map<String, String> values, AddressFamily family) {
        return TableShow.parsed(() -> {
            long limit = TableShow.limit(values);
            return routes(router.routes().stream()
                    .filter(route -> route.prefix().family() == family)
                    .limit(limit)
                    .toList());
        });
    }

    /** The routes to a prefix, or the longest match of an address. */
    private Answer route(Map<String, String> values, AddressFamily family) {
        return prefixed(values, prefix -> {
            if (prefix.family() != family) {
                var other = family == AddressFamily.IPV4_UNICAST ? "show ipv6 route" : "show ip route";
                return Answer.usage("'" + prefix + "' is of the other address family; see " + other);
            }
            boolean exact = values.getOrDefault("PREFIX", "").contains("/");
            var routes = exact ? router.routes(prefix) : longestMatch(prefix);
            return routes.isEmpty() ? Answer.noSuch("% Network not in table: " + prefix) : routes(routes);
        });
    }

    private List<RouteSnapshot> longestMatch(Prefix host) {
        return IntStream.iterate(host.length(), length -> length >= 0, length -> length - 1)
                .mapToObj(length -> router.routes(Prefix.of(host.address(), length)))
                .filter(routes -> !routes.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private Answer group(Map<String, String> values) {
        return prefixed(
                values,
                prefix -> router.group(prefix)
                        .map(group -> Answer.of(groupJson(group), () -> groupText(group)))
                        .orElseGet(() -> Answer.noSuch("% No next-hop group for " + prefix)));
    }

    private static Answer prefixed(Map<String, String> values, java.util.function.Function<Prefix, Answer> answer) {
        try {
            return answer.apply(Prefix.parse(values.getOrDefault("PREFIX", "")));
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer routes(List<RouteSnapshot> routes) {
        var json = new LinkedHashMap<String, List<Object>>();
        routes.forEach(route -> json.computeIfAbsent(route.prefix().toString(), absent -> new ArrayList<>())
                .add(routeJson(route)));
        return Answer.of(json, () -> routesText(routes));
    }

    private Map<String, Object> routeJson(RouteSnapshot route) {
        var json = new LinkedHashMap<String, Object>();
        json.put("prefix", route.prefix().toString());
        json.put("protocol", route.protocol().name().toLowerCase(Locale.ROOT));
        json.put("distance", route.distance());
        json.put("selected", route.selected());
        json.put("installed", route.installed());
        json.put("uptime", Uptime.text(route.uptime()));
        if (route.protocol() == RouteProtocol.BGP) {
            json.put("forwarding", divergences.forwarding());
            divergences
                    .of(route.prefix())
                    .ifPresent(each -> json.put("divergence", each.kind().label()));
        }
        json.put("nexthops", route.nextHops().stream().map(RouterShow::viaJson).toList());
        return json;
    }

    private static Map<String, Object> viaJson(RouteSnapshot.Via via) {
        var json = new LinkedHashMap<String, Object>();
        via.address().ifPresent(address -> json.put("ip", AddressText.of(address)));
        if (via.address().isEmpty()) {
            json.put("directlyConnected", true);
        }
        via.interfaceName().ifPresent(name -> json.put("interfaceName", name));
        json.put("active", via.active());
        json.put("weight", via.weight());
        return json;
    }

    private String routesText(List<RouteSnapshot> routes) {
        var text = new StringBuilder("Codes: L own address, C connected, S static, B BGP; > selected, * in the FIB;"
                + " ! packets do not take it\nForwarding: " + divergences.forwarding() + "\n\n");
        for (var route : routes) {
            var head = route.protocol().code() + (route.selected() ? ">" : " ") + (route.installed() ? "*" : " ") + " "
                    + route.prefix() + " [" + route.distance() + "/0]";
            var vias = route.nextHops();
            if (vias.isEmpty()) {
                text.append(head)
                        .append(", ")
                        .append(Uptime.text(route.uptime()))
                        .append('\n');
            }
            if (route.protocol() == RouteProtocol.BGP) {
                divergences
                        .of(route.prefix())
                        .ifPresent(each -> text.append("! ")
                                .append(each.prefix())
                                .append(": ")
                                .append(each.kind().label())
                                .append(", ")
                                .append(each.detail())
                                .append('\n'));
            }
            for (int i = 0; i < vias.size(); i++) {
                text.append(i == 0 ? head : "  *" + " ".repeat(head.length() - 3))
                        .append(via(vias.get(i)));
                text.append(", ").append(Uptime.text(route.uptime())).append('\n');
            }
        }
        return text.toString();
    }

    private static String via(RouteSnapshot.Via via) {
        var where = via.address()
                .map(AddressText::of)
                .map(address -> " via " + address)
                .orElse(" is directly connected");
        return where
                + via.interfaceName().map(name -> ", " + name).orElse("")
                + (via.active() ? "" : " (inactive)")
                + (via.address().isPresent() ? ", weight " + via.weight() : "");
    }

    private static Answer groups(List<EcmpSnapshot> groups) {
        return Answer.of(groups.stream().map(RouterShow::groupJson).toList(), () -> {
            var text = new StringBuilder();
            groups.forEach(group -> text.append(groupText(group)).append('\n'));
            return text.toString();
        });
    }

    private static Map<String, Object> groupJson(EcmpSnapshot group) {
        var json = new LinkedHashMap<String, Object>();
        json.put("group", group.group());
        json.put("mode", group.mode().label());
        json.put("prefixes", group.prefixes());
        json.put("prefixCount", group.prefixCount());
        json.put("buckets", group.buckets());
        json.put("members", group.members());
        json.put("owners", group.owners());
        json.put("lastChange", Uptime.text(group.lastChange()));
        json.put("lastMoved", group.lastMoved());
        json.put("totalMoved", group.totalMoved());
        return json;
    }

    private static String groupText(EcmpSnapshot group) {
        var head =
                "group " + group.group() + ": " + group.mode().label() + ", " + group.buckets() + " buckets, changed "
                        + Uptime.text(group.lastChange()) + " ago (" + group.lastMoved() + " buckets moved; "
                        + group.totalMoved()
                        + " since it was made)\n"
                        + group.unbalanced()
                                .map(time -> "  unbalanced for " + Uptime.text(time) + "\n")
                                .orElse("");
        var prefixes = "  prefixes: "
                + String.join(
                        ", ", group.prefixes().stream().map(Prefix::toString).toList())
                + (group.prefixCount() > group.prefixes().size() ? ", ... (" + group.prefixCount() + ")" : "") + "\n";
        var rows = group.members().stream()
                .map(member -> List.of(
                        member.address().map(AddressText::of).orElse("connected"),
                        member.interfaceName(),
                        String.valueOf(member.weight()),
                        String.valueOf(member.buckets()),
                        String.valueOf(member.active()),
                        String.valueOf(member.idle())))
                .toList();
        return head + prefixes
                + TextTable.render(List.of("next hop", "interface", "weight", "buckets", "active", "idle"), rows)
                        .replaceAll("(?m)^", "  ")
                        .stripTrailing()
                + "\n";
    }

    private Answer neighbors(AddressFamily family) {
        var neighbors = forwarding.ask(router::neighbors).join().stream()
                .filter(each -> Prefix.host(each.neighbor().address()).family() == family)
                .toList();
        return Answer.table(
                neighbors,
                List.of("interface", "neighbor", "mac", "state"),
                () -> neighbors.stream()
                        .map(each -> List.of(
                                each.interfaceName(),
                                AddressText.of(each.neighbor().address()),
                                String.valueOf(
                                        each.neighbor().mac() == null
                                                ? "-"
                                                : each.neighbor().mac()),
                                each.neighbor().state().name().toLowerCase(Locale.ROOT)))
                        .toList());
    }
}

package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Routes with the keys of FRRouting's JSON; {@code reason}, {@code term} and {@code receivedAttributes} are ours. */
final class PathJson {
    private PathJson() {}

    /** {@code show bgp ipv4 PREFIX json}. */
    static Map<String, Object> route(RouteView route) {
        var json = new LinkedHashMap<String, Object>();
        json.put("prefix", route.prefix().toString());
        json.put(
                "paths",
                route.paths().stream().map(path -> detailed(route, path)).toList());
        return json;
    }

    private static Map<String, Object> detailed(RouteView route, PathView path) {
        var json = attributes(path.attributes());
        var reason = path.reason();
        json.put("locPrf", path.localPref());
        json.put("valid", reason.isValid());
        if (reason == Reason.BEST) {
            json.put("bestpath", Map.of("overall", true, "selectionReason", Selected.reason(route)));
        }
        if (Selected.isMultipath(route) && reason.isUsed()) {
            json.put("multipath", true);
        }
        common(path, json);
        path.attributes()
                .find(PathAttribute.NextHop.class)
                .ifPresent(nextHop -> json.put("nexthops", List.of(nextHop(nextHop.address(), path))));
        if (!path.received().equals(path.block())) {
            json.put("receivedAttributes", attributes(path.receivedAttributes()));
        }
        json.put("peer", peer(path));
        return json;
    }

    private static void common(PathView path, Map<String, Object> json) {
        json.put("reason", path.reason().text());
        if (path.term() != null) {
            json.put("term", path.term());
        }
        if (path.isStale()) {
            json.put("stale", true);
        }
        if (path.pathId() != 0) {
            json.put("addpathRxId", Integer.toUnsignedLong(path.pathId()));
        }
    }

    private static Map<String, Object> nextHop(InetAddress address, PathView path) {
        var json = new LinkedHashMap<String, Object>();
        json.put("ip", AddressText.of(address));
        json.put("afi", address.getAddress().length == 4 ? "ipv4" : "ipv6");
        json.put("metric", 0);
        json.put("accessible", path.reason() != Reason.NEXT_HOP_UNUSABLE);
        json.put("used", path.reason().isUsed());
        return json;
    }

    private static Map<String, Object> peer(PathView path) {
        var json = new LinkedHashMap<String, Object>();
        json.put("peerId", AddressText.of(path.peer().address()));
        json.put("routerId", path.peer().routerId().toString());
        json.put("type", from(path));
        return json;
    }

    private static String from(PathView path) {
        return switch (path.peer().kind()) {
            case EBGP -> "external";
            case IBGP -> "internal";
            case LOCAL -> "local";
        };
    }

    /** The paths of a prefix as {@code show bgp ipv4 json} has them. */
    static List<Map<String, Object>> brief(RouteView route) {
        return route.paths().stream().map(path -> brief(route, path)).toList();
    }

    static Map<String, Object> brief(RouteView route, PathView path) {
        var json = new LinkedHashMap<String, Object>();
        var reason = path.reason();
        var attributes = path.attributes();
        json.put("valid", reason.isValid());
        if (reason == Reason.BEST) {
            json.put("bestpath", true);
            json.put("selectionReason", Selected.reason(route));
        }
        if (Selected.isMultipath(route) && reason.isUsed()) {
            json.put("multipath", true);
        }
        common(path, json);
        if (path.peer().kind() != PeerKind.LOCAL) {
            json.put("pathFrom", from(path));
        }
        prefix(route.prefix(), json);
        columns(attributes, json);
        json.put("locPrf", path.localPref());
        json.put("peerId", AddressText.of(path.peer().address()));
        attributes.find(PathAttribute.Origin.class).ifPresent(origin -> json.put("origin", BgpJson.origin(origin)));
        attributes.find(PathAttribute.NextHop.class).ifPresent(nextHop -> {
            var hop = nextHop(nextHop.address(), path);
            hop.remove("metric");
            hop.remove("accessible");
            json.put("nexthops", List.of(hop));
        });
        return json;
    }

    static void prefix(Prefix prefix, Map<String, Object> json) {
        json.put("prefix", AddressText.of(prefix.address()));
        json.put("prefixLen", prefix.length());
        json.put("network", prefix.toString());
    }

    /** What a table has columns for. */
    static void columns(PathAttributes attributes, Map<String, Object> json) {
        attributes.find(PathAttribute.MultiExitDisc.class).ifPresent(med -> json.put("metric", med.value()));
        attributes.find(PathAttribute.LocalPref.class).ifPresent(preference -> json.put("locPrf", preference.value()));
        json.put("weight", 0);
        json.put("path", attributes.find(AsPath.class).orElse(AsPath.EMPTY).toString());
    }

    /** A mutable map of all of them. */
    static Map<String, Object> attributes(PathAttributes attributes) {
        var json = new LinkedHashMap<String, Object>();
        var asPath = attributes.find(AsPath.class).orElse(AsPath.EMPTY);
        var path = new LinkedHashMap<String, Object>();
        path.put("string", asPath.segments().isEmpty() ? "Local" : asPath.toString());
        path.put("segments", asPath.segments().stream().map(PathJson::segment).toList());
        path.put("length", asPath.length());
        json.put("aspath", path);
        attributes.find(PathAttribute.Origin.class).ifPresent(origin -> json.put("origin", BgpJson.origin(origin)));
        attributes.find(PathAttribute.MultiExitDisc.class).ifPresent(med -> json.put("metric", med.value()));
        attributes.find(PathAttribute.LocalPref.class).ifPresent(preference -> json.put("locPrf", preference.value()));
        attributes.find(PathAttribute.AtomicAggregate.class).ifPresent(atomic -> json.put("atomicAggregate", true));
        attributes.find(PathAttribute.Aggregator.class).ifPresent(aggregator -> {
            json.put("aggregatorAs", aggregator.asn().value());
            json.put("aggregatorId", aggregator.speaker().toString());
        });
        attributes
                .find(PathAttribute.OriginatorId.class)
                .ifPresent(
                        originator -> json.put("originatorId", originator.id().toString()));
        attributes
                .find(PathAttribute.ClusterList.class)
                .ifPresent(clusters -> json.put(
                        "clusterList",
                        list(clusters.clusters().stream().map(Object::toString).toList())));
        communities(attributes, json);
        attributes
                .find(PathAttribute.OnlyToCustomer.class)
                .ifPresent(otc -> json.put("otc", otc.asn().value()));
        return json;
    }

    private static void communities(PathAttributes attributes, Map<String, Object> json) {
        attributes
                .find(PathAttribute.Communities.class)
                .ifPresent(found -> json.put(
                        "community",
                        list(found.values().stream().map(CommunityPattern::text).toList())));
        attributes
                .find(PathAttribute.ExtendedCommunities.class)
                .ifPresent(found -> json.put(
                        "extendedCommunity",
                        Map.of(
                                "string",
                                String.join(
                                        " ",
                                        found.values().stream()
                                                .map(Object::toString)
                                                .toList()))));
        attributes
                .find(PathAttribute.LargeCommunities.class)
                .ifPresent(found -> json.put(
                        "largeCommunity",
                        list(found.values().stream().map(Object::toString).toList())));
    }

    private static Map<String, Object> segment(AsPath.Segment segment) {
        var json = new LinkedHashMap<String, Object>();
        json.put("type", segment.type() == AsPath.SegmentType.AS_SET ? "as-set" : "as-sequence");
        json.put("list", segment.asns().stream().map(asn -> asn.value()).toList());
        return json;
    }

    private static Map<String, Object> list(List<String> texts) {
        var json = new LinkedHashMap<String, Object>();
        json.put("string", String.join(" ", texts));
        json.put("list", texts.stream().map(PathJson::camel).toList());
        return json;
    }

    /** {@code no-export} as {@code noExport}, which FRRouting writes in lists. */
    private static String camel(String name) {
        return java.util.regex.Pattern.compile("-([a-z])")
                .matcher(name)
                .replaceAll(letter -> letter.group(1).toUpperCase(java.util.Locale.ROOT));
    }
}

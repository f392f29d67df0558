package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.PeerSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The speaker's snapshots with the keys of FRRouting's JSON; what FRRouting does not say has keys of our own. */
final class BgpJson {
    private BgpJson() {}

    /** {@code OPEN_SENT} to {@code OpenSent}, as RFC 4271 writes states. */
    static String state(State state) {
        var text = new StringBuilder();
        for (var word : state.name().split("_")) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return text.toString();
    }

    static String origin(PathAttribute.Origin origin) {
        return switch (origin) {
            case IGP -> "IGP";
            case EGP -> "EGP";
            case INCOMPLETE -> "incomplete";
        };
    }

    static Map<String, Object> peer(PeerSummary peer, Instant now) {
        boolean up = peer.state() == State.ESTABLISHED;
        var json = new LinkedHashMap<String, Object>();
        json.put("remoteAs", peer.remoteAs().value());
        json.put("version", 4);
        json.put("msgRcvd", peer.messagesReceived());
        json.put("msgSent", peer.messagesSent());
        json.put("peerUptime", up ? Uptime.since(peer.since(), now) : "never");
        json.put("peerUptimeMsec", up ? Duration.between(peer.since(), now).toMillis() : 0);
        json.put("pfxRcd", peer.prefixesReceived());
        json.put("pfxSnt", peer.prefixesSent());
        json.put("state", state(peer.state()));
        json.put("desc", peer.description());
        if (peer.lastReset() != null) {
            json.put("lastReset", peer.lastReset());
        }
        return json;
    }

    static Map<String, Object> route(RouteView route) {
        var json = new LinkedHashMap<String, Object>();
        json.put("prefix", route.prefix().toString());
        json.put("paths", paths(route));
        return json;
    }

    static List<Map<String, Object>> paths(RouteView route) {
        return route.paths().stream().map(BgpJson::path).toList();
    }

    private static Map<String, Object> path(PathView path) {
        var json = attributes(path.attributes());
        var reason = path.reason();
        json.put("locPrf", path.localPref());
        json.put("valid", reason.isValid());
        if (reason == Reason.BEST) {
            json.put("bestpath", Map.of("overall", true, "selectionReason", reason.text()));
        }
        json.put("multipath", reason.isUsed());
        json.put("reason", reason.text());
        var nextHop = path.attributes().find(PathAttribute.NextHop.class);
        if (nextHop.isPresent()) {
            var address = nextHop.get().address();
            json.put(
                    "nexthops",
                    List.of(Map.of(
                            "ip", address.getHostAddress(),
                            "afi", address.getAddress().length == 4 ? "ipv4" : "ipv6",
                            "used", reason.isUsed())));
        }
        var peer = new LinkedHashMap<String, Object>();
        peer.put("peerId", path.peer().address().getHostAddress());
        peer.put("routerId", path.peer().routerId().toString());
        peer.put(
                "type",
                path.peer().kind() == PeerKind.EBGP
                        ? "external"
                        : path.peer().kind() == PeerKind.IBGP ? "internal" : "local");
        json.put("peer", peer);
        return json;
    }

    /** A mutable map. */
    static Map<String, Object> attributes(PathAttributes attributes) {
        var json = new LinkedHashMap<String, Object>();
        var asPath = attributes.find(AsPath.class).orElse(AsPath.EMPTY);
        json.put("aspath", Map.of("string", asPath.toString(), "length", asPath.length()));
        attributes.find(PathAttribute.Origin.class).ifPresent(origin -> json.put("origin", origin(origin)));
        attributes
                .find(PathAttribute.NextHop.class)
                .ifPresent(nextHop -> json.put("nextHop", nextHop.address().getHostAddress()));
        attributes.find(PathAttribute.MultiExitDisc.class).ifPresent(med -> json.put("metric", med.value()));
        attributes.find(PathAttribute.LocalPref.class).ifPresent(preference -> json.put("locPrf", preference.value()));
        attributes
                .find(PathAttribute.Communities.class)
                .ifPresent(found -> json.put("community", Map.of("string", found.toString())));
        attributes
                .find(PathAttribute.LargeCommunities.class)
                .ifPresent(found -> json.put(
                        "largeCommunity",
                        Map.of(
                                "list",
                                found.values().stream().map(Object::toString).toList())));
        return json;
    }

    static Map<String, Object> neighbor(NeighborSnapshot neighbor) {
        var session = neighbor.session();
        var config = session.config();
        var json = new LinkedHashMap<String, Object>();
        json.put("remoteAs", config.remoteAsn().value());
        json.put("localAs", config.localAsn().value());
        json.put("nbrDesc", neighbor.config().description());
        json.put("bgpState", state(session.state()));
        json.put("since", session.since().toString());
        var negotiated = session.negotiated();
        if (negotiated != null) {
            json.put("remoteRouterId", negotiated.peerRouterId().toString());
            json.put("bgpTimerHoldTimeMsecs", negotiated.holdTime().toMillis());
            json.put("bgpTimerKeepAliveIntervalMsecs", negotiated.keepalive().toMillis());
            json.put("hostLocal", negotiated.local().getAddress().getHostAddress());
            json.put("portLocal", negotiated.local().getPort());
            json.put("hostForeign", negotiated.remote().getAddress().getHostAddress());
            json.put("portForeign", negotiated.remote().getPort());
            json.put(
                    "neighborCapabilities",
                    negotiated.peerCapabilities().stream().map(Object::toString).toList());
        }
        json.put("messageStats", messages(neighbor));
        var families = new ArrayList<Map<String, Object>>();
        for (var counts : neighbor.counts()) {
            var family = new LinkedHashMap<String, Object>();
            family.put("family", counts.family().name());
            family.put("receivedPrefixCounter", counts.received());
            family.put("acceptedPrefixCounter", counts.accepted());
            family.put("sentPrefixCounter", counts.announced());
            family.put("updateGroupSize", counts.groupSize());
            family.put("endOfRibReceived", counts.endOfRibReceived());
            family.put("endOfRibSent", counts.endOfRibSent());
            families.add(family);
        }
        json.put("addressFamilyInfo", families);
        json.put("treatedAsWithdraw", session.treatedAsWithdraw());
        json.put("discardedAttributes", session.discardedAttributes());
        json.put("asLoops", neighbor.loops());
        json.put("connectionsEstablished", session.established());
        json.put("connectionsDialled", session.connectAttempts());
        if (session.lastClose() != null) {
            json.put("lastReset", session.lastClose().toString());
        }
        return json;
    }

    private static Map<String, Object> messages(NeighborSnapshot neighbor) {
        var received = neighbor.session().received();
        var sent = neighbor.session().sent();
        var json = new LinkedHashMap<String, Object>();
        json.put("opensSent", sent.opens());
        json.put("opensRecv", received.opens());
        json.put("notificationsSent", sent.notifications());
        json.put("notificationsRecv", received.notifications());
        json.put("updatesSent", sent.updates());
        json.put("updatesRecv", received.updates());
        json.put("keepalivesSent", sent.keepalives());
        json.put("keepalivesRecv", received.keepalives());
        json.put("routeRefreshSent", sent.routeRefreshes());
        json.put("routeRefreshRecv", received.routeRefreshes());
        json.put("totalSent", sent.total());
        json.put("totalRecv", received.total());
        return json;
    }
}

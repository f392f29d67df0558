package ecmplab.lab.show;

import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.rib.RibCounts;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.packet.AddressText;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** {@code show bgp summary}: the sessions, a line each; by family in JSON, as FRRouting does. */
final class SummaryShow {
    private final Speaker speaker;

    private SummaryShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new SummaryShow(speaker);
        commands.on("show bgp summary", values -> show.all())
                .on("show ip bgp summary", values -> show.one(AddressFamily.IPV4_UNICAST))
                .on(
                        "show bgp ipv4|ipv6 [unicast] summary",
                        values -> show.one(TableShow.families(values).getFirst()));
    }

    private Answer all() {
        var neighbors = speaker.neighbors();
        var table = speaker.summary().table();
        var json = new LinkedHashMap<String, Object>();
        for (var family : AddressFamily.values()) {
            if (family == AddressFamily.IPV4_UNICAST || has(family, neighbors)) {
                json.put(key(family), json(family, neighbors, table));
            }
        }
        return Answer.of(json, () -> {
            var text = new StringBuilder();
            for (var family : AddressFamily.values()) {
                if (family == AddressFamily.IPV4_UNICAST || has(family, neighbors)) {
                    text.append(text.isEmpty() ? "" : "\n").append(text(family, neighbors, table));
                }
            }
            return text.toString();
        });
    }

    private Answer one(AddressFamily family) {
        var neighbors = speaker.neighbors();
        var table = speaker.summary().table();
        return Answer.of(json(family, neighbors, table), () -> text(family, neighbors, table));
    }

    /** {@code ipv4Unicast}. */
    static String key(AddressFamily family) {
        return family == AddressFamily.IPV4_UNICAST ? "ipv4Unicast" : "ipv6Unicast";
    }

    private static boolean has(AddressFamily family, List<NeighborSnapshot> neighbors) {
        return neighbors.stream().anyMatch(neighbor -> offers(family, neighbor));
    }

    private static boolean offers(AddressFamily family, NeighborSnapshot neighbor) {
        return neighbor.config().session().offer().families().contains(family);
    }

    private static int count(AddressFamily family, NeighborSnapshot neighbor, ToIntFunction<PeerCounts> count) {
        return neighbor.counts().stream()
                .filter(counts -> counts.family() == family)
                .mapToInt(count)
                .sum();
    }

    private static boolean isUp(NeighborSnapshot neighbor) {
        return neighbor.session().state() == State.ESTABLISHED;
    }

    /** What stands for the number of prefixes while there is none: the state, or which policies are missing (RFC 8212). */
    private static String stateOrPrefixes(AddressFamily family, NeighborSnapshot neighbor) {
        if (!isUp(neighbor)) {
            return neighbor.config().shutdown() == null
                    ? BgpJson.state(neighbor.session().state())
                    : BgpJson.state(neighbor.session().state()) + " (Admin)";
        }
        var negotiated = neighbor.session().negotiated();
        if (negotiated != null && !negotiated.families().contains(family)) {
            return "NoNeg";
        }
        return neighbor.config().missingPolicies().contains("import")
                ? "(Policy)"
                : String.valueOf(count(family, neighbor, PeerCounts::received));
    }

    private static String sent(AddressFamily family, NeighborSnapshot neighbor) {
        return isUp(neighbor) && neighbor.config().missingPolicies().contains("export")
                ? "(Policy)"
                : String.valueOf(count(family, neighbor, PeerCounts::announced));
    }

    private String text(AddressFamily family, List<NeighborSnapshot> neighbors, RibCounts table) {
        var now = Instant.now();
        var rows = neighbors.stream()
                .filter(neighbor -> offers(family, neighbor))
                .map(neighbor -> List.of(
                        AddressText.of(neighbor.config().address()),
                        "4",
                        neighbor.config().session().remoteAsn().toString(),
                        String.valueOf(neighbor.session().received().total()),
                        String.valueOf(neighbor.session().sent().total()),
                        String.valueOf(count(family, neighbor, PeerCounts::behind)),
                        isUp(neighbor) || neighbor.session().established() > 0
                                ? Uptime.since(neighbor.session().since(), now)
                                : "never",
                        stateOrPrefixes(family, neighbor),
                        sent(family, neighbor),
                        neighbor.config().description().isEmpty()
                                ? "N/A"
                                : neighbor.config().description()))
                .toList();
        var header = List.of(
                "Neighbor", "V", "AS", "MsgRcvd", "MsgSent", "OutQ", "Up/Down", "State/PfxRcd", "PfxSnt", "Desc");
        var config = speaker.config();
        return (family == AddressFamily.IPV4_UNICAST ? "IPv4" : "IPv6") + " Unicast Summary\n"
                + "BGP router identifier " + config.routerId() + ", local AS number " + config.asn() + "\n"
                + "BGP table version " + table.version() + "\n"
                + "RIB entries " + table.routes() + ", " + table.attributeSets() + " attribute sets using "
                + table.attributeOctets() + " bytes of memory\n"
                + "Peers " + neighbors.size() + ", update groups " + table.updateGroups() + "\n\n"
                + TextTable.render(header, rows)
                + "\nTotal number of neighbors " + rows.size() + "\n"
                + missing(neighbors);
    }

    /** RFC 8212, loudly. */
    private static String missing(List<NeighborSnapshot> neighbors) {
        var text = new StringBuilder();
        for (var neighbor : neighbors) {
            var missing = neighbor.config().missingPolicies();
            if (!missing.isEmpty()) {
                text.append("(Policy) ")
                        .append(AddressText.of(neighbor.config().address()))
                        .append(" has no policy for ")
                        .append(missing)
                        .append(": no route passes there (RFC 8212)\n");
            }
        }
        return text.toString();
    }

    private Map<String, Object> json(AddressFamily family, List<NeighborSnapshot> neighbors, RibCounts table) {
        var now = Instant.now();
        var peers = new LinkedHashMap<String, Object>();
        for (var neighbor : neighbors) {
            if (offers(family, neighbor)) {
                peers.put(AddressText.of(neighbor.config().address()), peer(family, neighbor, now));
            }
        }
        var json = new LinkedHashMap<String, Object>();
        var config = speaker.config();
        json.put("routerId", config.routerId().toString());
        json.put("as", config.asn().value());
        json.put("vrfId", 0);
        json.put("vrfName", "default");
        json.put("tableVersion", table.version());
        json.put("ribCount", table.routes());
        json.put("ribMemory", table.attributeOctets());
        json.put("peerCount", neighbors.size());
        json.put("peers", peers);
        long failed = neighbors.stream()
                .filter(each -> offers(family, each) && !isUp(each))
                .count();
        json.put("failedPeers", failed);
        json.put("displayedPeers", peers.size());
        json.put("totalPeers", peers.size());
        json.put("dynamicPeers", dynamic(neighbors));
        json.put(
                "bestPath",
                Map.of(
                        "multiPathRelax",
                        String.valueOf(config.decision().multipath().asPathRelax())));
        return json;
    }

    private long dynamic(List<NeighborSnapshot> neighbors) {
        var configured = speaker.config().neighbors();
        return neighbors.stream()
                .filter(neighbor -> configured.stream()
                        .noneMatch(
                                each -> each.address().equals(neighbor.config().address())))
                .count();
    }

    private static Map<String, Object> peer(AddressFamily family, NeighborSnapshot neighbor, Instant now) {
        var session = neighbor.session();
        var config = neighbor.config();
        boolean up = isUp(neighbor);
        var json = new LinkedHashMap<String, Object>();
        var negotiated = session.negotiated();
        if (negotiated != null && negotiated.peerHostName() != null) {
            json.put("hostname", negotiated.peerHostName());
        }
        json.put("remoteAs", (negotiated == null ? config.session().remoteAsn() : negotiated.peerAsn()).value());
        json.put("localAs", config.session().localAsn().value());
        json.put("version", 4);
        json.put("msgRcvd", session.received().total());
        json.put("msgSent", session.sent().total());
        json.put("tableVersion", 0);
        json.put("outq", count(family, neighbor, PeerCounts::behind));
        json.put("inq", session.readingPaused() ? 1 : 0);
        json.put("peerUptime", up ? Uptime.since(session.since(), now) : "never");
        json.put("peerUptimeMsec", up ? Duration.between(session.since(), now).toMillis() : 0);
        if (up) {
            json.put("peerUptimeEstablishedEpoch", session.since().getEpochSecond());
        }
        json.put("pfxRcd", count(family, neighbor, PeerCounts::received));
        json.put("pfxSnt", count(family, neighbor, PeerCounts::announced));
        json.put("state", BgpJson.state(session.state()));
        json.put("peerState", peerState(neighbor));
        json.put("connectionsEstablished", session.established());
        json.put("connectionsDropped", session.established() - (up ? 1 : 0));
        if (!config.description().isEmpty()) {
            json.put("desc", config.description());
        }
        json.put("idType", config.address().getAddress().length == 4 ? "ipv4" : "ipv6");
        if (!config.group().isEmpty()) {
            json.put("peerGroup", config.group());
        }
        if (session.lastClose() != null) {
            json.put("lastReset", session.lastClose().toString());
        }
        return json;
    }

    /** {@code OK} for a session that is up and exchanges routes, otherwise what is in its way. */
    private static String peerState(NeighborSnapshot neighbor) {
        if (neighbor.config().shutdown() != null) {
            return "Admin";
        }
        if (isUp(neighbor)) {
            return neighbor.config().missingPolicies().isEmpty() ? "OK" : "Policy";
        }
        return neighbor.config().session().transport().passive() ? "Passive" : "OK";
    }
}

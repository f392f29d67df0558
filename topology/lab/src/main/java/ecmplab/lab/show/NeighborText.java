package ecmplab.lab.show;

import ecmplab.bgp.session.SessionSnapshot;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import ecmplab.packet.AddressText;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/** {@code show bgp neighbors ADDRESS}. */
final class NeighborText {
    private NeighborText() {}

    static String of(NeighborSnapshot neighbor) {
        var session = neighbor.session();
        var config = session.config();
        var text = new StringBuilder();
        line(
                text,
                0,
                "BGP neighbor is " + AddressText.of(config.remoteAddress()) + ", remote AS " + config.remoteAsn()
                        + ", local AS " + config.localAsn() + ", " + (config.isEbgp() ? "external" : "internal")
                        + " link");
        if (!neighbor.config().description().isEmpty()) {
            line(text, 1, "Description: " + neighbor.config().description());
        }
        line(
                text,
                1,
                "BGP state = " + BgpJson.state(session.state()) + ", "
                        + (session.state() == State.ESTABLISHED ? "up" : "entered") + " for "
                        + Uptime.since(session.since(), Instant.now()));
        settings(text, neighbor);
        var negotiated = session.negotiated();
        if (negotiated != null) {
            line(
                    text,
                    1,
                    "Remote router ID " + negotiated.peerRouterId() + ", hold time "
                            + negotiated.holdTime().toSeconds() + " s, keepalive interval "
                            + negotiated.keepalive().toSeconds() + " s");
            line(text, 1, "Local " + text(negotiated.local()) + ", foreign " + text(negotiated.remote()));
            line(
                    text,
                    1,
                    "Families " + CapabilityText.families(negotiated.families()) + "; four-octet AS "
                            + yesNo(negotiated.fourOctetAs()) + ", route refresh "
                            + yesNo(negotiated.routeRefresh()) + ", messages up to "
                            + negotiated.maxMessageSize() + " octets");
            line(text, 1, "Peer's capabilities:");
            negotiated.peerCapabilities().forEach(capability -> line(text, 2, CapabilityText.of(capability)));
        }
        messages(text, session);
        for (var counts : neighbor.counts()) {
            line(
                    text,
                    1,
                    CapabilityText.families(List.of(counts.family())) + ": " + counts.received()
                            + " prefixes received, " + counts.accepted()
                            + " accepted, " + counts.rejectedByPolicy() + " rejected by policy, " + counts.stale()
                            + " stale, "
                            + counts.announced() + " announced; update group of " + counts.groupSize()
                            + "; End-of-RIB received "
                            + yesNo(counts.endOfRibReceived()) + ", sent " + yesNo(counts.endOfRibSent()));
        }
        line(
                text,
                1,
                "Faulty UPDATEs: " + session.treatedAsWithdraw() + " treated as withdraw, "
                        + session.discardedAttributes() + " attributes discarded; " + neighbor.loops() + " AS loops, "
                        + neighbor.refused() + " refused");
        line(
                text,
                1,
                "Connections: " + session.connectAttempts() + " dialled, " + session.accepted() + " accepted, "
                        + session.refused() + " refused; " + session.established() + " sessions established");
        line(
                text,
                1,
                "Last reset: "
                        + (session.lastClose() == null
                                ? "never"
                                : session.lastClose().toString()));
        return text.toString();
    }

    private static void settings(StringBuilder text, NeighborSnapshot neighbor) {
        var config = neighbor.config();
        if (!config.group().isEmpty()) {
            line(text, 1, "Member of peer-group " + config.group());
        }
        if (config.shutdown() != null) {
            line(text, 1, ("Administratively shut down. " + config.shutdown()).strip());
        }
        line(
                text,
                1,
                "Import policy " + config.importPolicy().name() + ", export policy "
                        + config.exportPolicy().name());
        if (!config.missingPolicies().isEmpty()) {
            line(text, 1, "(Policy) no policy for " + config.missingPolicies() + ": no route passes (RFC 8212)");
        }
        var negotiated = neighbor.session().negotiated();
        if (negotiated != null && negotiated.peerHostName() != null) {
            line(text, 1, "Hostname: " + negotiated.peerHostName());
        }
        if (negotiated != null && negotiated.peerSoftware() != null) {
            line(text, 1, "Software: " + negotiated.peerSoftware());
        }
        if (negotiated != null && (negotiated.localRole() != null || negotiated.peerRole() != null)) {
            line(text, 1, "Role: we are " + negotiated.localRole() + ", the neighbour is " + negotiated.peerRole());
        }
        if (negotiated != null && negotiated.peerRestart() != null) {
            var restart = negotiated.peerRestart();
            line(
                    text,
                    1,
                    "Graceful restart: its routes are kept for "
                            + restart.restartTime().toSeconds() + " s, "
                            + (restart.families().isEmpty()
                                    ? "of no family"
                                    : "of " + CapabilityText.families(restart.families())));
        }
    }

    private static String text(InetSocketAddress address) {
        return AddressText.of(address.getAddress()) + ":" + address.getPort();
    }

    private static void messages(StringBuilder text, SessionSnapshot session) {
        var received = session.received();
        var sent = session.sent();
        line(
                text,
                1,
                "Messages sent/received: OPEN " + sent.opens() + "/" + received.opens() + ", UPDATE " + sent.updates()
                        + "/"
                        + received.updates() + ", KEEPALIVE " + sent.keepalives() + "/" + received.keepalives()
                        + ", NOTIFICATION "
                        + sent.notifications() + "/" + received.notifications() + ", ROUTE-REFRESH "
                        + sent.routeRefreshes() + "/"
                        + received.routeRefreshes());
    }

    private static void line(StringBuilder text, int depth, String line) {
        text.append("  ".repeat(depth)).append(line).append('\n');
    }

    private static String yesNo(boolean is) {
        return is ? "yes" : "no";
    }
}

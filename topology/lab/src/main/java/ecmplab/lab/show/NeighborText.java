package ecmplab.lab.show;

import ecmplab.bgp.session.SessionSnapshot;
import ecmplab.bgp.session.State;
import ecmplab.bgp.speaker.NeighborSnapshot;
import java.net.InetSocketAddress;
import java.time.Instant;

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
                "BGP neighbor is " + config.remoteAddress().getHostAddress() + ", remote AS " + config.remoteAsn()
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
                    "Families " + negotiated.families() + ", four-octet AS " + negotiated.fourOctetAs()
                            + ", route refresh " + negotiated.routeRefresh() + ", messages up to "
                            + negotiated.maxMessageSize() + " octets");
            line(text, 1, "Peer's capabilities:");
            negotiated.peerCapabilities().forEach(capability -> line(text, 2, capability.toString()));
        }
        messages(text, session);
        for (var counts : neighbor.counts()) {
            line(
                    text,
                    1,
                    counts.family() + ": " + counts.received() + " prefixes received, " + counts.accepted()
                            + " accepted, "
                            + counts.announced() + " announced; update group of " + counts.groupSize()
                            + "; End-of-RIB received "
                            + counts.endOfRibReceived() + ", sent " + counts.endOfRibSent());
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

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
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
}

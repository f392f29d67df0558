package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.CommunityPattern;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.Reason;
import ecmplab.bgp.rib.RouteView;
import ecmplab.packet.AddressText;
import java.util.stream.Collectors;

/** {@code show bgp ipv4 PREFIX}: every path with all its attributes and the reason why it is used or not. */
final class RouteText {
    private RouteText() {}

    static String of(RouteView route) {
        int best = 0;
        for (int i = 0; i < route.paths().size(); i++) {
            best = route.paths().get(i).reason() == Reason.BEST ? i + 1 : best;
        }
        long used =
                route.paths().stream().filter(path -> path.reason().isUsed()).count();
        var text = new StringBuilder("BGP routing table entry for " + route.prefix() + "\n");
        text.append("Paths: (")
                .append(route.paths().size())
                .append(" available, ")
                .append(best > 0 ? "best #" + best : "no best path")
                .append(", ")
                .append(used)
                .append(" used)\n");
        route.paths().forEach(path -> text.append(path(route, path)));
        return text.toString();
    }

    private static String path(RouteView route, PathView path) {
        var attributes = path.attributes();
        var asPath = attributes.find(AsPath.class).map(AsPath::toString).orElse("");
        var peer = path.peer();
        var text = new StringBuilder();
        text.append("  ").append(asPath.isEmpty() ? "Local" : asPath);
        text.append(path.isStale() ? ", (stale)" : "").append('\n');
        text.append("    ").append(AttributeText.of(attributes).nextHop());
        if (peer.kind() != PeerKind.LOCAL) {
            text.append(" from ")
                    .append(AddressText.of(peer.address()))
                    .append(" (")
                    .append(peer.routerId())
                    .append(")");
        }
        text.append('\n').append("      Origin ");
        text.append(
                attributes.find(PathAttribute.Origin.class).map(BgpJson::origin).orElse("incomplete"));
        attributes
                .find(PathAttribute.MultiExitDisc.class)
                .ifPresent(med -> text.append(", metric ").append(med.value()));
        text.append(", localpref ").append(path.localPref());
        text.append(path.reason().isValid() ? ", valid" : ", invalid");
        text.append(
                switch (peer.kind()) {
                    case EBGP -> ", external";
                    case IBGP -> ", internal";
                    case LOCAL -> ", local";
                });
        if (Selected.isMultipath(route) && path.reason().isUsed()) {
            text.append(", multipath");
        }
        text.append(path.reason() == Reason.BEST ? ", best (" + Selected.reason(route) + ")" : "");
        text.append('\n').append(communities(attributes));
        if (path.pathId() != 0) {
            text.append("      AddPath ID: RX ")
                    .append(Integer.toUnsignedString(path.pathId()))
                    .append('\n');
        }
        if (!path.received().equals(path.block())) {
            text.append("      Before import policy: ")
                    .append(inWords(path.receivedAttributes()))
                    .append('\n')
                    .append(communities(path.receivedAttributes()).indent(2));
        }
        return text.append("      Reason: ")
                .append(path.reasonText())
                .append('\n')
                .toString();
    }

    /** On one line, without communities. */
    static String inWords(PathAttributes attributes) {
        var text = AttributeText.of(attributes);
        return "path " + text.path() + ", next hop " + text.nextHop()
                + (text.metric().isEmpty() ? "" : ", metric " + text.metric())
                + (text.localPref().isEmpty() ? "" : ", localpref " + text.localPref());
    }

    private static String communities(PathAttributes attributes) {
        var text = new StringBuilder();
        attributes
                .find(PathAttribute.Communities.class)
                .ifPresent(found -> text.append("      Community: ")
                        .append(found.values().stream()
                                .map(CommunityPattern::text)
                                .collect(Collectors.joining(" ")))
                        .append('\n'));
        attributes
                .find(PathAttribute.ExtendedCommunities.class)
                .ifPresent(found -> text.append("      Extended Community: ")
                        .append(found.values().stream().map(Object::toString).collect(Collectors.joining(" ")))
                        .append('\n'));
        attributes
                .find(PathAttribute.LargeCommunities.class)
                .ifPresent(found -> text.append("      Large Community: ")
                        .append(found.values().stream().map(Object::toString).collect(Collectors.joining(" ")))
                        .append('\n'));
        return text.toString();
    }
}

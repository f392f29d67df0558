package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.rib.PathView;
import ecmplab.bgp.rib.PeerKind;
import ecmplab.bgp.rib.RouteView;

/** {@code show bgp ipv4 PREFIX}: every path with all its attributes and the reason why it is used or not. */
final class RouteText {
    private RouteText() {}

    static String of(RouteView route) {
        long used =
                route.paths().stream().filter(path -> path.reason().isUsed()).count();
        var text = new StringBuilder("BGP routing table entry for " + route.prefix() + "\n");
        text.append("Paths: ")
                .append(route.paths().size())
                .append(" available, ")
                .append(used)
                .append(" used\n");
        route.paths().forEach(path -> text.append(path(path)));
        return text.toString();
    }

    private static String path(PathView path) {
        var attributes = path.attributes();
        var asPath = attributes.find(AsPath.class).map(AsPath::toString).orElse("");
        var peer = path.peer();
        var text = new StringBuilder();
        text.append("  ").append(asPath.isEmpty() ? "Local" : asPath).append('\n');
        text.append("    ").append(AttributeText.of(attributes).nextHop());
        if (peer.kind() != PeerKind.LOCAL) {
            text.append(" from ")
                    .append(peer.address().getHostAddress())
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
        text.append(path.reason().isUsed() ? ", used" : "").append('\n');
        attributes
                .find(PathAttribute.Communities.class)
                .ifPresent(
                        found -> text.append("      Community: ").append(found).append('\n'));
        attributes
                .find(PathAttribute.LargeCommunities.class)
                .ifPresent(found -> text.append("      Large Community: ")
                        .append(found.values().stream()
                                .map(Object::toString)
                                .collect(java.util.stream.Collectors.joining(" ")))
                        .append('\n'));
        return text.append("      Reason: ")
                .append(path.reason().text())
                .append('\n')
                .toString();
    }
}

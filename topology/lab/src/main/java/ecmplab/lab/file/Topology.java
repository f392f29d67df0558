package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.packet.AddressText;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What must hold between nodes for a lab to be able to work. */
final class Topology {
    private final Lab lab;
    private final Map<String, Settings> settings;
    private final Problems problems;

    Topology(Lab lab, Map<String, Settings> settings, Problems problems) {
        this.lab = lab;
        this.settings = settings;
        this.problems = problems;
    }

    void check() {
        atMostOne(
                "edge router",
                lab.nodes(Node.Speaker.class).stream()
                        .filter(node -> !(node instanceof Node.Mux))
                        .toList());
        atMostOne("controller", lab.nodes(Node.Controller.class));
        lab.nodes().forEach(node -> {
            if (node instanceof Node.Mux || node instanceof Node.Host) {
                checkUnderlay(node);
            }
        });
        lab.nodes(Node.Mux.class).forEach(this::checkSession);
        lab.nodes(Node.Host.class).stream()
                .filter(host -> host.underlay() == Node.Underlay.IPV6)
                .forEach(this::checkIpv6Underlay);
        lab.vips().stream()
                .filter(vip -> vip.family() == AddressFamily.IPV6_UNICAST)
                .findFirst()
                .ifPresent(this::checkIpv6Announcement);
        if (!lab.vips().isEmpty() && lab.nodes(Node.Mux.class).isEmpty()) {
            problems.at(Yaml.Place.START, "the lab has VIPs but no mux to announce them");
        }
    }

    private void atMostOne(String what, List<? extends Node> nodes) {
        nodes.stream()
                .skip(1)
                .forEach(node -> problems.at(
                        settings(node).place(),
                        node.name() + " is a second " + what + ", beside "
                                + nodes.getFirst().name() + ": a lab has one"));
    }

    /** MUXes and hosts reach each other through the edge router, and their policy comes from the controller. */
    private void checkUnderlay(Node node) {
        var place = settings(node).place();
        var edge = lab.edge();
        if (edge.isEmpty()) {
            problems.at(
                    place, node.kind() + " " + node.name() + " needs an edge router (router, frr or bird) in the lab");
        } else if (lab.linksOf(node.name()).stream()
                .noneMatch(link -> link.b().node().equals(edge.get().name()))) {
            problems.at(
                    place,
                    node.kind() + " " + node.name() + " needs a link to the edge router "
                            + edge.get().name());
        }
        if (lab.nodes(Node.Controller.class).isEmpty()) {
            problems.at(
                    place,
                    node.kind() + " " + node.name() + " needs a controller in the lab, which it has its policy from");
        }
    }

    /** VXLAN over IPv6 goes from the first link of a MUX to the first link of the host. */
    private void checkIpv6Underlay(Node.Host host) {
        var place = settings(host).placeOf("underlay");
        if (!hasIpv6(host)) {
            problems.at(place, host.name() + " has no IPv6 address: 'host-links' of the addressing gives it one");
        }
        lab.nodes(Node.Mux.class).stream()
                .filter(mux -> !hasIpv6(mux))
                .forEach(mux -> problems.at(
                        place,
                        mux.name() + " has no IPv6 address to reach " + host.name()
                                + " from: 'mux-links' of the addressing gives it one"));
    }

    /** A MUX tells an IPv6 VIP with its own IPv6 address as next hop, over its IPv4 session. */
    private void checkIpv6Announcement(Vip vip) {
        var text = AddressText.of(vip.address());
        for (var mux : lab.nodes(Node.Mux.class)) {
            if (!hasIpv6(mux)) {
                problems.at(
                        settings(mux).place(),
                        mux.name() + " has no IPv6 address to announce VIP " + text
                                + " with: 'mux-links' of the addressing gives it one");
            }
        }
        lab.nodes(Node.Speaker.class).stream()
                .filter(node -> !node.bgp().families().contains(AddressFamily.IPV6_UNICAST))
                .filter(node -> settings(node).has("families"))
                .forEach(node -> problems.at(
                        settings(node).placeOf("families"), node.name() + " needs family ipv6 for VIP " + text));
    }

    private boolean hasIpv6(Node node) {
        var links = lab.linksOf(node.name());
        return !links.isEmpty() && links.getFirst().a().ipv6().isPresent();
    }

    private Settings settings(Node node) {
        return Objects.requireNonNull(settings.get(node.name()));
    }

    private void checkSession(Node.Mux mux) {
        lab.edge()
                .filter(edge -> edge.bgp().as().equals(mux.bgp().as()))
                .ifPresent(edge -> problems.at(
                        settings(mux).placeOf("as"),
                        "AS " + mux.bgp().as() + " of " + mux.name() + " is " + edge.name()
                                + "'s too: sessions of MUXes are external ones"));
    }
}

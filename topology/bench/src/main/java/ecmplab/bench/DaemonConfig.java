package ecmplab.bench;

import java.util.List;
import java.util.stream.Collectors;

/** Configurations of the daemons that ours is compared with. */
final class DaemonConfig {
    static String bird(Layout layout, UserPolicy policy) {
        var bogons = UserPolicy.bogons(layout.isV6()).stream()
                .map(network -> network + "+")
                .collect(Collectors.joining(", "));
        var text = new StringBuilder("""
                log "bird.log" { warning, error, fatal, bug };
                router id 10.0.0.1;
                protocol device { }
                filter incoming {
                  if net ~ [ BOGONS ] then reject;
                  if (65535, 666) ~ bgp_community then reject;
                  bgp_med = 0;
                  bgp_community.add((65000, 1));
                  if (65000, 50) ~ bgp_community then { bgp_local_pref = 50; accept; }
                  if (65000, 200) ~ bgp_community then { bgp_local_pref = 200; accept; }
                  if bgp_path ~ [= * 64999 * =] then { bgp_local_pref = 80; accept; }
                  accept;
                }
                filter outgoing {
                  if (65000, 100) ~ bgp_community then reject;
                  bgp_med = 10;
                  accept;
                }
                """.replace("BOGONS", bogons));
        var in = policy.isOn() ? "filter incoming" : "all";
        var out = policy.isOn() ? "filter outgoing" : "all";
        layout.sources().forEach(source -> bird(text, layout, source, "import " + in + "; export none;"));
        layout.receivers().forEach(receiver -> bird(text, layout, receiver, "import none; export " + out + ";"));
        return text.toString();
    }

    private static void bird(StringBuilder text, Layout layout, Layout.Neighbor neighbor, String policy) {
        text.append("protocol bgp p%d { local %s as %d; neighbor %s as %d; passive; %s { %s }; }%n"
                .formatted(
                        neighbor.asn(),
                        layout.speaker().getAddress().getHostAddress(),
                        Layout.SPEAKER_AS,
                        neighbor.address().getHostAddress(),
                        neighbor.asn(),
                        layout.isV6() ? "ipv6" : "ipv4",
                        policy));
    }

    static String frr(Layout layout, UserPolicy policy) {
        var family = layout.isV6() ? "ipv6" : "ip";
        var text = new StringBuilder("frr defaults traditional\n");
        UserPolicy.bogons(layout.isV6())
                .forEach(network -> text.append("%s prefix-list BOGONS permit %s le %d%n"
                        .formatted(family, network, layout.isV6() ? 128 : 32)));
        text.append("""
                bgp community-list standard BLACKHOLE permit 65535:666
                bgp community-list standard INTERNAL permit 65000:100
                bgp community-list standard LAST permit 65000:50
                bgp community-list standard FIRST permit 65000:200
                bgp as-path access-list FAR permit _64999_
                route-map IN deny 10
                 match FAMILY address prefix-list BOGONS
                route-map IN deny 20
                 match community BLACKHOLE
                route-map IN permit 30
                 set metric 0
                 set community 65000:1 additive
                 on-match next
                route-map IN permit 40
                 match community LAST
                 set local-preference 50
                route-map IN permit 50
                 match community FIRST
                 set local-preference 200
                route-map IN permit 60
                 match as-path FAR
                 set local-preference 80
                route-map IN permit 70
                route-map OUT deny 10
                 match community INTERNAL
                route-map OUT permit 20
                 set metric 10
                route-map ALL permit 10
                route-map NONE deny 10
                router bgp 65000
                 bgp router-id 10.0.0.1
                 no bgp default ipv4-unicast
                 bgp bestpath compare-routerid
                """.replace("FAMILY", family));
        layout.sources().forEach(source -> frrNeighbor(text, source));
        layout.receivers().forEach(receiver -> frrNeighbor(text, receiver));
        text.append(" address-family ").append(layout.isV6() ? "ipv6" : "ipv4").append(" unicast\n");
        layout.sources().forEach(source -> frrPolicy(text, source, policy.isOn() ? "IN" : "ALL", "NONE"));
        layout.receivers().forEach(receiver -> frrPolicy(text, receiver, "NONE", policy.isOn() ? "OUT" : "ALL"));
        return text.append(" exit-address-family\n").toString();
    }

    private static void frrNeighbor(StringBuilder text, Layout.Neighbor neighbor) {
        var address = neighbor.address().getHostAddress();
        text.append(" neighbor %s remote-as %d%n".formatted(address, neighbor.asn()));
        for (var word : new String[] {"passive", "disable-connected-check", "advertisement-interval 0"}) {
            text.append(" neighbor ").append(address).append(' ').append(word).append('\n');
        }
    }

    private static void frrPolicy(StringBuilder text, Layout.Neighbor neighbor, String in, String out) {
        var line = "  neighbor " + neighbor.address().getHostAddress() + " ";
        text.append(line).append("activate\n");
        text.append(line).append("route-map ").append(in).append(" in\n");
        text.append(line).append("route-map ").append(out).append(" out\n");
    }

    /** It wants its file to be nobody else's to read or write. */
    static String openBgpd(Layout layout, UserPolicy policy) {
        var text = new StringBuilder(
                """
                AS 65000
                router-id 10.0.0.1
                fib-update no
                listen on LISTEN
                socket "bgpd.sock"
                prefix-set bogons { BOGONS }
                """.replace("LISTEN", layout.speaker().getAddress().getHostAddress())
                        .replace("BOGONS", String.join(", ", UserPolicy.bogons(layout.isV6()))));
        openBgpd(text, layout, "sources", layout.sources(), "export none");
        openBgpd(text, layout, "receivers", layout.receivers(), "");
        text.append("deny from group receivers\nallow from group sources\nallow to group receivers\n");
        if (policy.isOn()) {
            text.append("""
                    deny quick from group sources prefix-set bogons or-longer
                    deny quick from group sources community 65535:666
                    match from group sources set { metric 0, community 65000:1 }
                    match from group sources AS 64999 set localpref 80
                    match from group sources community 65000:200 set localpref 200
                    match from group sources community 65000:50 set localpref 50
                    deny quick to group receivers community 65000:100
                    match to group receivers set metric 10
                    """);
        }
        return text.toString();
    }

    private static void openBgpd(
            StringBuilder text, Layout layout, String group, List<Layout.Neighbor> neighbors, String more) {
        text.append("group ").append(group).append(" {\n");
        for (var neighbor : neighbors) {
            text.append(" neighbor %s {%n  remote-as %d%n  passive%n"
                    .formatted(neighbor.address().getHostAddress(), neighbor.asn()));
            text.append(
                    layout.isV6() ? "  announce IPv4 none\n  announce IPv6 unicast\n" : "  announce IPv4 unicast\n");
            text.append("  ").append(more).append("\n }\n");
        }
        text.append("}\n");
    }

    private DaemonConfig() {}
}

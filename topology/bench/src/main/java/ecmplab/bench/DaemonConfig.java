package ecmplab.bench;

/** Configurations of the daemons that ours is compared with. */
final class DaemonConfig {
    static String bird(Layout layout) {
        var text = new StringBuilder("""
                log "bird.log" { warning, error, fatal, bug };
                router id 10.0.0.1;
                protocol device { }
                filter incoming {
                  if net ~ BOGONS then reject;
                  if (65535, 666) ~ bgp_community then reject;
                  if bgp_path ~ [= * 64999 * =] then { bgp_local_pref = 50; accept; }
                  accept;
                }
                filter outgoing {
                  if net ~ BOGONS then reject;
                  if (65000, 100) ~ bgp_community then reject;
                  accept;
                }
                """.replace(
                        "BOGONS", layout.isV6() ? "[ 2001:db8::/32+, fc00::/7+ ]" : "[ 10.0.0.0/8+, 127.0.0.0/8+ ]"));
        layout.sources().forEach(source -> bird(text, layout, source, "import filter incoming; export none;"));
        layout.receivers().forEach(receiver -> bird(text, layout, receiver, "import none; export filter outgoing;"));
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

    static String frr(Layout layout) {
        var family = layout.isV6() ? "ipv6" : "ip";
        var text = new StringBuilder("frr defaults traditional\n");
        text.append(family).append(" prefix-list BOGONS permit ");
        text.append(layout.isV6() ? "2001:db8::/32 le 128\n" : "10.0.0.0/8 le 32\n");
        text.append("""
                bgp community-list standard BLACKHOLE permit 65535:666
                bgp community-list standard INTERNAL permit 65000:100
                bgp as-path access-list LAST permit _64999_
                route-map IN deny 10
                 match FAMILY address prefix-list BOGONS
                route-map IN deny 20
                 match community BLACKHOLE
                route-map IN permit 30
                 match as-path LAST
                 set local-preference 50
                route-map IN permit 40
                route-map OUT deny 10
                 match FAMILY address prefix-list BOGONS
                route-map OUT deny 20
                 match community INTERNAL
                route-map OUT permit 30
                route-map NONE deny 10
                router bgp 65000
                 bgp router-id 10.0.0.1
                 no bgp default ipv4-unicast
                 bgp bestpath compare-routerid
                """.replace("FAMILY", family));
        layout.sources().forEach(source -> frrNeighbor(text, source));
        layout.receivers().forEach(receiver -> frrNeighbor(text, receiver));
        text.append(" address-family ").append(layout.isV6() ? "ipv6" : "ipv4").append(" unicast\n");
        layout.sources().forEach(source -> frrPolicy(text, source, "IN", "NONE"));
        layout.receivers().forEach(receiver -> frrPolicy(text, receiver, "NONE", "OUT"));
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

    private DaemonConfig() {}
}

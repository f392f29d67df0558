package ecmplab.bench;

import java.util.stream.Collectors;

/** The configuration of our speaker, as a user writes it. */
final class OurConfig {
    static String of(Layout layout, UserPolicy policy) {
        var bogons = UserPolicy.bogons(layout.isV6()).stream()
                .map(network -> "\"" + network + " le " + (layout.isV6() ? 128 : 32) + "\"")
                .collect(Collectors.joining(", "));
        var text = new StringBuilder("""
                as: 65000
                router-id: 10.0.0.1
                listen: "LISTEN"
                metrics: 127.0.0.1:9342
                prefix-lists:
                  bogons: [BOGONS]
                policies:
                  incoming:
                    - {name: bogons, match: {prefix-list: bogons}, then: reject}
                    - {name: black-holed, match: {community: blackhole}, then: reject}
                    - {name: clean, set: {med: 0, add-community: "65000:1"}, then: next}
                    - {name: last, match: {community: "65000:50"}, set: {local-pref: 50}, then: accept}
                    - {name: first, match: {community: "65000:200"}, set: {local-pref: 200}, then: accept}
                    - {name: far, match: {as-path-contains: 64999}, set: {local-pref: 80}, then: accept}
                    - {name: rest, then: accept}
                  outgoing:
                    - {name: internal, match: {community: "65000:100"}, then: reject}
                    - {name: rest, set: {med: 10}, then: accept}
                neighbors:
                """.replace(
                "LISTEN", layout.speaker().getAddress().getHostAddress()).replace("BOGONS", bogons));
        var in = policy.isOn() ? "incoming" : "accept-all";
        var out = policy.isOn() ? "outgoing" : "accept-all";
        layout.sources().forEach(source -> neighbor(text, source, in, "deny-all"));
        layout.receivers().forEach(receiver -> neighbor(text, receiver, "deny-all", out));
        return text.toString();
    }

    private static void neighbor(StringBuilder text, Layout.Neighbor neighbor, String in, String out) {
        text.append("  \"%s\": {as: %d, passive: true, import: %s, export: %s}%n"
                .formatted(neighbor.address().getHostAddress(), neighbor.asn(), in, out));
    }

    private OurConfig() {}
}

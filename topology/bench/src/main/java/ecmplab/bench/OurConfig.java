package ecmplab.bench;

/** The configuration of our speaker, as a user writes it. */
final class OurConfig {
    static String of(Layout layout) {
        var text = new StringBuilder(
                """
                as: 65000
                router-id: 10.0.0.1
                listen: "LISTEN"
                prefix-lists:
                  bogons: [BOGONS]
                policies:
                  incoming:
                    - {match: {prefix-list: bogons}, then: reject}
                    - {match: {community: blackhole}, then: reject}
                    - {match: {as-path-contains: 64999}, set: {local-pref: 50}, then: accept}
                    - {then: accept}
                  outgoing:
                    - {match: {prefix-list: bogons}, then: reject}
                    - {match: {community: "65000:100"}, then: reject}
                    - {then: accept}
                neighbors:
                """.replace("LISTEN", layout.speaker().getAddress().getHostAddress())
                        .replace("BOGONS", layout.isV6() ? "\"2001:db8::/32 le 128\"" : "10.0.0.0/8 le 32"));
        layout.sources().forEach(source -> neighbor(text, source, "incoming", "deny-all"));
        layout.receivers().forEach(receiver -> neighbor(text, receiver, "deny-all", "outgoing"));
        return text.toString();
    }

    private static void neighbor(StringBuilder text, Layout.Neighbor neighbor, String in, String out) {
        text.append("  \"%s\": {as: %d, passive: true, import: %s, export: %s}%n"
                .formatted(neighbor.address().getHostAddress(), neighbor.asn(), in, out));
    }

    private OurConfig() {}
}

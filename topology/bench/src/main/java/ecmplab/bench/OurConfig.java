package ecmplab.bench;

/** The configuration of our speaker, as a user writes it. */
final class OurConfig {
    static String of(Layout layout) {
        var text = new StringBuilder();
        text.append("as: ").append(Layout.SPEAKER_AS).append("\nrouter-id: 10.0.0.1\n");
        text.append("listen: \"")
                .append(layout.speaker().getAddress().getHostAddress())
                .append("\"\ndefaults: { passive: true, import: accept-all, export: accept-all }\nneighbors:\n");
        layout.sources().forEach(source -> neighbor(text, source));
        layout.receivers().forEach(receiver -> neighbor(text, receiver));
        return text.toString();
    }

    private static void neighbor(StringBuilder text, Layout.Neighbor neighbor) {
        text.append("  \"")
                .append(neighbor.address().getHostAddress())
                .append("\":\n    as: ")
                .append(neighbor.asn());
        text.append('\n');
    }

    private OurConfig() {}
}

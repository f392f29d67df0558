package ecmplab.lab.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/** The metrics of several nodes as one text: each family once, with a label that says which node a sample is of. Not thread-safe. */
public final class LabMetrics {
    private final Map<String, StringBuilder> heads = new LinkedHashMap<>();
    private final Map<String, StringBuilder> samples = new LinkedHashMap<>();

    /** Adds what a node answered; lines that are no metrics are left out. */
    public LabMetrics add(String node, String text) {
        var family = "";
        for (var line : text.split("\n")) {
            if (line.startsWith("# ")) {
                family = line.split(" ", 4)[2];
                var head = heads.computeIfAbsent(family, absent -> new StringBuilder());
                if (!head.toString().contains(line.substring(0, line.indexOf(' ', 2)))) {
                    head.append(line).append('\n');
                }
            } else if (!family.isEmpty() && line.startsWith(family)) {
                samples.computeIfAbsent(family, absent -> new StringBuilder())
                        .append(labelled(line, family.length(), "node=\"" + node + "\""))
                        .append('\n');
            }
        }
        return this;
    }

    private static String labelled(String line, int nameEnd, String label) {
        return line.charAt(nameEnd) == '{'
                ? line.substring(0, nameEnd + 1) + label + "," + line.substring(nameEnd + 1)
                : line.substring(0, nameEnd) + "{" + label + "}" + line.substring(nameEnd);
    }

    /** All of it, in Prometheus's text format. */
    public String text() {
        var text = new StringBuilder();
        heads.forEach((family, head) -> text.append(head).append(samples.getOrDefault(family, new StringBuilder())));
        return text.toString();
    }
}

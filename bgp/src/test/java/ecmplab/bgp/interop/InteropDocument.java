package ecmplab.bgp.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The matrix in {@code bgp/CONFORMANCE.md}, written with {@code ECMPLAB_WRITE_TABLES=1} in the environment; otherwise it goes to
 * {@code target/interop.md}.
 */
final class InteropDocument {
    private static final Path KEPT = Path.of("CONFORMANCE.md");
    private static final Path MEASURED = Path.of("target", "interop.md");
    private static final String BEGIN = "<!-- interop -->";
    private static final String END = "<!-- end of interop -->";

    private InteropDocument() {}

    /** Puts a column into the table. */
    static synchronized void write(String title, Map<Feature, String> cells) throws IOException {
        boolean kept = "1".equals(System.getenv("ECMPLAB_WRITE_TABLES"));
        var file = kept ? KEPT : MEASURED;
        var before = Files.exists(file) ? Files.readString(file) : BEGIN + END;
        int begin = before.indexOf(BEGIN) + BEGIN.length();
        int end = before.indexOf(END);
        var columns = columns(before.substring(begin, end));
        columns.put(title, new LinkedHashMap<>());
        cells.forEach((feature, cell) -> columns.get(title).put(feature.title, cell.replace('|', ' ')));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, before.substring(0, begin) + "\n\n" + table(columns) + "\n" + before.substring(end));
    }

    private static Map<String, Map<String, String>> columns(String text) {
        var columns = new TreeMap<String, Map<String, String>>();
        String[] titles = {};
        for (var line : text.split("\n")) {
            if (line.startsWith("|") && !line.startsWith("|---")) {
                var cells = line.substring(1, line.lastIndexOf('|')).split("\\|");
                if (titles.length == 0) {
                    titles = cells;
                } else {
                    for (int i = 1; i < cells.length; i++) {
                        columns.computeIfAbsent(titles[i].strip(), title -> new LinkedHashMap<>())
                                .put(cells[0].strip(), cells[i].strip());
                    }
                }
            }
        }
        return columns;
    }

    private static String table(Map<String, Map<String, String>> columns) {
        var out = new StringBuilder(
                "| | " + String.join(" | ", columns.keySet()) + " |\n|---" + "|---".repeat(columns.size()) + "|\n");
        for (var feature : Feature.values()) {
            out.append("| ").append(feature.title);
            columns.values().forEach(cells -> out.append(" | ").append(cells.getOrDefault(feature.title, "not run")));
            out.append(" |\n");
        }
        return out.toString();
    }
}

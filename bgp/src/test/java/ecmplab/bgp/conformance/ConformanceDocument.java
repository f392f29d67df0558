package ecmplab.bgp.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code bgp/CONFORMANCE.md}: what each subject made of each case, kept in the project. The tests compare it with what they measure; with
 * {@code ECMPLAB_WRITE_TABLES=1} in the environment they write it.
 */
final class ConformanceDocument {
    /** Tests run in the module's folder. */
    private static final Path FILE = Path.of("CONFORMANCE.md");

    private static final String BEGIN = "<!-- cases -->";
    private static final String END = "<!-- end of cases -->";
    private static final int FIXED_COLUMNS = 4;

    /** Outcomes by subject and by the case's title. */
    private final Map<String, Map<String, String>> columns = new LinkedHashMap<>();

    private final List<Case> cases;

    private ConformanceDocument(List<Case> cases) {
        this.cases = cases;
    }

    static boolean isWritten() {
        return "1".equals(System.getenv("ECMPLAB_WRITE_TABLES"));
    }

    static ConformanceDocument read(List<Case> cases) throws IOException {
        var document = new ConformanceDocument(cases);
        List<String> subjects = List.of();
        for (var line : Files.readAllLines(FILE)) {
            var cells = cells(line);
            if (cells.size() > FIXED_COLUMNS && cells.getFirst().equals("RFC")) {
                subjects = cells.subList(FIXED_COLUMNS, cells.size());
                subjects.forEach(subject -> document.columns.put(subject, new LinkedHashMap<>()));
            } else if (cells.size() > FIXED_COLUMNS && cells.size() == subjects.size() + FIXED_COLUMNS) {
                document.row(cells, subjects);
            }
        }
        return document;
    }

    private void row(List<String> cells, List<String> subjects) {
        for (var peers : cells.get(2).split(", ")) {
            for (int i = 0; i < subjects.size(); i++) {
                var outcome = cells.get(FIXED_COLUMNS + i).replace("*", "");
                columns.computeIfAbsent(subjects.get(i), subject -> new LinkedHashMap<>())
                        .put(title(cells.get(0), peers, cells.get(1)), outcome);
            }
        }
    }

    private static String title(String rfc, String profile, String what) {
        return "RFC " + rfc + ", " + profile + ": " + what;
    }

    private static List<String> cells(String line) {
        if (!line.startsWith("| ")) {
            return List.of();
        }
        var cells = new ArrayList<String>();
        for (var cell : line.substring(1, line.lastIndexOf('|')).split("\\|")) {
            cells.add(cell.strip());
        }
        return cells;
    }

    /** What the subject is said to have made of each case; empty when the document does not know it in this version. */
    Map<String, String> outcomes(String subject) {
        return columns.getOrDefault(subject, Map.of());
    }

    /** Puts what was measured into the file. */
    void write(String subject, Map<String, String> outcomes) throws IOException {
        columns.put(subject, outcomes);
        // Ours first.
        var ordered = new ArrayList<>(columns.entrySet());
        ordered.sort(Comparator.<Map.Entry<String, Map<String, String>>, Boolean>comparing(
                        column -> !column.getKey().equals(OurSubject.TITLE))
                .thenComparing(Map.Entry::getKey));
        columns.clear();
        ordered.forEach(column -> columns.put(column.getKey(), column.getValue()));
        var text = Files.readString(FILE);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(FILE, text.substring(0, begin) + "\n" + table() + text.substring(text.indexOf(END)));
    }

    private String table() {
        var out = new StringBuilder("\n| | " + String.join(" | ", columns.keySet()) + " |\n|---"
                + "|---".repeat(columns.size()) + "|\n| as the RFC says, of " + cases.size());
        for (var outcomes : columns.values()) {
            long right = cases.stream()
                    .filter(one -> one.allows(outcomes.getOrDefault(one.title(), "")))
                    .count();
            long unknown = outcomes.values().stream()
                    .filter(CaseRunner.NOT_APPLICABLE::equals)
                    .count();
            out.append(" | ").append(right).append(unknown == 0 ? "" : ", " + unknown + " n/a");
        }
        out.append(" |\n\n| RFC | case | peer | RFC says | " + String.join(" | ", columns.keySet())
                + " |\n|---|---|---|---" + "|---".repeat(columns.size()) + "|\n");
        var rows = new LinkedHashMap<String, String>();
        for (var one : cases) {
            var rest = new StringBuilder(one.expected());
            for (var outcomes : columns.values()) {
                var outcome = outcomes.getOrDefault(one.title(), "not run");
                boolean isPlain = one.allows(outcome) || outcome.equals(CaseRunner.NOT_APPLICABLE);
                rest.append(" | ").append(isPlain ? outcome : "**" + outcome + "**");
            }
            rows.merge(
                    one.rfc() + " | " + one.what() + "\n" + rest,
                    one.profile().toString(),
                    (peers, another) -> peers + ", " + another);
        }
        rows.forEach((row, peers) -> out.append("| ")
                .append(row.replace("\n", " | " + peers + " | "))
                .append(" |\n"));
        return out.append('\n').toString();
    }
}

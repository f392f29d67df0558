package ecmplab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Figures by measure and speaker: medians over the rounds, and ratios to BIRD. */
final class Report {
    private final Options options;
    private final Map<String, Map<Subject, List<Double>>> figures = new LinkedHashMap<>();
    private final List<String> loads = new ArrayList<>();

    Report(Options options) {
        this.options = options;
    }

    void add(String figure, Subject subject, double value) {
        figures.computeIfAbsent(figure, name -> new EnumMap<>(Subject.class))
                .computeIfAbsent(subject, name -> new ArrayList<>())
                .add(value);
        System.err.printf(Locale.ROOT, "  %-45s %-5s %10.3f%n", figure, subject.word, value);
    }

    /** Tells people which threads of a speaker were busy, and when on CLOCK_MONOTONIC, as {@code perf report --time} wants it. */
    void threads(Map<String, Double> before, Map<String, Double> after, long fromNanos, long toNanos) {
        var busy = new StringJoiner(", ");
        after.forEach((name, seconds) -> {
            double used = seconds - before.getOrDefault(name, 0.0);
            if (used > 0.01) {
                busy.add(String.format(Locale.ROOT, "%s %.2f", name, used));
            }
        });
        System.err.printf(
                Locale.ROOT, "  processor seconds from %.3f to %.3f: %s%n", fromNanos / 1e9, toNanos / 1e9, busy);
    }

    void round(int number) throws IOException {
        loads.add(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        System.err.println("round " + number + " of " + options.rounds() + ", load average " + loads.getLast());
    }

    void finish() throws IOException {
        System.out.printf(
                "%d %s prefixes, seed %d, rounds %d (medians), %d processors, load average %s%n%n",
                options.prefixes(),
                options.isV6() ? "IPv6" : "IPv4",
                options.seed(),
                options.rounds(),
                Runtime.getRuntime().availableProcessors(),
                String.join(" ", loads));
        var head = new StringBuilder("%-45s".formatted(""));
        options.subjects().forEach(subject -> head.append("%10s".formatted(subject.word)));
        System.out.println(head + "%12s".formatted("ours/bird"));
        figures.forEach((figure, values) -> System.out.println(row(figure, values)));
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), json());
        }
    }

    private String row(String figure, Map<Subject, List<Double>> values) {
        var row = new StringBuilder("%-45s".formatted(figure));
        for (var subject : options.subjects()) {
            row.append(
                    values.containsKey(subject)
                            ? String.format(Locale.ROOT, "%10.3f", median(values.get(subject)))
                            : "%10s".formatted("-"));
        }
        if (values.containsKey(Subject.OURS) && values.containsKey(Subject.BIRD)) {
            row.append(String.format(
                    Locale.ROOT, "%12.2f", median(values.get(Subject.OURS)) / median(values.get(Subject.BIRD))));
        }
        return row.toString();
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private String json() {
        var rows = new StringJoiner(",\n    ", "{\n    ", "\n  }");
        figures.forEach((figure, values) -> {
            var subjects = new StringJoiner(", ", "{", "}");
            values.forEach((subject, all) -> subjects.add("\"" + subject.word + "\": " + all));
            rows.add("\"" + figure + "\": " + subjects);
        });
        return "{\n  \"prefixes\": %d,\n  \"family\": \"%s\",\n  \"seed\": %d,\n  \"loadAverages\": %s,\n  \"figures\": %s\n}\n"
                .formatted(options.prefixes(), options.isV6() ? "ipv6" : "ipv4", options.seed(), loads, rows);
    }
}

package ecmplab.lab.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus's text format 0.0.4, written from its description alone: one HELP and one TYPE for each metric, before its
 * samples, which stand together; no sample twice; names, labels, escapes and numbers well formed; a line feed at the end.
 */
public final class PrometheusText {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");

    /** Samples by the line's text before the value. */
    public final Map<String, Double> samples = new LinkedHashMap<>();

    final Map<String, String> types = new HashMap<>();
    private final Map<String, String> helps = new HashMap<>();
    private final HashSet<String> finished = new HashSet<>();
    private String current = "";

    /** @throws IllegalArgumentException naming the line that is wrong */
    public static PrometheusText parse(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("no line feed at the end");
        }
        var read = new PrometheusText();
        for (var line : text.split("\n")) {
            try {
                read.line(line);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(wrong.getMessage() + ": " + line, wrong);
            }
        }
        return read;
    }

    private void line(String line) {
        if (line.startsWith("# HELP ")) {
            var words = line.split(" ", 4);
            begin(words[2]);
            check(helps.put(words[2], words[3]) == null, "help twice");
        } else if (line.startsWith("# TYPE ")) {
            var words = line.split(" ");
            check(words.length == 4 && words[3].matches("counter|gauge|histogram|summary|untyped"), "type");
            begin(words[2]);
            check(types.put(words[2], words[3]) == null, "type twice");
        } else {
            check(!line.startsWith("#") && !line.isEmpty(), "neither help, type nor sample");
            sample(line);
        }
    }

    private void begin(String name) {
        check(NAME.matcher(name).matches(), "name");
        if (!name.equals(current)) {
            check(finished.add(name), "samples of a metric stand apart");
            current = name;
        }
    }

    private void sample(String line) {
        var sample = SAMPLE.matcher(line);
        check(sample.matches(), "sample");
        check(sample.group(1).equals(current) && types.containsKey(current), "sample without type before it");
        if (sample.group(2) != null) {
            labels(sample.group(2));
        }
        var value = sample.group(3);
        double number = value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value);
        check(!"counter".equals(types.get(current)) || number >= 0, "counter below zero");
        check(samples.put(line.substring(0, line.lastIndexOf(' ')), number) == null, "sample twice");
    }

    private static void labels(String text) {
        var names = new HashSet<String>();
        var label = LABEL.matcher(text);
        int at = 0;
        while (at < text.length()) {
            check(label.find(at) && label.start() == at, "label");
            check(names.add(label.group(1)), "label twice");
            at = label.end();
        }
        check(!text.endsWith(","), "comma at the end");
    }

    private static void check(boolean right, String what) {
        if (!right) {
            throw new IllegalArgumentException(what);
        }
    }
}

package ecmplab.lab.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Prometheus's text format, version 0.0.4: families of samples, each with its help and type, in the order they are begun. */
final class Exposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();
    private final Set<String> names = new HashSet<>();

    /** What a metric may be. */
    enum MetricType {
        COUNTER,
        GAUGE
    }

    /** The samples of one metric. */
    final class Family {
        private final String name;
        private final List<String> labels;

        private Family(String name, List<String> labels) {
            this.name = name;
            this.labels = labels;
        }

        /** @param values of the labels, in their order */
        Family add(Number value, List<String> values) {
            if (values.size() != labels.size()) {
                throw new IllegalArgumentException(name + " has labels " + labels + ", not values " + values);
            }
            text.append(name);
            if (!labels.isEmpty()) {
                text.append('{');
                for (int i = 0; i < labels.size(); i++) {
                    text.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
                    text.append(escaped(values.get(i)).replace("\"", "\\\"")).append('"');
                }
                text.append('}');
            }
            text.append(' ').append(number(value)).append('\n');
            return this;
        }

        Family add(Number value) {
            return add(value, List.of());
        }
    }

    /** Begins a metric. @throws IllegalArgumentException when it was there already */
    Family family(String name, MetricType type, String help, List<String> labels) {
        if (!names.add(name)) {
            throw new IllegalArgumentException(name + " is there already");
        }
        text.append("# HELP ").append(name).append(' ').append(escaped(help)).append('\n');
        text.append("# TYPE ").append(name).append(' ');
        text.append(type.name().toLowerCase(Locale.ROOT)).append('\n');
        return new Family(name, labels);
    }

    /** A metric of one sample. */
    void single(String name, MetricType type, String help, Number value) {
        family(name, type, help, List.of()).add(value);
    }

    /** A metric of one label. */
    void byLabel(String name, MetricType type, String help, String label, Map<String, ? extends Number> values) {
        var family = family(name, type, help, List.of(label));
        values.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> family.add(each.getValue(), List.of(each.getKey())));
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n");
    }

    /** Whole numbers as such, however they came. */
    private static String number(Number value) {
        double exactly = value.doubleValue();
        return exactly == Math.rint(exactly) && Math.abs(exactly) < 1e15
                ? String.valueOf(value.longValue())
                : String.valueOf(exactly);
    }
}

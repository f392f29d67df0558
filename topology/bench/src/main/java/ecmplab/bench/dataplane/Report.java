package ecmplab.bench.dataplane;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** The table of all trials, and what the goals say of it. */
final class Report {
    private Report() {}

    /** A number of flows, as in 4 k and 1 M. */
    static String count(int flows) {
        return flows >= 1 << 20 ? (flows >> 20) + " M" : (flows >> 10) + " k";
    }

    static void print(List<Trial> trials, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%-38s %12s %9s %9s %9s %9s %9s %9s%n",
                "medians of " + trials.getFirst().samples.size(),
                "M/CPU second",
                "receive",
                "own ns",
                "Mpps",
                "lost",
                "lone us",
                "p99 us");
        for (var trial : trials) {
            out.printf(
                    Locale.ROOT,
                    "%-38s %12.3f %9.0f %9.0f %9.3f %9d %9.0f %9.0f%n",
                    trial.contender.title(),
                    median(trial, Sample::perProcessorSecond),
                    median(trial, Sample::receive),
                    median(trial, Sample::own),
                    median(trial, Sample::rate),
                    trial.samples.stream().mapToLong(Sample::lost).sum(),
                    lone(trial, 0.5),
                    lone(trial, 0.99));
        }
        var ours = trials.stream().filter(trial -> trial.contender instanceof OurContender);
        out.println();
        ours.forEach(our -> trials.stream()
                .filter(trial -> trial.contender instanceof KernelContender)
                .forEach(kernel -> out.printf(
                        Locale.ROOT,
                        "%-38s %6.2f of %s%n",
                        our.contender.title(),
                        median(our, Sample::perProcessorSecond) / median(kernel, Sample::perProcessorSecond),
                        kernel.contender.title())));
    }

    /** Microseconds of lone packets: of their share {@code part} in each measure, the median of all. */
    private static double lone(Trial trial, double part) {
        return median(trial.lone.stream()
                .filter(sorted -> sorted.length > 0)
                .mapToDouble(sorted -> sorted[(int) (part * (sorted.length - 1))] / 1e3));
    }

    private static double median(Trial trial, ToDoubleFunction<Sample> figure) {
        return median(trial.samples.stream().mapToDouble(figure));
    }

    private static double median(DoubleStream figures) {
        var sorted = figures.sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1
                ? sorted[sorted.length / 2]
                : (sorted[sorted.length / 2] + sorted[sorted.length / 2 - 1]) / 2;
    }
}

package ecmplab.bench.pipeline;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of this package and prints nanoseconds a packet, the cost of making packets taken off. Takes JMH's options. */
public final class Pipelines {
    private static final String GENERATE = "generate";

    private Pipelines() {}

    public static void main(String[] words) throws RunnerException, CommandLineOptionException {
        var given = new CommandLineOptions(words);
        var options = new OptionsBuilder()
                .parent(given)
                .forks(given.getForkCount().orElse(3))
                .warmupIterations(given.getWarmupIterations().orElse(3))
                .warmupTime(given.getWarmupTime().orElse(TimeValue.seconds(1)))
                .measurementIterations(given.getMeasurementIterations().orElse(5))
                .measurementTime(given.getMeasurementTime().orElse(TimeValue.seconds(1)))
                .jvmArgs("-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED");
        if (given.getIncludes().isEmpty()) {
            options.include("ecmplab.bench.pipeline");
        }
        var results = new Runner(options.build()).run();
        System.out.println("\nns a packet, medians; the packets' making is taken off");
        results.stream()
                .filter(result -> !method(result).equals(GENERATE))
                .sorted(Comparator.comparing(result -> result.getParams().getBenchmark()))
                .forEach(result -> print(result, results));
    }

    private static void print(RunResult result, Collection<RunResult> all) {
        var flows = flows(result);
        double generation = all.stream()
                .filter(other -> method(other).equals(GENERATE)
                        && type(other).equals(type(result))
                        && flows(other).equals(flows))
                .mapToDouble(Pipelines::median)
                .findFirst()
                .orElse(0);
        System.out.printf(
                Locale.ROOT,
                "%-16s %-8s %8s flows %7.1f%n",
                type(result),
                method(result),
                flows,
                median(result) - generation);
    }

    private static double median(RunResult result) {
        return result.getPrimaryResult().getStatistics().getPercentile(50);
    }

    private static String flows(RunResult result) {
        return String.valueOf(result.getParams().getParam("flows"));
    }

    private static String method(RunResult result) {
        var name = result.getParams().getBenchmark();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static String type(RunResult result) {
        var name = result.getParams().getBenchmark();
        var type = name.substring(0, name.lastIndexOf('.'));
        return type.substring(type.lastIndexOf('.') + 1);
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what happens to a speaker as it happens. */
@Command(
        name = "monitor",
        mixinStandardHelpOptions = true,
        description = "What happens to a speaker, a line each, until Ctrl-C: sessions, NOTIFICATIONs, routes.")
final class MonitorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Mixin
    private final SpeakerOption speaker = new SpeakerOption();

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Option(names = "--neighbor", paramLabel = "ADDRESS", description = "Only what concerns this neighbour.")
    private String neighbor = "";

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            description = "Only routes to this prefix and longer ones in it.")
    private String prefix = "";

    @Option(
            names = "--kind",
            paramLabel = "KINDS",
            split = ",",
            description = "Only these kinds, such as session-up,session-down,route-changed.")
    private List<String> kinds = List.of();

    @Option(names = "--count", paramLabel = "N", description = "End after so many lines.")
    private long count;

    @Override
    public Integer call() throws IOException {
        var words = new ArrayList<>(List.of("bgp", "monitor"));
        add(words, "--neighbor", neighbor);
        add(words, "--prefix", prefix);
        add(words, "--kind", String.join(",", kinds));
        add(words, "--count", count > 0 ? "" + count : "");
        if (json) {
            words.add("--json");
        }
        try {
            return ControlClient.stream(speaker.socket(), words, PATIENCE, Printing.asItIs(System.out, System.err));
        } catch (Printing.NobodyReadsException enough) {
            return Exit.FINE;
        }
    }

    private static void add(List<String> words, String option, String value) {
        if (!value.isEmpty()) {
            words.addAll(List.of(option, value));
        }
    }
}

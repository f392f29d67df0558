package ecmplab.lab.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code lab show} and {@code lab watch} take, for help and completion; {@link ShowRequest} reads it. */
final class ShowOptions {
    @Parameters(paramLabel = "WORDS", description = "What to show.")
    private List<String> words = List.of();

    @Option(
            names = {"-n", "--node"},
            paramLabel = "NODE",
            description = "The node to ask; default those that know.")
    private List<String> nodes = List.of();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many routes.")
    private String limit = "";

    @Option(names = "--page", description = "Page by page, with $PAGER or less, on a terminal.")
    private boolean page;

    @Option(names = "--watch", paramLabel = "TIME", description = "Again and again, such as every 2s.")
    private String watch = "";

    @Option(names = "--times", paramLabel = "N", description = "With --watch: so many times.")
    private String times = "";

    @Option(
            names = {"-l", "--lab"},
            paramLabel = "NAME",
            description = "The lab; may be left out when exactly one runs.")
    private String lab = "";

    @Option(
            names = "--control",
            paramLabel = "SOCKET",
            description = "Ask a control socket outside any lab, such as one of 'lab bgp speaker'.")
    private String control = "";

    List<String> arguments() {
        var arguments = new ArrayList<>(words);
        nodes.forEach(node -> arguments.addAll(List.of("-n", node)));
        if (json) {
            arguments.add("--json");
        }
        if (page) {
            arguments.add("--page");
        }
        add(arguments, "--limit", limit);
        add(arguments, "--watch", watch);
        add(arguments, "--times", times);
        add(arguments, "-l", lab);
        add(arguments, "--control", control);
        return arguments;
    }

    private static void add(List<String> arguments, String option, String value) {
        if (!value.isEmpty()) {
            arguments.addAll(List.of(option, value));
        }
    }
}

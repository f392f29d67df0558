package ecmplab.lab.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes the line behind a node's port bad, or good again. */
@Command(
        name = "impair",
        mixinStandardHelpOptions = true,
        description = {
            "Make the line behind a port bad: in one direction (in, out) or both.",
            "WORDS are: off | partition | [loss 5%%] [duplicate 1%%] [delay 20ms] [jitter 5ms] [reorder 10%%] [rate 10mbit]",
            "It is done to packets that the node forwards itself; what the node's kernel sends and receives, such as BGP, passes.",
            "'lab show impairments' tells what is in force, 'lab show drops' what it cost."
        })
final class ImpairCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Kinds of nodes whose ports are ours. */
    private static final Set<String> OURS = Set.of("router", "mux", "host");

    private static final Set<String> DIRECTIONS = Set.of("in", "out", "both");

    @Mixin
    private final LabOption lab = new LabOption();

    @Option(names = "--seed", paramLabel = "N", description = "Of the decisions; default random, and shown.")
    private long seed = -1;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "NODE:PORT")
    private String target = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "WORDS")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        int colon = target.indexOf(':');
        if (colon < 0) {
            throw new Failure(Exit.USAGE, "'" + target + "': expected NODE:PORT, such as edge:eth1");
        }
        var node = target.substring(0, colon);
        var chosen = lab.choose();
        var kind = Labs.kind(chosen, node);
        if (!OURS.contains(kind)) {
            throw new Failure(
                    Exit.FALSE,
                    node + " (" + kind + ") has only the kernel's own ports, which cannot be impaired; do it at the"
                            + " other end of the link, if that is a router, mux or host");
        }
        boolean oneWay = DIRECTIONS.contains(words.getFirst());
        var rest = oneWay ? words.subList(1, words.size()) : words;
        var request = new ArrayList<>(List.of(
                "impair", target.substring(colon + 1), oneWay ? words.getFirst() : "both", String.join(" ", rest)));
        if (seed >= 0) {
            request.addAll(List.of("--seed", "" + seed));
        }
        if (json) {
            request.add("--json");
        }
        var said = Labs.ask(chosen.socket(node), request, PATIENCE)
                .orElseThrow(() -> new Failure(Exit.FALSE, node + " does not answer"));
        (said.code() == Exit.FINE ? System.out : System.err).print(said.text());
        return said.code();
    }
}

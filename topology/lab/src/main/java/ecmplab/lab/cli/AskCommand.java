package ecmplab.lab.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says words to a node's control socket: orders that have no command of their own, such as a drain. */
@Command(
        name = "ask",
        mixinStandardHelpOptions = true,
        description = {
            "Say words to a node; 'commands' tells which it understands. Some are orders:",
            "mux1 drain | mux1 resume | controller backend POOL VM drain",
            "client http get 203.0.113.10:80 10"
        })
final class AskCommand implements Callable<Integer> {
    /** Some orders take their time: many requests, one after another. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Mixin
    private final LabOption lab = new LabOption();

    @Parameters(index = "0", paramLabel = "NODE")
    private String node = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "WORDS")
    private List<String> words = List.of();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        var directory = lab.choose();
        Labs.kind(directory, node);
        var request = new ArrayList<>(words);
        if (json) {
            request.add("--json");
        }
        var said = Labs.ask(directory.socket(node), request, PATIENCE)
                .orElseThrow(() ->
                        new Failure(Exit.FALSE, node + " does not answer; 'lab inspect' shows the states of nodes"));
        (said.code() == Exit.USAGE || said.code() == Exit.NO_SUCH ? System.err : System.out).print(said.text());
        return said.code();
    }
}

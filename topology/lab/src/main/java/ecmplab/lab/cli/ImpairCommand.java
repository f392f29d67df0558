package ecmplab.lab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a line between two nodes bad, or good again. */
@Command(
        name = "impair",
        mixinStandardHelpOptions = true,
        description = {
            "Make a line between two nodes bad: in one direction (in: towards the end named first, out: away from it) or both.",
            "WORDS are: off | partition | [loss 5%%] [duplicate 1%%] [delay 20ms] [jitter 5ms] [reorder 10%%] [rate 10mbit]",
            "A partition and loss are for all packets (with nft); what the ends' kernels send, such as BGP, is not delayed or slowed.",
            "'lab show impairments' tells what is in force, 'lab show drops' what it cost."
        })
final class ImpairCommand implements Callable<Integer> {
    @Mixin
    private final LabOption lab = new LabOption();

    @Option(names = "--seed", paramLabel = "N", description = "Of the decisions; default random, and shown.")
    private long seed = -1;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "LINE", description = "Such as edge--mux1 or edge:eth1.")
    private String line = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "WORDS")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        var request = new ArrayList<>(List.of("fault", "impair", line, String.join(" ", words)));
        if (seed >= 0) {
            request.addAll(List.of("--seed", "" + seed));
        }
        if (json) {
            request.add("--json");
        }
        var said = Labs.supervisor(lab.choose(), request);
        (said.code() == Exit.FINE ? System.out : System.err).print(said.text());
        return said.code();
    }
}

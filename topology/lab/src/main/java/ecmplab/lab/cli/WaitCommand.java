package ecmplab.lab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Declares {@link Wait} for help and completion; {@link Main} answers it before this is loaded. */
@Command(
        name = "wait",
        mixinStandardHelpOptions = true,
        description = {
            "Wait until something is so; exit code 1 at the timeout:",
            "ready [NODE] | established [NODE|ADDRESS] | route PREFIX [--nexthops N] | no-route PREFIX | eor [ADDRESS]"
        })
final class WaitCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "WORDS", description = "What to wait for.")
    private List<String> words = List.of();

    @Option(names = "--nexthops", paramLabel = "N", description = "How many next hops the route must have.")
    private int nexthops;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Such as 500ms or 5s; default 10s.")
    private String timeout = "10s";

    @Option(
            names = {"-n", "--node"},
            paramLabel = "NODE",
            description = "Ask this node of the lab; default what the edge router forwards.")
    private String node = "";

    @Option(names = "--control", paramLabel = "SOCKET", description = "Ask a 'lab bgp speaker'.")
    private String control = "";

    @Mixin
    private final LabOption lab = new LabOption();

    @Override
    public Integer call() throws IOException {
        var arguments = new ArrayList<>(words);
        arguments.addAll(List.of("--timeout", timeout));
        if (nexthops > 0) {
            arguments.addAll(List.of("--nexthops", "" + nexthops));
        }
        if (!node.isEmpty()) {
            arguments.addAll(List.of("-n", node));
        }
        if (!control.isEmpty()) {
            arguments.addAll(List.of("--control", control));
        }
        lab.name().ifPresent(name -> arguments.addAll(List.of("-l", name)));
        return new Wait(System.out, System.err).run(arguments);
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Declares {@link Show} for help and completion; {@link Main} answers it before this is loaded. */
@Command(
        name = "show",
        aliases = "sh",
        mixinStandardHelpOptions = true,
        description = {
            "Ask the nodes. Words may be shortened:",
            "bgp summary | bgp neighbors [ADDRESS] | bgp ipv4 [PREFIX]",
            "ip route [PREFIX] | ip ecmp [PREFIX]",
            "vip [VIP] | flows | tables | vxlan | nat | probes"
        })
final class ShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "WORDS", description = "What to show.")
    private List<String> words = List.of();

    @Option(
            names = {"-n", "--node"},
            paramLabel = "NODE",
            description = "The node to ask; default those that know.")
    private List<String> nodes = List.of();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

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

    @Override
    public Integer call() throws IOException, InterruptedException {
        var arguments = new ArrayList<>(words);
        nodes.forEach(node -> arguments.addAll(List.of("-n", node)));
        if (json) {
            arguments.add("--json");
        }
        if (!lab.isEmpty()) {
            arguments.addAll(List.of("-l", lab));
        }
        if (!control.isEmpty()) {
            arguments.addAll(List.of("--control", control));
        }
        return new Show(System.out, System.err).run(arguments);
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The nodes of a lab with what each says of itself. */
@Command(
        name = "inspect",
        aliases = "status",
        mixinStandardHelpOptions = true,
        description = "Nodes, their processes and states, and the faults in force.")
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private final LabOption lab = new LabOption();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        var said = Labs.supervisor(lab.choose(), json ? List.of("inspect", "--json") : List.of("inspect"));
        System.out.print(said.text());
        return said.code();
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Runs a command in a node's network namespace. */
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        description = "Run a command in a node's network: lab exec client -- curl http://203.0.113.10/")
final class ExecCommand implements Callable<Integer> {
    @Mixin
    private final LabOption lab = new LabOption();

    @Parameters(index = "0", paramLabel = "NODE")
    private String node = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND", description = "The command, after --.")
    private List<String> command = List.of();

    @Override
    public Integer call() throws IOException {
        var chosen = lab.choose();
        Labs.kind(chosen, node);
        Enter.become(Enter.commandLine(chosen, node, command));
        return Exit.FINE;
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A shell in a node's network namespace. */
@Command(name = "shell", mixinStandardHelpOptions = true, description = "A shell in a node's network.")
final class ShellCommand implements Callable<Integer> {
    @Mixin
    private final LabOption lab = new LabOption();

    @Parameters(paramLabel = "NODE")
    private String node = "";

    @Override
    public Integer call() throws IOException {
        var chosen = lab.choose();
        Labs.kind(chosen, node);
        var prompt = "PS1=" + node + "." + chosen.name() + " # ";
        Enter.become(Enter.commandLine(chosen, node, List.of("env", prompt, "bash", "--norc", "-i")));
        return Exit.FINE;
    }
}

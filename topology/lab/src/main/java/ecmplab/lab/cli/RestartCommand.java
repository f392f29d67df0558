package ecmplab.lab.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Starts a node's process again. */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description = "Start a node's process again, ending the one that runs.")
final class RestartCommand implements Callable<Integer> {
    @Mixin
    private final LabOption lab = new LabOption();

    @Parameters(paramLabel = "NODE")
    private String node = "";

    @Override
    public Integer call() throws IOException {
        var said = Labs.supervisor(lab.choose(), List.of("restart", node));
        (said.code() == Exit.FINE ? System.out : System.err).print(said.text());
        return said.code();
    }
}

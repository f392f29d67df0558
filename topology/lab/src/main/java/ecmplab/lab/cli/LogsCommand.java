package ecmplab.lab.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a node's process wrote. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "What a node's process wrote; 'supervisor' is one too.")
final class LogsCommand implements Callable<Integer> {
    static final Duration PAUSE = Duration.ofMillis(200);

    @Mixin
    private final LabOption lab = new LabOption();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the lab ends, or Ctrl-C.")
    private boolean follow;

    @Parameters(paramLabel = "NODE")
    private String node = "";

    @Override
    public Integer call() throws IOException, InterruptedException {
        var chosen = lab.choose();
        if (!node.equals("supervisor")) {
            Labs.kind(chosen, node);
        }
        var log = new Follow(chosen.log(node));
        log.lines().forEach(System.out::println);
        while (follow && chosen.alive()) {
            Thread.sleep(PAUSE);
            log.lines().forEach(System.out::println);
        }
        return Exit.FINE;
    }
}

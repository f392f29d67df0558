package ecmplab.lab.cli;

import ecmplab.lab.drill.Demo;
import ecmplab.lab.supervisor.LabFaults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A lab, traffic through it, a drill, its ledger; then the lab stays for the person in front of it, or goes. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Deploy a lab, send traffic, kill a MUX, and tell what each flow went through.")
final class DemoCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            defaultValue = "reference",
            description = "A lab file or a sample's name; default ${DEFAULT-VALUE}.")
    private String file = "reference";

    @Option(
            names = "--exit",
            description = "Destroy the lab at the end and exit with the drill's verdict, on a terminal too.")
    private boolean exit;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Where to write the ledger as JSON; default a file in the temporary directory.")
    private @Nullable Path report;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var lab = DeployCommand.load(file);
        boolean stay = !exit && System.console() instanceof java.io.Console console && console.isTerminal();
        try (var deployment = DeployCommand.up(lab)) {
            var directory = deployment.directory();
            var outcome = new Demo(lab, directory.path(), new LabFaults(directory), System.out).run();
            Reports.save(outcome.ledger(), report);
            if (stay) {
                System.out.print("""

                        The lab is up. In another terminal:
                          scripts/lab inspect                          the nodes, with pids to kill
                          scripts/lab show bgp summary                 the edge router's sessions
                          scripts/lab show ip ecmp                     who has how many buckets
                          scripts/lab exec client -- curl -s %s
                          scripts/lab drill list                       what else to break
                        Ctrl-C ends it.
                        """.formatted(
                                "http://" + lab.vips().getFirst().address().getHostAddress() + "/"));
                System.out.flush();
                new CountDownLatch(1).await();
            }
            return outcome.failures().isEmpty() ? Exit.FINE : Exit.FALSE;
        }
    }
}

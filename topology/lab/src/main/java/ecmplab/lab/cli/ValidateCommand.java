package ecmplab.lab.cli;

import ecmplab.lab.file.LabFile;
import ecmplab.lab.file.Node;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what is wrong with a lab file, with nothing started. */
@Command(name = "validate", mixinStandardHelpOptions = true, description = "Check a lab file, and start nothing.")
final class ValidateCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A lab file or a sample's name.")
    private String file = "";

    @Option(names = "--schema", description = "Print the JSON schema of lab files instead.")
    private boolean schema;

    @Override
    public Integer call() throws IOException {
        if (schema) {
            System.out.print(LabFile.schema());
            return Exit.FINE;
        }
        if (file.isEmpty()) {
            throw new Failure(Exit.USAGE, "lab validate: which file?");
        }
        var lab = DeployCommand.load(file);
        int vms = lab.nodes(Node.Host.class).stream()
                .mapToInt(host -> host.vms().size())
                .sum();
        System.out.printf(
                "lab %s: %d nodes, %d VMs, %d links, %d VIPs, %d drills%n",
                lab.name(),
                lab.nodes().size(),
                vms,
                lab.links().size(),
                lab.vips().size(),
                lab.drills().size());
        return Exit.FINE;
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabFile;
import ecmplab.lab.supervisor.DeployException;
import ecmplab.lab.supervisor.Deployment;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts a lab and returns when it works. */
@Command(
        name = "deploy",
        aliases = "up",
        mixinStandardHelpOptions = true,
        description = "Start a lab: a lab file, or the name of a sample (hello, reference, frr-edge, bird-edge).")
final class DeployCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A lab file or a sample's name.")
    private String file = "";

    @Override
    public Integer call() throws IOException {
        var lab = load(file);
        try (var deployment = up(lab)) {
            deployment.commit();
            System.out.print(
                    Labs.supervisor(deployment.directory(), List.of("inspect")).text());
        }
        return Exit.FINE;
    }

    /** The lab of a file or sample. @throws Failure with every problem of the file */
    static Lab load(String file) throws IOException {
        try {
            return switch (LabFile.load(file)) {
                case LabFile.Good(Lab lab) -> lab;
                case LabFile.Bad(var problems) -> {
                    var text = new StringBuilder();
                    problems.forEach(problem -> text.append(problem).append('\n'));
                    throw new Failure(Exit.FALSE, text.toString().stripTrailing());
                }
            };
        } catch (NoSuchFileException missing) {
            throw new Failure(Exit.NO_SUCH, file + ": " + missing.getReason());
        }
    }

    /**
     * Deploys, with a line a step on standard error. If this process ends before the lab is committed, by Ctrl-C for
     * example, it stays until nothing of the lab is left.
     */
    static Deployment up(Lab lab) throws IOException {
        Machine.require(lab);
        long began = System.nanoTime();
        var deployment = Deployment.start(lab);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(deployment)));
        try {
            deployment.awaitReady(step -> System.err.printf("%6.2f s  %s%n", seconds(began), step));
        } catch (DeployException failed) {
            throw new Failure(Exit.FALSE, "lab " + lab.name() + " did not come up: " + failed.getMessage());
        }
        System.err.printf("%6.2f s  lab %s is up%n", seconds(began), lab.name());
        return deployment;
    }

    private static void end(Deployment deployment) {
        try {
            deployment.close();
        } catch (IOException stays) {
            System.err.println(stays.getMessage());
        }
    }

    private static double seconds(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
    }
}

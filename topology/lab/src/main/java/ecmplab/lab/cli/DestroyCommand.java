package ecmplab.lab.cli;

import ecmplab.lab.supervisor.Destruction;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends labs; ending what does not run is fine. */
@Command(
        name = "destroy",
        aliases = "down",
        mixinStandardHelpOptions = true,
        description = "End a lab and leave nothing of it.")
final class DestroyCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "LAB", description = "The lab's name or file.")
    private @Nullable String nameOrFile;

    @Option(names = "--all", description = "Every lab of this user.")
    private boolean all;

    @Mixin
    private final LabOption lab = new LabOption();

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (var directory : chosen()) {
            Destruction.end(directory);
            System.err.println("lab " + directory.name() + " is gone");
        }
        return Exit.FINE;
    }

    private List<StateDirectory> chosen() throws IOException {
        var running = StateDirectory.running();
        if (all) {
            return running;
        }
        if (nameOrFile != null || lab.name().isPresent()) {
            var name = lab.name().orElseGet(() -> nameOf(String.valueOf(nameOrFile)));
            return running.stream()
                    .filter(directory -> directory.name().equals(name))
                    .toList();
        }
        return running.isEmpty() ? running : List.of(lab.choose());
    }

    private static String nameOf(String nameOrFile) {
        try {
            return Files.isRegularFile(Path.of(nameOrFile))
                    ? DeployCommand.load(nameOrFile).name()
                    : nameOrFile;
        } catch (IOException unreadable) {
            throw new Failure(Exit.NO_SUCH, nameOrFile + ": " + unreadable.getMessage());
        }
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which running lab a command is about. */
final class LabOption {
    @Option(
            names = {"-l", "--lab"},
            paramLabel = "NAME",
            description = "The lab; may be left out when exactly one runs.")
    private @Nullable String name;

    StateDirectory choose() throws IOException {
        return Labs.choose(Optional.ofNullable(name));
    }

    Optional<String> name() {
        return Optional.ofNullable(name);
    }
}

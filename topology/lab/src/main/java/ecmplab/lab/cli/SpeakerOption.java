package ecmplab.lab.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which speaker a command is about: one that stands alone, or a node of a lab. */
final class SpeakerOption {
    @Option(names = "--control", paramLabel = "SOCKET", description = "Control socket of a 'lab bgp speaker'.")
    private @Nullable Path control;

    @Option(
            names = {"-n", "--node"},
            paramLabel = "NODE",
            description = "A node of a lab; default its edge router.")
    private @Nullable String node;

    @Mixin
    private final LabOption lab = new LabOption();

    /** The control socket to ask. */
    Path socket() throws IOException {
        return socket(Optional.ofNullable(control), Optional.ofNullable(node), lab.name());
    }

    static Path socket(Optional<Path> control, Optional<String> node, Optional<String> lab) throws IOException {
        if (control.isPresent()) {
            return control.get();
        }
        var directory = Labs.choose(lab);
        if (node.isPresent()) {
            Labs.kind(directory, node.get());
            return directory.socket(node.get());
        }
        return directory.nodes().entrySet().stream()
                .filter(each -> each.getValue().equals("router"))
                .map(each -> directory.socket(each.getKey()))
                .findFirst()
                .orElseThrow(() -> new Failure(
                        Exit.USAGE, "lab " + directory.name() + " has no router of ours: choose a node with -n NODE"));
    }
}

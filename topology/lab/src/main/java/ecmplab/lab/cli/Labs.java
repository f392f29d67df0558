package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the running lab that a command is about, and asks in it. */
final class Labs {
    private Labs() {}

    /** The lab of that name, or the only one that runs. */
    static StateDirectory choose(Optional<String> name) throws IOException {
        var running = StateDirectory.running();
        var names = running.stream().map(StateDirectory::name).collect(Collectors.joining(", "));
        if (name.isPresent()) {
            return running.stream()
                    .filter(lab -> lab.name().equals(name.get()))
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                            Exit.NO_SUCH,
                            "no lab '" + name.get() + "' runs" + (names.isEmpty() ? "" : "; running: " + names)));
        }
        return switch (running.size()) {
            case 0 -> throw new Failure(Exit.NO_SUCH, "no lab runs; 'lab up reference' starts one");
            case 1 -> running.getFirst();
            default -> throw new Failure(Exit.USAGE, "several labs run (" + names + "): choose with -l NAME");
        };
    }

    /** The kind of a node. */
    static String kind(StateDirectory lab, String node) throws IOException {
        var nodes = lab.nodes();
        var kind = nodes.get(node);
        if (kind == null) {
            throw new Failure(
                    Exit.NO_SUCH,
                    "no node '" + node + "' in lab " + lab.name() + "; there are " + String.join(", ", nodes.keySet()));
        }
        return kind;
    }

    /** Asks the supervisor; however long it takes. */
    static ControlClient.Said supervisor(StateDirectory lab, List<String> words) throws IOException {
        try {
            return ControlClient.ask(lab.supervisorSocket(), words);
        } catch (IOException silent) {
            throw new Failure(
                    Exit.FALSE, "the supervisor of lab " + lab.name() + " does not answer: " + silent.getMessage());
        }
    }

    /** Asks a node; nothing when it does not answer in time, being dead or stopped. */
    static Optional<ControlClient.Said> ask(Path socket, List<String> words, Duration patience) {
        try {
            return Optional.of(ControlClient.ask(socket, words, patience));
        } catch (IOException silent) {
            return Optional.empty();
        }
    }
}

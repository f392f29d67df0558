package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code lab wait WORDS... [--timeout DURATION] [-l LAB | -n NODE | --control SOCKET]}: the supervisor looks until it is so, or the time
 * is over; a node or a speaker that is named looks itself.
 */
final class Wait {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PrintStream out;
    private final PrintStream err;

    Wait(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> arguments) throws IOException {
        var words = new ArrayList<String>();
        var options = new ArrayList<String>();
        String lab = null;
        String node = null;
        Path control = null;
        var timeout = PATIENCE;
        for (var each = arguments.iterator(); each.hasNext(); ) {
            var word = each.next();
            switch (word) {
                case "-l", "--lab" -> lab = value(word, each.hasNext() ? each.next() : null);
                case "-n", "--node" -> node = value(word, each.hasNext() ? each.next() : null);
                case "--control" -> control = Path.of(value(word, each.hasNext() ? each.next() : null));
                case "--timeout" -> {
                    var text = value(word, each.hasNext() ? each.next() : null);
                    timeout = ShowRequest.duration(text);
                    options.addAll(List.of(word, text));
                }
                case "--nexthops" -> options.addAll(List.of(word, value(word, each.hasNext() ? each.next() : null)));
                default -> words.add(word);
            }
        }
        if (words.isEmpty()) {
            throw new Failure(
                    Exit.USAGE,
                    "lab wait: for what? ready [NODE], established [NODE|ADDRESS], route PREFIX [--nexthops N],"
                            + " no-route PREFIX, eor [ADDRESS]");
        }
        words.addAll(options);
        if (control != null || node != null) {
            words.addFirst("wait");
            var socket = SpeakerOption.socket(
                    Optional.ofNullable(control), Optional.ofNullable(node), Optional.ofNullable(lab));
            return ControlClient.stream(socket, words, timeout.plus(PATIENCE), Printing.asItIs(out, err));
        }
        var said = Labs.supervisor(Labs.choose(Optional.ofNullable(lab)), List.of("wait", String.join(" ", words)));
        (said.code() == Exit.USAGE ? err : out).print(said.text());
        return said.code();
    }

    private static String value(String option, @Nullable String value) {
        if (value == null) {
            throw new Failure(Exit.USAGE, option + " needs a value");
        }
        return value;
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code lab wait WORDS... [--timeout DURATION] [-l LAB]}: the supervisor looks until it is so, or the time is over. */
final class Wait {
    private final PrintStream out;
    private final PrintStream err;

    Wait(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> arguments) throws IOException {
        var words = new ArrayList<String>();
        Optional<String> lab = Optional.empty();
        for (var each = arguments.iterator(); each.hasNext(); ) {
            var word = each.next();
            if (word.equals("-l") || word.equals("--lab")) {
                lab = Optional.of(each.hasNext() ? each.next() : "");
            } else {
                words.add(word);
            }
        }
        if (words.isEmpty()) {
            throw new Failure(
                    Exit.USAGE,
                    "lab wait: for what? ready [NODE], established [NODE|ADDRESS], route PREFIX [--nexthops N]");
        }
        var said = Labs.supervisor(Labs.choose(lab), List.of("wait", String.join(" ", words)));
        (said.code() == Exit.USAGE ? err : out).print(said.text());
        return said.code();
    }
}

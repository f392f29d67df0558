package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Orders to a speaker, by its control socket. */
final class OrderCommands {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private OrderCommands() {}

    /** Says the words to the speaker and prints its answer. */
    static int order(Path socket, List<String> words) {
        var said = Labs.ask(socket, words, PATIENCE)
                .orElseThrow(() -> new Failure(Exit.FALSE, "nobody answers at " + socket));
        (isRefusal(said) ? System.err : System.out).print(said.text());
        return said.code();
    }

    private static boolean isRefusal(ControlClient.Said said) {
        return said.code() == Exit.USAGE || said.code() == Exit.NO_SUCH;
    }

    @Command(
            name = "reload",
            mixinStandardHelpOptions = true,
            description =
                    "Read the speaker's file again and apply what differs; says which sessions were reset, and why.")
    static final class Reload implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Option(names = "--dry-run", description = "Only say what would be done.")
        private boolean dry;

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            var words = new ArrayList<>(List.of("bgp", "reload"));
            if (dry) {
                words.add("dry-run");
            }
            if (json) {
                words.add("--json");
            }
            return order(speaker.socket(), words);
        }
    }

    @Command(
            name = "announce",
            mixinStandardHelpOptions = true,
            description = "Announce a route of the speaker's own, until it ends or 'withdraw'.")
    static final class Announce implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Mixin
        private final RouteOptions route = new RouteOptions();

        @Override
        public Integer call() throws IOException {
            return order(speaker.socket(), List.of("bgp", "announce", route.text()));
        }
    }

    @Command(name = "withdraw", mixinStandardHelpOptions = true, description = "Withdraw a route of the speaker's own.")
    static final class Withdraw implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Parameters(paramLabel = "PREFIX")
        private String prefix = "";

        @Override
        public Integer call() throws IOException {
            return order(speaker.socket(), List.of("bgp", "withdraw", prefix));
        }
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = "Announce all own routes with GRACEFUL_SHUTDOWN (RFC 8326), so that traffic moves elsewhere.")
    static final class Drain implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Option(names = "--restore", description = "Announce them without it again.")
        private boolean restore;

        @Override
        public Integer call() throws IOException {
            return order(speaker.socket(), restore ? List.of("bgp", "drain", "restore") : List.of("bgp", "drain"));
        }
    }

    @Command(
            name = "neighbor",
            mixinStandardHelpOptions = true,
            description = {
                "Shut down, start, reset or refresh sessions.",
                "NEIGHBOR is an address, a peer group, or all; ORDER is one of",
                "shutdown [TEXT] | no-shutdown | reset [TEXT] | refresh [in|out]",
                "The text is for the neighbour's operator (RFC 9003)."
            })
    static final class Neighbor implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Parameters(index = "0", paramLabel = "NEIGHBOR")
        private String neighbor = "";

        @Parameters(index = "1", paramLabel = "ORDER")
        private String order = "";

        @Parameters(index = "2..*", paramLabel = "TEXT")
        private List<String> text = List.of();

        @Override
        public Integer call() throws IOException {
            var words = new ArrayList<>(List.of("bgp", "neighbor", neighbor));
            words.add(order.equals("no-shutdown") ? "start" : order);
            if (!text.isEmpty()) {
                words.add(String.join(" ", text).replace('\n', ' '));
            }
            return order(speaker.socket(), words);
        }
    }
}

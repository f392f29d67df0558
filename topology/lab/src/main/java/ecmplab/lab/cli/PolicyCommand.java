package ecmplab.lab.cli;

import ecmplab.lab.control.Answer;
import ecmplab.lab.file.RouteText;
import ecmplab.lab.speaker.PolicyProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Explains policies. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = "Explains policies: 'lab bgp policy test'.",
        subcommands = PolicyCommand.Test.class)
final class PolicyCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new Failure(
                Exit.USAGE, "lab bgp policy: test --config FILE --neighbor ADDRESS --direction in|out PREFIX");
    }

    @Command(
            name = "test",
            mixinStandardHelpOptions = true,
            description = {
                "Tell term by term what a neighbour's policy makes of a route, and which term decides.",
                "Asks a file with --config, otherwise a running speaker, which takes the route from its table when only",
                "the prefix is given."
            })
    static final class Test implements Callable<Integer> {
        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Mixin
        private final RouteOptions route = new RouteOptions();

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "A speaker's file, instead of a running speaker.")
        private @Nullable Path config;

        @Option(names = "--neighbor", paramLabel = "ADDRESS", required = true, description = "Whose policy.")
        private String neighbor = "";

        @Option(names = "--direction", paramLabel = "in|out", required = true, description = "Import or export.")
        private String direction = "";

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            if (!direction.equals("in") && !direction.equals("out")) {
                throw new Failure(Exit.USAGE, "--direction " + direction + ": must be in or out");
            }
            if (config == null) {
                var words = new ArrayList<>(List.of("bgp", "policy", "test", neighbor, direction, route.text()));
                if (json) {
                    words.add("--json");
                }
                return OrderCommands.order(speaker.socket(), words);
            }
            return print(answer(config));
        }

        private Answer.Known answer(Path file) throws IOException {
            var speakerConfig = BgpCommand.load(file).config();
            try {
                var tested = RouteText.parse(route.text(), speakerConfig.asn());
                var probe = PolicyProbe.of(speakerConfig, InetAddress.ofLiteral(neighbor), direction.equals("in"))
                        .orElseThrow(() -> new Failure(Exit.NO_SUCH, file + " has no neighbour " + neighbor));
                return probe.answer(tested.prefix(), probe.complete(tested.attributes()));
            } catch (IllegalArgumentException wrong) {
                throw new Failure(Exit.USAGE, String.valueOf(wrong.getMessage()));
            }
        }

        private int print(Answer.Known answer) throws IOException {
            var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
            (json ? answer.json() : answer.text()).write(out);
            if (json) {
                out.println();
            }
            out.flush();
            return answer.code();
        }
    }
}

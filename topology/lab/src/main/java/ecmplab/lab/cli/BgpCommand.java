package ecmplab.lab.cli;

import ecmplab.lab.file.SpeakerFile;
import ecmplab.lab.node.SpeakerProcess;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The BGP speaker without a lab. */
@Command(
        name = "bgp",
        mixinStandardHelpOptions = true,
        description = "The BGP speaker on its own.",
        subcommands = {
            BgpCommand.Speak.class,
            BgpCommand.Schema.class,
            MonitorCommand.class,
            DecodeCommand.class,
            EncodeCommand.class,
            MrtCommand.class,
            OrderCommands.Reload.class,
            OrderCommands.Announce.class,
            OrderCommands.Withdraw.class,
            OrderCommands.Drain.class,
            OrderCommands.Neighbor.class,
            PolicyCommand.class
        })
final class BgpCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new Failure(
                Exit.USAGE,
                "lab bgp: speaker, schema, reload, announce, withdraw, drain, neighbor, policy test, monitor, decode, encode, mrt; 'lab bgp --help' says more");
    }

    @Command(
            name = "speaker",
            mixinStandardHelpOptions = true,
            description = "Run a speaker in the foreground until Ctrl-C.")
    static final class Speak implements Callable<Integer> {
        @Option(names = "--config", paramLabel = "FILE", required = true, description = "Its configuration, in YAML.")
        private Path config = Path.of("");

        @Option(
                names = "--control",
                paramLabel = "SOCKET",
                description = "Where to answer 'lab show bgp ... --control SOCKET'.")
        private @Nullable Path control;

        @Option(
                names = "--metrics",
                paramLabel = "ADDRESS:PORT",
                description = "Where to serve Prometheus metrics; over 'metrics' of the file.")
        private @Nullable String metrics;

        @Option(names = "--check", description = "Only check the configuration.")
        private boolean check;

        @Override
        public Integer call() throws IOException, InterruptedException {
            var good = load(config);
            if (check) {
                System.out.println(config + ": " + good.config().neighbors().size() + " neighbours, "
                        + good.config().routes().size() + " routes");
            } else {
                SpeakerProcess.run(config, measured(good), this::measured, control, System.err);
            }
            return Exit.FINE;
        }

        private SpeakerFile.Good measured(SpeakerFile.Good good) {
            try {
                return metrics == null ? good : good.withMetrics(metrics);
            } catch (IllegalArgumentException wrong) {
                throw new Failure(Exit.USAGE, "--metrics " + wrong.getMessage());
            }
        }
    }

    /** The file, or a failure that says everything that is wrong with it. */
    static SpeakerFile.Good load(Path file) throws IOException {
        try {
            return switch (SpeakerFile.load(file)) {
                case SpeakerFile.Bad(var problems) ->
                    throw new Failure(
                            Exit.FALSE, problems.stream().map(Object::toString).collect(Collectors.joining("\n")));
                case SpeakerFile.Good good -> good;
            };
        } catch (NoSuchFileException missing) {
            throw new Failure(Exit.NO_SUCH, file + ": no such file");
        }
    }

    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description = "Print the JSON schema of a speaker's file, for editors.")
    static final class Schema implements Callable<Integer> {
        @Override
        public Integer call() {
            System.out.print(SpeakerFile.schema());
            return Exit.FINE;
        }
    }
}

package ecmplab.lab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Breaks things on purpose, and mends them. */
@Command(
        name = "fault",
        mixinStandardHelpOptions = true,
        description = "Break a node on purpose; every act has a number and a time, in 'lab events'.",
        subcommands = {
            FaultCommand.Kill.class,
            FaultCommand.Stop.class,
            FaultCommand.Cont.class,
            FaultCommand.Clear.class,
            FaultCommand.Listing.class
        })
final class FaultCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which fault? kill, stop, cont, clear or list");
    }

    /** What all of them take. */
    private static final class Request {
        @Mixin
        private final LabOption lab = new LabOption();

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        int send(String... words) throws IOException {
            var request = new ArrayList<>(List.of(words));
            if (json) {
                request.add("--json");
            }
            var said = Labs.supervisor(lab.choose(), request);
            (said.code() == Exit.FINE ? System.out : System.err).print(said.text());
            return said.code();
        }
    }

    @Command(name = "kill", mixinStandardHelpOptions = true, description = "SIGKILL: it dies without a word.")
    static final class Kill implements Callable<Integer> {
        @Mixin
        private final Request request = new Request();

        @Parameters(paramLabel = "NODE")
        private String node = "";

        @Override
        public Integer call() throws IOException {
            return request.send("fault", "kill", node);
        }
    }

    @Command(name = "stop", mixinStandardHelpOptions = true, description = "SIGSTOP: it is there, and does nothing.")
    static final class Stop implements Callable<Integer> {
        @Mixin
        private final Request request = new Request();

        @Parameters(paramLabel = "NODE")
        private String node = "";

        @Override
        public Integer call() throws IOException {
            return request.send("fault", "stop", node);
        }
    }

    @Command(name = "cont", mixinStandardHelpOptions = true, description = "SIGCONT: a stopped node goes on.")
    static final class Cont implements Callable<Integer> {
        @Mixin
        private final Request request = new Request();

        @Parameters(paramLabel = "NODE")
        private String node = "";

        @Override
        public Integer call() throws IOException {
            return request.send("fault", "cont", node);
        }
    }

    @Command(
            name = "clear",
            mixinStandardHelpOptions = true,
            description = "Take faults back: what was killed is started, what was stopped goes on, bad lines are good.")
    static final class Clear implements Callable<Integer> {
        @Mixin
        private final Request request = new Request();

        @Parameters(paramLabel = "NODE|LINE|ID|all", arity = "0..1", defaultValue = "all")
        private String what = "";

        @Override
        public Integer call() throws IOException {
            return request.send("fault", "clear", what);
        }
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Faults in force.")
    static final class Listing implements Callable<Integer> {
        @Mixin
        private final Request request = new Request();

        @Override
        public Integer call() throws IOException {
            return request.send("fault", "list");
        }
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.drill.DrillReport;
import ecmplab.lab.drill.DrillRunner;
import ecmplab.lab.file.Drill;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.supervisor.LabFaults;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drills of a running lab. */
@Command(
        name = "drill",
        mixinStandardHelpOptions = true,
        description = "Break something under traffic and account for every flow.",
        subcommands = {DrillCommand.ListDrills.class, DrillCommand.Run.class})
final class DrillCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new Failure(Exit.USAGE, "lab drill: list, or run NAME");
    }

    private static Lab lab(StateDirectory directory) {
        return LabJson.mapper().readValue(directory.labFile().toFile(), Lab.class);
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "The drills that the lab file has.")
    static final class ListDrills implements Callable<Integer> {
        @Mixin
        private final LabOption lab = new LabOption();

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            var drills = lab(lab.choose()).drills();
            System.out.print(
                    json
                            ? Json.pretty(drills)
                            : TextTable.render(
                                    List.of("drill", "flows", "steps", "about"),
                                    drills.stream()
                                            .map(drill -> List.of(
                                                    drill.name(),
                                                    String.valueOf(drill.flows()),
                                                    steps(drill),
                                                    drill.about()))
                                            .toList()));
            return Exit.FINE;
        }

        private static String steps(Drill drill) {
            return drill.steps().stream().map(Drill.Step::toString).collect(Collectors.joining(", "));
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Run a drill; the exit code is 1 when an expectation fails.")
    static final class Run implements Callable<Integer> {
        @Mixin
        private final LabOption lab = new LabOption();

        @Parameters(paramLabel = "NAME")
        private String name = "";

        @Option(names = "--flows", paramLabel = "N", description = "Instead of the drill's own number.")
        private int flows;

        @Option(
                names = "--pause",
                paramLabel = "MS",
                defaultValue = "100",
                description = "From one request of a flow to its next; default ${DEFAULT-VALUE}.")
        private int pause = 100;

        @Option(names = "--json", description = "The ledger as JSON on standard output.")
        private boolean json;

        @Option(names = "--report", paramLabel = "FILE", description = "Where to write the ledger as JSON as well.")
        private @Nullable Path report;

        @Override
        public Integer call() throws IOException, InterruptedException {
            var directory = lab.choose();
            var labOfDrill = lab(directory);
            var drill = labOfDrill.drills().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new Failure(
                            Exit.NO_SUCH,
                            "no drill '" + name + "' in lab " + labOfDrill.name() + "; there are "
                                    + labOfDrill.drills().stream()
                                            .map(Drill::name)
                                            .collect(Collectors.joining(", "))));
            if (flows < 0 || flows > 20_000 || pause < 1) {
                throw new Failure(Exit.USAGE, "flows must be 1 to 20000, the pause at least 1 ms");
            }
            var ledger = new DrillRunner(labOfDrill, directory.path(), new LabFaults(directory), System.err::println)
                    .run(drill, flows == 0 ? drill.flows() : flows, Duration.ofMillis(pause));
            System.out.print(json ? Json.pretty(ledger) : DrillReport.text(ledger));
            if (report != null || !json) {
                Reports.save(ledger, report);
            }
            return ledger.passed() ? Exit.FINE : Exit.FALSE;
        }
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The labs that run. */
@Command(name = "list", aliases = "ls", mixinStandardHelpOptions = true, description = "Running labs of this user.")
final class ListCommand implements Callable<Integer> {
    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    private record Row(String lab, int processes, long pid, String directory) {}

    @Override
    public Integer call() throws IOException {
        var rows = new ArrayList<Row>();
        for (var lab : StateDirectory.running()) {
            rows.add(new Row(
                    lab.name(),
                    lab.nodes().size(),
                    lab.owner().map(owner -> owner.pid()).orElse(0L),
                    lab.path().toString()));
        }
        System.out.print(
                json
                        ? Json.pretty(rows)
                        : TextTable.render(
                                List.of("lab", "processes", "pid", "state in"),
                                rows.stream()
                                        .map(row -> List.of(
                                                row.lab(), "" + row.processes(), "" + row.pid(), row.directory()))
                                        .toList()));
        return Exit.FINE;
    }
}

package ecmplab.lab.cli;

import ecmplab.lab.supervisor.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The events of all nodes, merged by their time: one machine, one clock. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "What happened at all nodes, in order, one JSON object a line.")
final class EventsCommand implements Callable<Integer> {
    private static final String SUFFIX = ".events.jsonl";

    @Mixin
    private final LabOption lab = new LabOption();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the lab ends, or Ctrl-C.")
    private boolean follow;

    private final Map<Path, Follow> logs = new HashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var chosen = lab.choose();
        print(chosen);
        while (follow && chosen.alive()) {
            Thread.sleep(LogsCommand.PAUSE);
            print(chosen);
        }
        return Exit.FINE;
    }

    private void print(StateDirectory chosen) throws IOException {
        if (!Files.isDirectory(chosen.path())) {
            return;
        }
        var lines = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(chosen.path(), "*" + SUFFIX)) {
            for (var file : files) {
                lines.addAll(logs.computeIfAbsent(file, Follow::new).lines());
            }
        }
        lines.sort(Comparator.comparing(EventsCommand::time));
        lines.forEach(System.out::println);
    }

    /** {@code {"time":"2026-11-22T23:30:00.123456Z",...}}: the time comes first, and sorts as text once it has one length. */
    private static String time(String line) {
        var start = line.indexOf("\"time\":\"") + "\"time\":\"".length();
        int end = line.indexOf('"', start);
        var time = end < 0 ? "" : line.substring(start, end).replace("Z", "");
        return (time.contains(".") ? time : time + ".") + "0".repeat(Math.max(0, 29 - time.length()));
    }
}

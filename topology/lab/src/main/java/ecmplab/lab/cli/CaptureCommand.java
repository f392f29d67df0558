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

/** Writes what passes a node's ports to a file, while it passes. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        description = {
            "Write what passes ports of a node to a pcapng file, until Ctrl-C, the time is over or the file is full.",
            "A packet that the node dropped has the reason as its comment: tshark -Y frame.comment shows those."
        })
final class CaptureCommand implements Callable<Integer> {
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final int OCTETS_OF_MEGABYTE = 1_000_000;

    @Mixin
    private final LabOption lab = new LabOption();

    @Parameters(index = "0", paramLabel = "NODE")
    private String node = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "Must not be there yet.")
    private Path file = Path.of("");

    @Parameters(index = "2..*", paramLabel = "PORT", description = "Default all ports of the node.")
    private List<String> ports = List.of();

    @Option(names = "--for", paramLabel = "DURATION", description = "Such as 500ms or 10s; default until Ctrl-C.")
    private String time = "";

    @Option(names = "--snap", paramLabel = "OCTETS", description = "Octets kept of each packet; default all.")
    private int snap;

    @Option(names = "--max", paramLabel = "MEGABYTES", description = "Largest file; default 64.")
    private int most = 64;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        var chosen = lab.choose();
        var kind = Labs.kind(chosen, node);
        if (!List.of("router", "mux", "host").contains(kind)) {
            throw new Failure(
                    Exit.FALSE,
                    node + " (" + kind + ") has only the kernel's own ports: 'lab exec " + node
                            + " -- tcpdump' captures there");
        }
        var length = time.isEmpty() ? LONGEST : ShowRequest.duration(time);
        var request = new ArrayList<>(List.of(
                "capture",
                ports.isEmpty() ? "all" : String.join(",", ports),
                file.toAbsolutePath().toString(),
                "--octets",
                "" + (long) most * OCTETS_OF_MEGABYTE,
                "--millis",
                "" + Math.min(length.toMillis(), LONGEST.toMillis())));
        if (snap > 0) {
            request.addAll(List.of("--snap", "" + snap));
        }
        if (json) {
            request.add("--json");
        }
        return ControlClient.stream(
                chosen.socket(node), request, length.plus(GRACE), Printing.asItIs(System.out, System.err));
    }
}

package ecmplab.lab.drill;

import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.Json;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.Vip;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What {@code lab demo} shows of a running lab: requests through the VIP, then the first drill with its ledger. */
public final class Demo {
    private static final int REQUESTS = 40;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Lab lab;
    private final Path directory;
    private final DrillRunner.Faults faults;
    private final PrintStream out;

    /** @param directory the lab's state directory */
    public Demo(Lab lab, Path directory, DrillRunner.Faults faults, PrintStream out) {
        this.lab = lab;
        this.directory = directory;
        this.faults = faults;
        this.out = out;
    }

    /** What came of it; {@code failures} are empty when all was as it should be. */
    public record Outcome(List<String> failures, Ledger ledger) {
        public Outcome {
            failures = List.copyOf(failures);
        }
    }

    /** Runs both parts. @throws IOException when the lab does not answer */
    public Outcome run() throws IOException, InterruptedException {
        var failures = new ArrayList<>(requests());
        var drill = lab.drills().stream()
                .findFirst()
                .orElseThrow(() -> new IOException("lab " + lab.name() + " has no drill"));
        out.println();
        out.println(drill.flows() + " long-lived TCP flows through the VIP, each asking every " + PAUSE.toMillis()
                + " ms; then: " + drill.about());
        var ledger = new DrillRunner(lab, directory, faults, line -> out.println("  " + line))
                .run(drill, drill.flows(), PAUSE);
        out.println();
        out.print(DrillReport.text(ledger));
        failures.addAll(ledger.failures());
        return new Outcome(failures, ledger);
    }

    /** Asks over HTTP, a new flow each time, and says who answered. Returns what was wrong. */
    private List<String> requests() throws IOException {
        var client = lab.nodes(Node.Client.class).stream()
                .findFirst()
                .orElseThrow(() -> new IOException("lab " + lab.name() + " has no client"));
        var vip =
                lab.vips().stream().findFirst().orElseThrow(() -> new IOException("lab " + lab.name() + " has no VIP"));
        var endpoint = vip.endpoints().stream()
                .filter(each -> each.transport() == Vip.Transport.TCP)
                .findFirst()
                .orElseThrow(() -> new IOException("lab " + lab.name() + " has no TCP endpoint"));
        var destination = vip.destination(endpoint);
        out.println(REQUESTS + " HTTP requests from " + client.name() + " to http://" + destination + "/");
        var said = ControlClient.ask(
                directory.resolve(client.name() + ".sock"),
                List.of("http", "get", destination, String.valueOf(REQUESTS), "--json"));
        var results = Json.MAPPER.readTree(said.text());
        var failures = new ArrayList<String>();
        var answers = new TreeMap<String, Integer>();
        JsonNode example = null;
        for (var result : results) {
            if (result.hasNonNull("why")) {
                failures.add("a request got no answer: " + result.get("why").asString());
            } else if (!result.get("client").equals(result.get("seen"))) {
                failures.add("a VM saw " + result.get("seen").asString() + " instead of "
                        + result.get("client").asString());
            } else {
                answers.merge(result.get("vm").asString(), 1, Integer::sum);
                example = result;
            }
        }
        answers.forEach((vm, count) -> out.println("  " + vm + " answered " + count));
        if (example != null) {
            out.println(String.format(
                    Locale.ROOT,
                    "  each saw the client's own address, such as %s: nothing on the way hides it",
                    example.get("seen").asString()));
        }
        failures.forEach(failure -> out.println("  ! " + failure));
        return failures;
    }
}

package ecmplab.lab.supervisor;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.Json;
import ecmplab.lab.drill.DrillRunner;
import ecmplab.lab.file.Drill;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Has the supervisor of a running lab do the acts of a drill. */
public record LabFaults(StateDirectory directory) implements DrillRunner.Faults {
    @Override
    public Instant act(Drill.Step step) throws IOException {
        var words = switch (step.act()) {
            case KILL, STOP, CONT -> List.of("fault", step.act().word(), step.target(), "--json");
            case RESTART -> List.of("restart", step.target(), "--json");
            case FLOOD -> throw new IllegalArgumentException(step + ": a client does that");
            case IMPAIR, PARTITION, HEAL -> List.of("fault", "impair", step.target(), step.how(), "--json");
        };
        var said = ControlClient.ask(directory.supervisorSocket(), words);
        if (said.code() != Answer.FINE) {
            throw new IOException(String.join(" ", words) + ": " + said.text().strip());
        }
        return Instant.parse(
                Json.MAPPER.readTree(said.text()).get(0).get("time").asString());
    }
}

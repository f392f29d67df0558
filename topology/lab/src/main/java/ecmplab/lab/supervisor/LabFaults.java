package ecmplab.lab.supervisor;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.Json;
import ecmplab.lab.drill.DrillRunner;
import ecmplab.lab.file.Drill;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Has the supervisor of a running lab do the acts of a drill. */
public record LabFaults(StateDirectory directory) implements DrillRunner.Faults {
    @Override
    public Instant act(Drill.Act act, String node) throws IOException {
        var words = switch (act) {
            case KILL, STOP, CONT -> List.of("fault", act.name().toLowerCase(Locale.ROOT), node, "--json");
            case RESTART -> List.of("restart", node, "--json");
        };
        var said = ControlClient.ask(directory.supervisorSocket(), words);
        if (said.code() != Answer.FINE) {
            throw new IOException(String.join(" ", words) + ": " + said.text().strip());
        }
        return Instant.parse(
                Json.MAPPER.readTree(said.text()).get(0).get("time").asString());
    }
}

package ecmplab.lab.file;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Traffic, faults in order, and what must hold at the end.
 *
 * @param flows long-lived TCP flows that run throughout
 */
public record Drill(String name, String about, int flows, List<Step> steps, Expectation expectation) {
    public Drill {
        steps = List.copyOf(steps);
    }

    /** What is done to a node. */
    public enum Act {
        KILL,
        STOP,
        CONT,
        RESTART
    }

    /** @param hold how long traffic runs on before the next step */
    public record Step(Act act, String node, Duration hold) {}

    /**
     * @param broken how many flows may break at most
     * @param stall the longest a flow may stand still
     */
    public record Expectation(int broken, Optional<Duration> stall) {}
}

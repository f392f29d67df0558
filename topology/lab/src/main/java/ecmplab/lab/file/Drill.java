package ecmplab.lab.file;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
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

    /** What is done: the first four to a node, the next three to a line, the last to a VIP. */
    public enum Act {
        KILL,
        STOP,
        CONT,
        RESTART,
        IMPAIR,
        PARTITION,
        HEAL,
        FLOOD;

        /** As it stands in a lab file. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param target a node, or a {@link Line} by one of its names; of a flood the client that it comes from
     * @param how what is done to a line, as {@code lab impair} takes it after the line; of a flood where it goes, its rate and
     *     how many source ports it has, {@code 203.0.113.20:9 500000 1024}; else empty
     * @param hold how long traffic runs on before the next step; as long as that a flood lasts
     */
    public record Step(Act act, String target, String how, Duration hold) {
        /** {@code kill mux2}, {@code impair edge--mux2 loss 5%}. */
        @Override
        public String toString() {
            return act.word() + " " + target + (act == Act.IMPAIR || act == Act.FLOOD ? " " + how : "");
        }
    }

    /**
     * @param broken how many flows may break at most
     * @param stall the longest a flow may stand still
     * @param blackHoled how many of those that break may do so without a word
     * @param sessionsLost how many BGP sessions may go down, and paths fail by BFD
     */
    public record Expectation(
            int broken, Optional<Duration> stall, Optional<Integer> blackHoled, Optional<Integer> sessionsLost) {}
}

package ecmplab.lab.drill;

import ecmplab.lab.traffic.FlowRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a drill cost, per flow and in sum.
 *
 * @param edge kind of the edge router: {@code router}, {@code frr}, {@code bird}
 * @param failures why the verdict is not good, one line each; empty when the drill passed
 */
public record Ledger(
        String lab,
        String drill,
        String edge,
        Instant started,
        Instant ended,
        Totals totals,
        List<StepCost> steps,
        List<FloodCost> floods,
        List<Moment> timeline,
        List<FlowFate> flows,
        List<String> failures) {
    public Ledger {
        steps = List.copyOf(steps);
        floods = List.copyOf(floods);
        timeline = List.copyOf(timeline);
        flows = List.copyOf(flows);
        failures = List.copyOf(failures);
    }

    public boolean passed() {
        return failures.isEmpty();
    }

    /**
     * Counts of flows.
     *
     * @param established how many ever were
     * @param kept never broken, whether they moved or stalled or not
     * @param neverEstablished the client could not open them
     * @param stalled at least once since the first step
     * @param sessionsLost BGP sessions that went down since the first step, as each of our nodes saw it
     * @param pathsFailed paths between neighbours that BFD saw fail since then
     * @param unanswered still open at the end, their last request without an answer
     */
    public record Totals(
            int established,
            int neverEstablished,
            int kept,
            int moved,
            int movedByHash,
            int movedBySecondChance,
            int stalled,
            int reset,
            int closed,
            int blackHoled,
            int unanswered,
            int misdelivered,
            int sessionsLost,
            int pathsFailed,
            long requests,
            long answers) {
        public int broken() {
            return reset + closed + blackHoled;
        }
    }

    /**
     * What one fault or return cost until the next step.
     *
     * @param target a node or a line
     * @param what the whole step in words
     * @param detection milliseconds from the step to the edge router's news of it; empty when it has seen none
     * @param rerouted milliseconds from the step until packets were routed by the new set of next hops
     * @param resumed milliseconds from the step until the last stalled flow moved again
     * @param moved flows that another MUX carries than before the step
     */
    public record StepCost(
            String act,
            String target,
            String what,
            Instant at,
            OptionalDouble detection,
            OptionalDouble rerouted,
            OptionalDouble resumed,
            int moved,
            int stalled,
            Stalls stalls) {}

    /** The longest stall of each stalled flow, in milliseconds; zeros when none stalled. */
    public record Stalls(double p50, double p99, double max) {
        public static final Stalls NONE = new Stalls(0, 0, 0);
    }

    /** An entry of the timeline. {@code milliseconds} after the first step; negative before it. */
    public record Moment(double milliseconds, Instant time, String node, String what) {}

    /**
     * One flow.
     *
     * @param muxes who carried it, in order, one after another, without repeats in a row
     * @param secondChance whether a host agent had to pass its packets on to the host that knows it
     */
    public record FlowFate(FlowRecord record, List<String> muxes, boolean secondChance) {
        public FlowFate {
            muxes = List.copyOf(muxes);
        }

        public boolean moved() {
            return muxes.size() > 1;
        }

        /** The longest stall that began in the given time, or that had begun before and lasted into it. */
        public Optional<FlowRecord.Stall> longestStall(Instant from, Instant to) {
            return record.stalls().stream()
                    .filter(stall -> stall.asked().isBefore(to) && end(stall).isAfter(from))
                    .max(java.util.Comparator.comparingDouble(FlowRecord.Stall::milliseconds));
        }

        static Instant end(FlowRecord.Stall stall) {
            return stall.asked().plusNanos((long) (stall.milliseconds() * 1e6));
        }
    }
}

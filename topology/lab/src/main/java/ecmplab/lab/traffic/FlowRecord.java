package ecmplab.lab.traffic;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the client itself has seen of one of its flows.
 *
 * @param id carried in every request
 * @param localPort the client's TCP port, which finds the flow in the nodes' flow tables
 * @param vm who answered first; null when nobody did
 * @param misdelivered answers that came from another VM or spoke of another flow
 * @param stalls answers that took longer than {@link FlowTraffic#STALL}, oldest first, the longest 64 kept at most
 */
public record FlowRecord(
        int id,
        int localPort,
        @Nullable String vm,
        Outcome outcome,
        @Nullable String why,
        @Nullable Instant established,
        long requests,
        long answers,
        long misdelivered,
        List<Stall> stalls) {
    /** How the flow stands, or how it ended. */
    public enum Outcome {
        CONNECTING,
        OPEN,
        /** The connection could not be made. */
        REFUSED,
        /** RST received. */
        RESET,
        /** FIN received though the client was not done. */
        CLOSED,
        /** Open, but the last request has been without an answer for longer than {@link FlowTraffic#BLACK_HOLE}. */
        BLACK_HOLED
    }

    /** A request that waited long. {@code milliseconds} until its answer came, or until now when it has not. */
    public record Stall(Instant asked, double milliseconds, boolean answered) {}

    public FlowRecord {
        stalls = List.copyOf(stalls);
    }

    /** Established once and lost since. */
    public boolean broken() {
        return outcome == Outcome.RESET || outcome == Outcome.CLOSED || outcome == Outcome.BLACK_HOLED;
    }
}

package ecmplab.bgp.bfd;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session changed its state.
 *
 * @param diagnostic why, as we tell the peer
 * @param remoteState as the peer said last
 * @param remoteDiagnostic as the peer said last
 * @param silence since the packet before this change; null when there was none
 * @param detectionTime silence that makes us find the peer gone, as it was then; zero before the first packet
 */
public record BfdEvent(
        Instant at,
        BfdState from,
        BfdState to,
        Diagnostic diagnostic,
        BfdState remoteState,
        Diagnostic remoteDiagnostic,
        @Nullable Duration silence,
        Duration detectionTime) {
    /** Whether the path to the peer failed: not when the session never was up, or either end was told to stop (RFC 5882 section 4.2). */
    public boolean isFailure() {
        return from == BfdState.UP && to == BfdState.DOWN && remoteState != BfdState.ADMIN_DOWN;
    }

    @Override
    public String toString() {
        var heard = silence == null ? "" : ", last packet " + milliseconds(silence) + " ms before";
        var limit = diagnostic == Diagnostic.DETECTION_TIME_EXPIRED
                ? ", detection time " + milliseconds(detectionTime) + " ms"
                : "";
        var why = diagnostic == Diagnostic.NONE ? "" : ": " + diagnostic + why();
        return "BFD " + from + " to " + to + why + heard + limit;
    }

    private String why() {
        return diagnostic == Diagnostic.NEIGHBOR_SIGNALED_DOWN
                ? " (" + remoteState + ", " + remoteDiagnostic + ")"
                : "";
    }

    private static String milliseconds(Duration duration) {
        return "%.1f".formatted(duration.toNanos() / 1e6);
    }
}

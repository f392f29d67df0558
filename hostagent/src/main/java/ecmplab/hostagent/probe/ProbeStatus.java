package ecmplab.hostagent.probe;

import java.time.Instant;
import java.util.Optional;

/**
 * A probe as it stood when asked: a snapshot.
 *
 * @param since when the health became what it is: the probe's start while unknown
 * @param contrary consecutive results that speak against {@code health}, below the threshold
 * @param last the last attempt that ended
 */
public record ProbeStatus(
        ProbeSpec spec,
        Health health,
        Instant since,
        int contrary,
        long attempts,
        long failures,
        Optional<ProbeResult> last) {
    static ProbeStatus start(ProbeSpec spec, Instant at) {
        return new ProbeStatus(spec, Health.UNKNOWN, at, 0, 0, 0, Optional.empty());
    }

    /** What is known after one more attempt. */
    ProbeStatus after(ProbeResult result) {
        var says = result.up() ? Health.UP : Health.DOWN;
        int against = says == health ? 0 : contrary + 1;
        boolean changes = says != health && (health == Health.UNKNOWN || against >= spec.threshold());
        return new ProbeStatus(
                spec,
                changes ? says : health,
                changes ? result.at() : since,
                changes ? 0 : against,
                attempts + 1,
                failures + (result.up() ? 0 : 1),
                Optional.of(result));
    }
}

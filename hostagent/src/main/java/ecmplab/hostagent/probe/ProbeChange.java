package ecmplab.hostagent.probe;

import java.time.Instant;

/**
 * A backend's health changed.
 *
 * @param at wall time of the attempt that made the difference
 * @param to never {@link Health#UNKNOWN}
 * @param why what that attempt said
 */
public record ProbeChange(Instant at, ProbeSpec spec, Health from, Health to, String why) {}

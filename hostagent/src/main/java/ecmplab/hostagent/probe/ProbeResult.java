package ecmplab.hostagent.probe;

import java.time.Duration;
import java.time.Instant;

/**
 * How one attempt ended.
 *
 * @param at when it ended
 * @param why for people: such as {@code 200 OK}, {@code connection refused}, {@code no answer within 1000 ms}
 * @param took the whole attempt
 */
public record ProbeResult(Instant at, boolean up, String why, Duration took) {}

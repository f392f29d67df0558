package ecmplab.mux.flow;

import java.time.Duration;

/**
 * How much a flow table may hold and how fast it may fill.
 *
 * @param trusted flows of which more than one packet was seen
 * @param untrusted flows of which one packet was seen; small, as this is what a SYN flood can fill
 * @param untrustedTimeout how long an untrusted flow without packets is kept; up to this age a repeated SYN stays at its member
 * @param newFlowsPerSecond beyond it new flows are not inserted and the Maglev slot alone decides
 */
public record FlowLimits(int trusted, int untrusted, Duration untrustedTimeout, int newFlowsPerSecond) {
    /** For a MUX of a lab: 65536 flows in 4 MiB. */
    public static final FlowLimits LAB = new FlowLimits(57_344, 8_192, Duration.ofSeconds(10), 50_000);

    /** For a MUX under load: more than a million flows in 64 MiB, and the rate at which Katran stops inserting. */
    public static final FlowLimits LARGE = new FlowLimits(1_048_576, 131_072, Duration.ofSeconds(10), 125_000);

    private static final int MOST = 1 << 24;

    public FlowLimits {
        if (trusted < 1 || untrusted < 1 || trusted > MOST || untrusted > MOST) {
            throw new IllegalArgumentException(
                    "flow quotas " + trusted + " and " + untrusted + ": must be 1 to " + MOST + " each");
        }
        if (untrustedTimeout.compareTo(Duration.ofMillis(1)) < 0
                || untrustedTimeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "timeout of untrusted flows " + untrustedTimeout + ": must be 1 ms to 1 h");
        }
        if (newFlowsPerSecond < 1 || newFlowsPerSecond > 100_000_000) {
            throw new IllegalArgumentException(
                    "new flows per second " + newFlowsPerSecond + ": must be 1 to 100000000");
        }
    }

    /** Half of the quotas and of the rate: for the table of IPv6 flows, whose entries are twice as wide. */
    public FlowLimits half() {
        return new FlowLimits(
                Math.max(1, trusted / 2),
                Math.max(1, untrusted / 2),
                untrustedTimeout,
                Math.max(1, newFlowsPerSecond / 2));
    }

    int capacity() {
        return trusted + untrusted;
    }
}

package ecmplab.router.ecmp;

import java.time.Duration;

/**
 * How groups are made.
 *
 * @param buckets of a resilient group
 * @param idle how long no packet has come for a bucket before it may move to a member that is short of buckets
 * @param unbalanced how long a resilient group may stay unbalanced before busy buckets move too; zero for never
 */
public record EcmpPolicy(EcmpMode mode, int buckets, Duration idle, Duration unbalanced) {
    public static final int DEFAULT_BUCKETS = 512;
    /** Resilient with the timers of Linux: 2 min idle, never forced. */
    public static final EcmpPolicy RESILIENT = of(EcmpMode.RESILIENT, DEFAULT_BUCKETS);

    private static final int MAX_BUCKETS = 65_536;

    public EcmpPolicy {
        if (buckets < 1 || buckets > MAX_BUCKETS) {
            throw new IllegalArgumentException("buckets " + buckets + ": must be 1 to " + MAX_BUCKETS);
        }
        if (idle.isNegative() || unbalanced.isNegative()) {
            throw new IllegalArgumentException("timers " + idle + " and " + unbalanced + ": must not be negative");
        }
    }

    /** A mode with the timers of Linux. */
    public static EcmpPolicy of(EcmpMode mode, int buckets) {
        return new EcmpPolicy(mode, buckets, Duration.ofMinutes(2), Duration.ZERO);
    }
}

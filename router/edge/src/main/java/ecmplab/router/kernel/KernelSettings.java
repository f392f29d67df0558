package ecmplab.router.kernel;

import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import java.time.Duration;

/**
 * How routes are kept in the kernel.
 *
 * @param ecmp the kernel's {@code mpath} is hash-threshold (RFC 2992); it has no modulo
 * @param repair put back what somebody else changed; else only tell
 * @param checkEvery how often all of the kernel's tables are read; news of changes is looked at as it comes
 * @param sweepAfter how long routes of a predecessor stay that is gone without taking them along, for BGP to learn them again
 */
public record KernelSettings(EcmpPolicy ecmp, boolean repair, Duration checkEvery, Duration sweepAfter) {
    public KernelSettings {
        if (ecmp.mode() == EcmpMode.MODULO) {
            throw new IllegalArgumentException("the kernel has no next-hop groups by modulo");
        }
        if (!checkEvery.isPositive() || sweepAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "check every " + checkEvery + ", sweep after " + sweepAfter + ": must be positive");
        }
    }

    /** A check in 30 s, a predecessor's routes kept for 30 s. */
    public static KernelSettings of(EcmpPolicy ecmp, boolean repair) {
        return new KernelSettings(ecmp, repair, Duration.ofSeconds(30), Duration.ofSeconds(30));
    }
}

package ecmplab.router.forward;

import ecmplab.port.neighbor.NeighborSettings;

/**
 * Fixed properties of the forwarding path.
 *
 * @param hashSeed of the flow hash; differs from every other node's on the way, or their choices follow each other
 * @param icmpPerSecond errors sent at most, over all interfaces
 * @param icmpBurst errors sent at most at once
 */
public record ForwardingSettings(long hashSeed, int icmpPerSecond, int icmpBurst, NeighborSettings neighbors) {
    /** Linux's limits on ICMP errors: 1000 a second, 50 at once. */
    public static ForwardingSettings of(long hashSeed) {
        return new ForwardingSettings(hashSeed, 1000, 50, NeighborSettings.STANDARD);
    }

    public ForwardingSettings {
        if (icmpPerSecond < 1 || icmpBurst < 1) {
            throw new IllegalArgumentException(
                    "ICMP limits " + icmpPerSecond + " a second, " + icmpBurst + " at once: each must be at least 1");
        }
    }
}

package ecmplab.router.forward;

import ecmplab.port.neighbor.NeighborSettings;

/**
 * Fixed properties of the forwarding path.
 *
 * @param hashSeed of the flow hash; differs from every other node's on the way, or their choices follow each other
 * @param hash what is hashed
 * @param icmpPerSecond errors sent at most, over all interfaces
 * @param icmpBurst errors sent at most at once
 */
public record ForwardingSettings(
        long hashSeed, HashPolicy hash, int icmpPerSecond, int icmpBurst, NeighborSettings neighbors) {
    /** The 5-tuple, and Linux's limits on ICMP errors: 1000 a second, 50 at once. */
    public static ForwardingSettings of(long hashSeed) {
        return of(hashSeed, HashPolicy.FIVE_TUPLE);
    }

    public static ForwardingSettings of(long hashSeed, HashPolicy hash) {
        return new ForwardingSettings(hashSeed, hash, 1000, 50, NeighborSettings.STANDARD);
    }

    public ForwardingSettings {
        if (icmpPerSecond < 1 || icmpBurst < 1) {
            throw new IllegalArgumentException(
                    "ICMP limits " + icmpPerSecond + " a second, " + icmpBurst + " at once: each must be at least 1");
        }
    }
}

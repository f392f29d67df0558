package ecmplab.controller.slb;

import java.time.Duration;

/**
 * Patience and bounds of the SLB manager.
 *
 * @param agentTimeout an agent that wrote no heartbeat for so long is taken for dead
 * @param prepareTimeout a host that has not acknowledged a prepared generation by then is degraded
 * @param startGrace an endpoint's first table waits this long at most for the health of all of its backends
 * @param maxGenerations tables an endpoint keeps; beyond that, the oldest retired one goes before its time
 */
public record SlbSettings(Duration agentTimeout, Duration prepareTimeout, Duration startGrace, int maxGenerations) {
    public static final SlbSettings USUAL =
            new SlbSettings(Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(3), 8);

    /**
     * Beyond this silence what lives on a host is given up, so that its flows are told instead of lost. Longer than {@link #agentTimeout},
     * by which only new flows are led elsewhere: a host whose control channel is cut off may still serve the flows it has.
     */
    Duration deadAfter() {
        return agentTimeout.multipliedBy(3);
    }

    public SlbSettings {
        if (maxGenerations < 3) {
            throw new IllegalArgumentException("generations " + maxGenerations
                    + ": must be at least 3, for a retired, an active and a prepared one");
        }
    }
}

package ecmplab.port.neighbor;

import java.time.Duration;

/**
 * Times and limits of a {@link NeighborCache}.
 *
 * @param reachable how long a confirmed address is used without doubt
 * @param retransmit between two requests for the same address
 * @param attempts requests without an answer before a neighbour has failed, or, when it was known, is sought by broadcast
 * @param failedHold how long a failed neighbour is not asked for again
 * @param idle after how long without use an entry is forgotten
 * @param capacity entries; beyond it, the longest unused known one makes room
 * @param waitingPerNeighbor packets that wait for one unresolved address; the oldest is dropped for a newer one
 * @param waiting packets that wait in all, which bounds the frames taken from the pool
 */
public record NeighborSettings(
        Duration reachable,
        Duration retransmit,
        int attempts,
        Duration failedHold,
        Duration idle,
        int capacity,
        int waitingPerNeighbor,
        int waiting) {
    public static final NeighborSettings STANDARD = new NeighborSettings(
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            3,
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            1024,
            8,
            256);

    public NeighborSettings {
        if (attempts < 1 || capacity < 1 || waitingPerNeighbor < 1 || waiting < 1) {
            throw new IllegalArgumentException("attempts " + attempts + ", capacity " + capacity + ", waiting "
                    + waitingPerNeighbor + " and " + waiting + ": each must be at least 1");
        }
    }
}

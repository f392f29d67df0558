package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.session.SessionSnapshot;
import java.util.List;

/**
 * Everything about one neighbour.
 *
 * @param counts by family; empty when no session is established
 * @param loops routes of this session not used, because our own AS was in their path
 * @param refused routes of this session not taken, because the table was full
 */
public record NeighborSnapshot(
        NeighborConfig config, SessionSnapshot session, List<PeerCounts> counts, long loops, long refused) {
    public NeighborSnapshot {
        counts = List.copyOf(counts);
    }
}

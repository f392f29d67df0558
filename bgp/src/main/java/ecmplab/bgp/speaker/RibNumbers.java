package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.rib.RibCounts;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables in numbers, as the RIB thread saw them at one moment: all together, and by established session. */
record RibNumbers(RibCounts table, Map<Exchange, PeerNumbers> peers) {
    RibNumbers {
        peers = Map.copyOf(peers);
    }

    /** What {@link NeighborSnapshot} says of a session. */
    record PeerNumbers(List<PeerCounts> counts, long loops, long refused) {
        static final PeerNumbers NONE = new PeerNumbers(List.of(), 0, 0);
    }

    PeerNumbers of(@Nullable Exchange exchange) {
        return exchange == null ? PeerNumbers.NONE : peers.getOrDefault(exchange, PeerNumbers.NONE);
    }
}

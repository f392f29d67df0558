package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.RibCounts;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.util.List;

/** What {@code show bgp summary} shows; peers in order of address. {@code table.version()} is the table version. */
public record SpeakerSummary(RouterId routerId, Asn as, RibCounts table, List<PeerSummary> peers) {
    public SpeakerSummary {
        peers = List.copyOf(peers);
    }
}

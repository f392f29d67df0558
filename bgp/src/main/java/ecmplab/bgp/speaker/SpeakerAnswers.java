package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerCounts;
import ecmplab.bgp.rib.RibView;
import java.util.List;

/** Puts together what sessions and RIB know of a neighbour. On the RIB thread. */
final class SpeakerAnswers {
    private SpeakerAnswers() {}

    static PeerSummary summary(NeighborLink link, RibView view) {
        var session = link.neighbor.snapshot();
        var counts = counts(link, view);
        var lastClose = session.lastClose();
        return new PeerSummary(
                link.address(),
                link.config.session().remoteAsn(),
                link.config.description(),
                link.config.group(),
                link.config.missingPolicies(),
                session.state(),
                session.since(),
                session.received().total(),
                session.sent().total(),
                counts.stream().mapToInt(PeerCounts::received).sum(),
                counts.stream().mapToInt(PeerCounts::announced).sum(),
                lastClose == null ? null : lastClose.toString());
    }

    static NeighborSnapshot snapshot(NeighborLink link, RibView view) {
        var peer = link.peer();
        return new NeighborSnapshot(
                link.config,
                link.neighbor.snapshot(),
                counts(link, view),
                peer == null ? 0 : view.loops(peer),
                peer == null ? 0 : view.refused(peer));
    }

    private static List<PeerCounts> counts(NeighborLink link, RibView view) {
        var peer = link.peer();
        return peer == null ? List.of() : view.counts(peer);
    }
}

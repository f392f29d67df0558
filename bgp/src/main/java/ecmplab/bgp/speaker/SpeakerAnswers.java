package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerCounts;

/** Puts together what sessions and RIB know of a neighbour. */
final class SpeakerAnswers {
    private SpeakerAnswers() {}

    static PeerSummary summary(NeighborLink link, RibNumbers numbers) {
        var session = link.neighbor.snapshot();
        var counts = numbers.of(link.exchange()).counts();
        var lastClose = session.lastClose();
        return new PeerSummary(
                link.address(),
                link.config().session().remoteAsn(),
                link.config().description(),
                link.config().group(),
                link.config().missingPolicies(),
                session.state(),
                session.since(),
                session.received().total(),
                session.sent().total(),
                counts.stream().mapToInt(PeerCounts::received).sum(),
                counts.stream().mapToInt(PeerCounts::announced).sum(),
                lastClose == null ? null : lastClose.toString());
    }

    static NeighborSnapshot snapshot(NeighborLink link, RibNumbers numbers) {
        var of = numbers.of(link.exchange());
        return new NeighborSnapshot(link.config(), link.neighbor.snapshot(), of.counts(), of.loops(), of.refused());
    }
}

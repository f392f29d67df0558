package ecmplab.lab.node;

import ecmplab.bgp.speaker.SpeakerEvent;
import ecmplab.bgp.speaker.SpeakerListener;
import ecmplab.lab.show.Occurrence;

/** Writes a speaker's events into the node's event log, in words. */
final class BgpEvents implements SpeakerListener {
    private final EventLog log;

    BgpEvents(EventLog log) {
        this.log = log;
    }

    @Override
    public void on(SpeakerEvent event) {
        switch (event) {
            // The session events say what matters of states; the router says what its next hops became.
            case SpeakerEvent.StateChanged ignored -> {}
            case SpeakerEvent.NextHopsChanged ignored -> {}
            default -> {
                var occurrence = Occurrence.of(event);
                log.add(occurrence.time(), occurrence.kind(), occurrence.details());
            }
        }
    }
}

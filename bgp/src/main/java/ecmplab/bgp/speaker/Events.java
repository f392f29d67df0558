package ecmplab.bgp.speaker;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;

/** Tells the speaker's listener, with the time. */
record Events(SpeakerListener listener, InstantSource clock) {
    void tell(Function<Instant, SpeakerEvent> event) {
        listener.on(event.apply(clock.instant()));
    }
}

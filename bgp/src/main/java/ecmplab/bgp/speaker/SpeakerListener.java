package ecmplab.bgp.speaker;

/** Told what happens, as it happens. Called on event loops and on the RIB thread, one event at a time per thread; must not block. */
@FunctionalInterface
public interface SpeakerListener {
    void on(SpeakerEvent event);
}

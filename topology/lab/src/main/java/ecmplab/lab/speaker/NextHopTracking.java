package ecmplab.lab.speaker;

import ecmplab.bgp.speaker.Speaker;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Lets a speaker use only next hops that the kernel has a route to. {@link #update} is called by one thread, now and then or when
 * {@link KernelChanges} says so. */
public final class NextHopTracking {
    private final Speaker speaker;
    /** What the speaker goes by; null when it takes every next hop to be reachable. */
    private @Nullable KernelRoutes current;

    public NextHopTracking(Speaker speaker) {
        this.speaker = speaker;
    }

    /**
     * Reads the kernel's routes, and has next hops judged again when they are others.
     *
     * @param wanted whether to go by them at all
     */
    public void update(boolean wanted) throws IOException {
        if (wanted) {
            var now = KernelRoutes.read();
            if (!now.equals(current)) {
                current = now;
                speaker.trackNextHops(now::reach);
            }
        } else if (current != null) {
            current = null;
            speaker.trackNextHops(address -> true);
        }
    }
}

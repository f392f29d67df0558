package ecmplab.mux.forward;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.mux.announce.Timer;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a MUX needs around it.
 *
 * @param routes where it announces VIPs
 * @param timer for the stages of a drain
 * @param nanoTime the clock of its forwarding thread
 * @param wallTime of events
 * @param events runs one task at a time in order, and never on the forwarding thread: announcements and events happen there
 * @param listener of events; called by {@code events}
 */
public record Surroundings(
        RouteOrigin routes,
        Timer timer,
        LongSupplier nanoTime,
        InstantSource wallTime,
        Executor events,
        Consumer<MuxEvent> listener) {}

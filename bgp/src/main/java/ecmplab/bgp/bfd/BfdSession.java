package ecmplab.bgp.bfd;

import java.net.InetAddress;

/** A peer that is watched, from {@link Bfd#watch} on. Any thread may call. */
public interface BfdSession extends AutoCloseable {
    InetAddress local();

    InetAddress remote();

    /** Other timers; the peer is asked to take them without a moment's loss of protection (RFC 5880 section 6.8.3). */
    void configure(BfdTimers timers);

    /** What is so now; asks the BFD thread, unless it is the one that calls. */
    BfdSnapshot snapshot();

    /** Ends the session by telling the peer AdminDown, which is no failure; the listener is told once more. Does not wait. */
    @Override
    void close();
}

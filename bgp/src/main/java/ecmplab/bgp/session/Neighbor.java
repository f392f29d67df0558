package ecmplab.bgp.session;

import ecmplab.bgp.wire.Notification;

/** A configured peer: dials or waits, again and again, until stopped. Made by {@link SessionServer#add}. Any thread may call. */
public interface Neighbor {
    SessionConfig config();

    /**
     * Goes on with another configuration of the same address. What {@linkplain SessionConfig#needsReset needs a reset} ends the
     * session with Cease/6 and begins anew; the rest counts from the next session on.
     *
     * @throws IllegalArgumentException when the address differs
     * @throws UnsupportedOperationException when it has a password and the transport no MD5
     */
    void reconfigure(SessionConfig config);

    /** Begins to dial or to accept; nothing happens when started already. */
    void start();

    /** Ends any session with Cease/2 and the text for the peer's operator (RFC 9003; may be empty), and stays down until started. */
    void stop(String text);

    /** Ends any connection with the NOTIFICATION (such as Cease/4) and begins anew. */
    void reset(Notification notification);

    /** What is so now; never waits for the event loop. */
    SessionSnapshot snapshot();
}

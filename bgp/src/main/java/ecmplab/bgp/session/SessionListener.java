package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;

/** Told what happens to a neighbour and its sessions, on the neighbour's event loop. No method may block. */
public interface SessionListener {
    /** The session is up; nothing was received on it yet. UPDATEs may be sent from now on. */
    void established(Session session, Negotiated negotiated);

    /**
     * Routes were received. The batch is the listener's from now on.
     *
     * @return false when the RIB's queue is full now: the batch was taken all the same, but the session stops reading until
     *     {@link Session#resumeReading}, so that TCP pushes back
     */
    boolean routes(Session session, RouteBatch batch);

    /** The peer wants all routes of the family again (RFC 2918). */
    void routeRefresh(Session session, AddressFamily family);

    /**
     * What the peer sends of the family from now on is all of it; what it announced before and not again by {@link #refreshEnds} is
     * gone (BoRR, RFC 7313). Only where enhanced route refresh was negotiated.
     */
    default void refreshBegins(Session session, AddressFamily family) {}

    /** The end of what {@link #refreshBegins} began (EoRR, RFC 7313). */
    default void refreshEnds(Session session, AddressFamily family) {}

    /** The session is over; its routes are gone, or stale if {@link CloseReason#keepsRoutes} says so. Last call for this session, and called once for each {@link #established}. */
    void closed(Session session, CloseReason reason);

    /** {@link Session#send} takes buffers again after it did not. */
    void writable(Session session);

    /** The neighbour's state changed; {@code cause} is for people. */
    default void stateChanged(Neighbor neighbor, State from, State to, String cause) {}

    /** An attempt at a session ended before Established. */
    default void attemptFailed(Neighbor neighbor, CloseReason reason) {}

    /** An UPDATE had a fault; called before the routes it costs are delivered and before a session it costs is closed. */
    default void malformed(Session session, MalformedUpdate fault) {}
}

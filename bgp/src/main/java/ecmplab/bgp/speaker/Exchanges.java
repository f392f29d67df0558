package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerIdentity;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;

/** What event loops hand to the RIB thread. None of it waits. */
interface Exchanges {
    /**
     * @param local our end of the session
     * @param preserved families for which the neighbour, back from a restart, has kept forwarding (RFC 4724 section 4.2)
     */
    void up(Exchange exchange, PeerIdentity identity, PeerTerms terms, InetAddress local, Set<AddressFamily> preserved);

    void routes(Exchange exchange, RouteBatch batch);

    /** The neighbour wants all routes of the family again. */
    void refresh(Exchange exchange, AddressFamily family);

    /** The neighbour begins to announce all its routes of the family again (RFC 7313). */
    void refreshBegins(Exchange exchange, AddressFamily family);

    /** It has done so: what it did not announce again is gone. */
    void refreshEnds(Exchange exchange, AddressFamily family);

    /** The routes of the session are judged by other terms from now on. */
    void terms(Exchange exchange, PeerTerms terms);

    /**
     * The session is over.
     *
     * @param kept families whose routes stay, stale, until the neighbour is back and has announced all again (RFC 4724 section 4.2)
     * @param restartTime how long that may take
     */
    void down(Exchange exchange, Set<AddressFamily> kept, Duration restartTime);

    /** A session that was not writable is again. */
    void writable();
}

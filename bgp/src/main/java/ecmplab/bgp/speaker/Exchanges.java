package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.PeerIdentity;
import ecmplab.bgp.rib.PeerTerms;
import ecmplab.bgp.rib.RouteBatch;
import ecmplab.bgp.wire.AddressFamily;
import java.net.InetAddress;

/** What event loops hand to the RIB thread. None of it waits. */
interface Exchanges {
    /** @param local our end of the session */
    void up(Exchange exchange, PeerIdentity identity, PeerTerms terms, InetAddress local);

    void routes(Exchange exchange, RouteBatch batch);

    void refresh(Exchange exchange, AddressFamily family);

    void down(Exchange exchange);

    /** A session that was not writable is again. */
    void writable();
}

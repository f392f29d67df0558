package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;

/** Who a path comes from, as the decision process needs it. */
public record PeerIdentity(InetAddress address, Asn asn, RouterId routerId, PeerKind kind) {}

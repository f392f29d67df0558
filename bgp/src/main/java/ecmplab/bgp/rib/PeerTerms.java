package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;

/**
 * How routes are exchanged with one peer. Peers with equal terms share an update group.
 *
 * @param families negotiated
 * @param nextHops our own address as next hop, by family; routes of a family without one are not sent to another AS
 * @param fourOctetAs whether the peer takes AS numbers of four octets (RFC 6793)
 * @param maxMessageSize octets of the longest message the peer takes
 */
public record PeerTerms(
        Set<AddressFamily> families,
        Policy importPolicy,
        Policy exportPolicy,
        Map<AddressFamily, InetAddress> nextHops,
        boolean fourOctetAs,
        int maxMessageSize) {
    public PeerTerms {
        families = Set.copyOf(families);
        nextHops = Map.copyOf(nextHops);
    }
}

package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.RouterId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the two OPENs of an established session agreed on.
 *
 * @param holdTime the smaller of both offers; zero: no hold timer and no keepalives
 * @param keepalive a third of the hold time
 * @param families both offered, so routes of them are exchanged
 * @param fourOctetAs whether AS numbers have four octets on this session (RFC 6793)
 * @param routeRefresh whether the peer understands ROUTE-REFRESH (RFC 2918)
 * @param maxMessageSize octets of the longest message either side may send: 4096, or 65535 (RFC 8654)
 * @param peerCapabilities as received, in order
 */
public record Negotiated(
        Asn localAsn,
        RouterId localRouterId,
        Asn peerAsn,
        RouterId peerRouterId,
        Duration holdTime,
        Duration keepalive,
        Set<AddressFamily> families,
        boolean fourOctetAs,
        boolean routeRefresh,
        int maxMessageSize,
        InetSocketAddress local,
        InetSocketAddress remote,
        List<Capability> peerCapabilities) {
    public Negotiated {
        families = families.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(families));
        peerCapabilities = List.copyOf(peerCapabilities);
    }

    /** What our offer and the peer's OPEN come to. */
    static Negotiated of(SessionConfig config, Open open, InetSocketAddress local, InetSocketAddress remote) {
        long holdTime = Math.min(config.holdTime().toSeconds(), open.holdTimeSeconds());
        var common = EnumSet.noneOf(AddressFamily.class);
        common.addAll(config.families());
        common.retainAll(open.families());
        boolean extended = config.extendedMessages() && open.extendedMessages();
        return new Negotiated(
                config.localAsn(),
                config.routerId(),
                open.asn(),
                open.routerId(),
                Duration.ofSeconds(holdTime),
                Duration.ofSeconds(holdTime).dividedBy(3),
                common,
                open.fourOctetAs(),
                open.routeRefresh(),
                extended ? Framing.EXTENDED_MESSAGE : Framing.STANDARD_MESSAGE,
                local,
                remote,
                open.capabilities());
    }

    public boolean isEbgp() {
        return !peerAsn.equals(localAsn);
    }
}

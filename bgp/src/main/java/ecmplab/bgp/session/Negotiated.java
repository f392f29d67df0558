package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.RouterId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the two OPENs of an established session agreed on.
 *
 * @param holdTime the smaller of both offers; zero: no hold timer and no keepalives
 * @param keepalive a third of the hold time
 * @param families both offered, so routes of them are exchanged
 * @param addPathReceive of them, those whose received routes have path identifiers (RFC 7911)
 * @param addPathSend of them, those whose sent routes have path identifiers
 * @param extendedNextHop of them, those whose routes may have a next hop of the other version of IP (RFC 8950)
 * @param fourOctetAs whether AS numbers have four octets on this session (RFC 6793)
 * @param routeRefresh whether the peer understands ROUTE-REFRESH (RFC 2918)
 * @param enhancedRouteRefresh whether route refreshes are marked at both ends (RFC 7313)
 * @param maxMessageSize octets of the longest message either side may send: 4096, or 65535 (RFC 8654)
 * @param peerRestart how the peer restarts (RFC 4724); null when it does not say, or when we do not help
 * @param localRole what we told to be (RFC 9234), or null
 * @param peerRole what the peer told to be, or null
 * @param peerHostName as the peer told it, or null
 * @param peerSoftware as the peer told it, or null
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
        Set<AddressFamily> addPathReceive,
        Set<AddressFamily> addPathSend,
        Set<AddressFamily> extendedNextHop,
        boolean fourOctetAs,
        boolean routeRefresh,
        boolean enhancedRouteRefresh,
        int maxMessageSize,
        @Nullable PeerRestart peerRestart,
        @Nullable Role localRole,
        @Nullable Role peerRole,
        @Nullable String peerHostName,
        @Nullable String peerSoftware,
        InetSocketAddress local,
        InetSocketAddress remote,
        List<Capability> peerCapabilities) {
    public Negotiated {
        families = Offer.copy(families);
        addPathReceive = Offer.copy(addPathReceive);
        addPathSend = Offer.copy(addPathSend);
        extendedNextHop = Offer.copy(extendedNextHop);
        peerCapabilities = List.copyOf(peerCapabilities);
    }

    /** What our offer and the peer's OPEN come to. */
    static Negotiated of(SessionConfig config, Open open, InetSocketAddress local, InetSocketAddress remote) {
        var offer = config.offer();
        var holdTime = Duration.ofSeconds(Math.min(config.timers().holdTime().toSeconds(), open.holdTimeSeconds()));
        var families = common(offer.families(), open.families());
        var restart = offer.has(Offer.Feature.RESTART_HELPER)
                ? open.first(Capability.GracefulRestart.class)
                        .map(capability -> PeerRestart.of(capability, families))
                        .orElse(null)
                : null;
        boolean extended = offer.has(Offer.Feature.EXTENDED_MESSAGES) && open.has(Capability.ExtendedMessage.class);
        return new Negotiated(
                config.localAsn(),
                config.routerId(),
                open.asn(),
                open.routerId(),
                holdTime,
                holdTime.dividedBy(3),
                families,
                common(common(offer.addPathReceive(), families), open.addPathSends()),
                common(common(offer.addPathSend(), families), open.addPathReceives()),
                common(common(offer.extendedNextHop(), families), open.extendedNextHops()),
                open.fourOctetAs(),
                open.has(Capability.RouteRefresh.class),
                offer.has(Offer.Feature.ENHANCED_ROUTE_REFRESH) && open.has(Capability.EnhancedRouteRefresh.class),
                extended ? Framing.EXTENDED_MESSAGE : Framing.STANDARD_MESSAGE,
                restart,
                offer.role(),
                open.first(Capability.Role.class)
                        .flatMap(capability -> Role.of(capability.role()))
                        .orElse(null),
                open.first(Capability.HostName.class)
                        .map(Capability.HostName::host)
                        .orElse(null),
                open.first(Capability.SoftwareVersion.class)
                        .map(Capability.SoftwareVersion::version)
                        .orElse(null),
                local,
                remote,
                open.capabilities());
    }

    private static Set<AddressFamily> common(Set<AddressFamily> ours, Set<AddressFamily> theirs) {
        var both = EnumSet.noneOf(AddressFamily.class);
        both.addAll(ours);
        both.retainAll(theirs);
        return both;
    }

    public boolean isEbgp() {
        return !peerAsn.equals(localAsn);
    }
}

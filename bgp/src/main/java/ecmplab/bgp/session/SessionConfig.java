package ecmplab.bgp.session;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to talk to one neighbour. Make one with {@link #of} and change it with the {@code with} methods.
 *
 * @param remoteAddress who the neighbour is; a link-local address has its interface as scope
 * @param remoteAsn the only AS that is taken, or {@link #ANY_OTHER_AS}
 * @param routerId our BGP Identifier
 */
public record SessionConfig(
        InetAddress remoteAddress,
        Asn remoteAsn,
        Asn localAsn,
        RouterId routerId,
        TransportOptions transport,
        SessionTimers timers,
        Offer offer) {
    public static final int BGP_PORT = TransportOptions.BGP_PORT;
    /** As {@code remoteAsn}: whatever AS the peer tells, if it is not ours. */
    public static final Asn ANY_OTHER_AS = Asn.of(0);

    private static final int HOPS_WITHIN_AN_AS = 64;

    public SessionConfig {
        if (localAsn.bits() == 0) {
            throw new IllegalArgumentException("our AS 0 with neighbour " + remoteAddress.getHostAddress()
                    + ": must be 1 to 4294967295 (RFC 7607)");
        }
        if (routerId.bits() == 0) {
            throw new IllegalArgumentException("router id 0.0.0.0: must not be zero (RFC 6286 section 2.1)");
        }
        if (remoteAddress.isLinkLocalAddress() && remoteAddress instanceof Inet6Address six && six.getScopeId() == 0) {
            throw new IllegalArgumentException(
                    "neighbour " + remoteAddress.getHostAddress() + ": must have an interface, as in fe80::1%eth0");
        }
        var source = transport.localAddress();
        if (source != null && source.getAddress().length != remoteAddress.getAddress().length) {
            throw new IllegalArgumentException("local address " + source.getHostAddress() + " for neighbour "
                    + remoteAddress.getHostAddress() + ": must be of the same version of IP");
        }
        if (offer.role() != null && remoteAsn.equals(localAsn)) {
            throw new IllegalArgumentException("role " + offer.role() + " towards neighbour "
                    + remoteAddress.getHostAddress() + ": must be of another AS (RFC 9234 section 4.1)");
        }
    }

    /**
     * IPv4 unicast, hold time 9 s, connect retry 1 s, port 179; TTL 1 to another AS and 64 within ours, as routers do it.
     */
    public static SessionConfig of(InetAddress remoteAddress, Asn remoteAsn, Asn localAsn, RouterId routerId) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                TransportOptions.of(remoteAsn.equals(localAsn) ? HOPS_WITHIN_AN_AS : 1),
                SessionTimers.standard(),
                Offer.of(EnumSet.of(AddressFamily.IPV4_UNICAST)));
    }

    /** Whether this is the AS that the neighbour may have. */
    boolean takes(Asn asn) {
        return remoteAsn.equals(ANY_OTHER_AS) ? !asn.equals(localAsn) : remoteAsn.equals(asn);
    }

    public boolean isEbgp() {
        return !remoteAsn.equals(localAsn);
    }

    public Set<AddressFamily> families() {
        return offer.families();
    }

    /** The OPEN that we send. */
    Open open() {
        return new Open(localAsn, (int) timers.holdTime().toSeconds(), routerId, offer.capabilities(localAsn));
    }

    /**
     * What of this configuration cannot become {@code other} while a session stays up, by the names that speaker files have for it;
     * empty when all can. Timers, names, port and passive count from the next session on.
     */
    public List<String> needsReset(SessionConfig other) {
        var names = new ArrayList<String>();
        differ(names, "address", remoteAddress, other.remoteAddress);
        differ(names, "as", remoteAsn, other.remoteAsn);
        differ(names, "as", localAsn, other.localAsn);
        differ(names, "router-id", routerId, other.routerId);
        differ(names, "local-address", transport.localAddress(), other.transport.localAddress());
        differ(names, "multihop", transport.hops(), other.transport.hops());
        differ(names, "ttl-security", transport.ttlSecurity(), other.transport.ttlSecurity());
        differ(names, "password", transport.md5Password(), other.transport.md5Password());
        differ(names, "families", offer.families(), other.offer.families());
        differ(names, "add-path", offer.addPathReceive(), other.offer.addPathReceive());
        differ(names, "add-path", offer.addPathSend(), other.offer.addPathSend());
        differ(names, "extended-next-hop", offer.extendedNextHop(), other.offer.extendedNextHop());
        for (var feature : Offer.Feature.values()) {
            differ(names, feature.keyword(), offer.has(feature), other.offer.has(feature));
        }
        differ(names, "role", offer.role(), other.offer.role());
        differ(names, "role-strict", offer.strictRole(), other.offer.strictRole());
        return names;
    }

    private static void differ(List<String> names, String name, @Nullable Object ours, @Nullable Object theirs) {
        boolean same = ours == null ? theirs == null : ours.equals(theirs);
        if (!same && !names.contains(name)) {
            names.add(name);
        }
    }

    public SessionConfig withTransport(TransportOptions options) {
        return new SessionConfig(remoteAddress, remoteAsn, localAsn, routerId, options, timers, offer);
    }

    public SessionConfig withTimers(SessionTimers times) {
        return new SessionConfig(remoteAddress, remoteAsn, localAsn, routerId, transport, times, offer);
    }

    public SessionConfig withOffer(Offer offered) {
        return new SessionConfig(remoteAddress, remoteAsn, localAsn, routerId, transport, timers, offered);
    }

    public SessionConfig withLocalAddress(@Nullable InetAddress address) {
        return withTransport(transport.withLocalAddress(address));
    }

    public SessionConfig withPort(int remotePort) {
        return withTransport(transport.withPort(remotePort));
    }

    public SessionConfig withPassive(boolean waits) {
        return withTransport(transport.withPassive(waits));
    }

    /** For a neighbour up to {@code count} routers away (1 to 255). */
    public SessionConfig withHops(int count) {
        return withTransport(transport.withHops(count));
    }

    public SessionConfig withMd5Password(@Nullable String password) {
        return withTransport(transport.withMd5Password(password));
    }

    public SessionConfig withHoldTime(Duration offered) {
        return withTimers(timers.withHoldTime(offered));
    }

    public SessionConfig withConnectRetry(Duration retry) {
        return withTimers(timers.withConnectRetry(retry));
    }

    public SessionConfig withFamilies(Set<AddressFamily> offered) {
        return withOffer(offer.withFamilies(offered));
    }

    /** The AS that is taken, for people. */
    String peerAs() {
        return remoteAsn.equals(ANY_OTHER_AS) ? "any but " + localAsn : remoteAsn.toString();
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "neighbour " + remoteAddress.getHostAddress() + " AS " + peerAs() + ", local AS " + localAsn + " id "
                + routerId + ", " + transport + ", hold " + timers.holdTime().toSeconds() + " s, " + families();
    }
}

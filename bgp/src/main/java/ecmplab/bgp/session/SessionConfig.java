package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to talk to one neighbour. Make one with {@link #of} and change it with the {@code with} methods.
 *
 * @param localAddress source of our connections, or null for the kernel's choice
 * @param port the neighbour's listening port
 * @param passive whether to wait for the neighbour to connect and never dial
 * @param holdTime offered hold time in whole seconds: 0, or at least 3 (RFC 4271 section 4.2)
 * @param connectRetry time from a failed attempt to the next, before jitter
 * @param hops TTL of what we send: 1 for a directly connected eBGP neighbour
 * @param md5Password key of TCP MD5 signatures (RFC 2385), at most 80 octets; null for none
 * @param families what we offer, at least one
 * @param extendedMessages whether to offer messages of up to 65535 octets (RFC 8654)
 */
public record SessionConfig(
        InetAddress remoteAddress,
        Asn remoteAsn,
        Asn localAsn,
        RouterId routerId,
        @Nullable InetAddress localAddress,
        int port,
        boolean passive,
        Duration holdTime,
        Duration connectRetry,
        int hops,
        @Nullable String md5Password,
        Set<AddressFamily> families,
        boolean extendedMessages) {
    public static final int BGP_PORT = 179;

    private static final int LONGEST_KEY = 80;
    private static final Duration SHORTEST_SEND_HOLD_TIME = Duration.ofMinutes(8);

    public SessionConfig {
        if (remoteAsn.bits() == 0 || localAsn.bits() == 0) {
            throw new IllegalArgumentException(
                    "AS 0 with neighbour " + remoteAddress.getHostAddress() + ": must be 1 to 4294967295 (RFC 7607)");
        }
        if (routerId.bits() == 0) {
            throw new IllegalArgumentException("router id 0.0.0.0: must not be zero (RFC 6286 section 2.1)");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + ": must be 1 to 65535");
        }
        long seconds = holdTime.toSeconds();
        if (!holdTime.equals(Duration.ofSeconds(seconds))
                || seconds < 0
                || seconds > 65535
                || seconds == 1
                || seconds == 2) {
            throw new IllegalArgumentException(
                    "hold time " + holdTime + ": must be 0 or 3 to 65535 whole seconds" + " (RFC 4271 section 4.2)");
        }
        if (connectRetry.isNegative() || connectRetry.isZero()) {
            throw new IllegalArgumentException("connect retry time " + connectRetry + ": must be more than 0");
        }
        if (hops < 1 || hops > 255) {
            throw new IllegalArgumentException("hops " + hops + ": must be 1 to 255");
        }
        if (md5Password != null
                && (md5Password.isEmpty() || md5Password.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY)) {
            throw new IllegalArgumentException("MD5 password: must have 1 to " + LONGEST_KEY + " octets");
        }
        if (families.isEmpty()) {
            throw new IllegalArgumentException("no address family for neighbour " + remoteAddress.getHostAddress());
        }
        families = Collections.unmodifiableSet(EnumSet.copyOf(families));
    }

    /**
     * IPv4 unicast, hold time 9 s, connect retry 1 s, port 179; TTL 1 to another AS and 64 within ours, as routers do it.
     */
    public static SessionConfig of(InetAddress remoteAddress, Asn remoteAsn, Asn localAsn, RouterId routerId) {
        int hops = remoteAsn.equals(localAsn) ? 64 : 1;
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                null,
                BGP_PORT,
                false,
                Duration.ofSeconds(9),
                Duration.ofSeconds(1),
                hops,
                null,
                EnumSet.of(AddressFamily.IPV4_UNICAST),
                true);
    }

    /** How long the peer may take nothing of what we send (RFC 9687 section 3): the longer of 8 minutes and twice the hold time. */
    public Duration sendHoldTime() {
        var twice = holdTime.multipliedBy(2);
        return twice.compareTo(SHORTEST_SEND_HOLD_TIME) > 0 ? twice : SHORTEST_SEND_HOLD_TIME;
    }

    public boolean isEbgp() {
        return !remoteAsn.equals(localAsn);
    }

    /** The OPEN that we send. */
    Open offer() {
        var capabilities = new ArrayList<Capability>();
        families().forEach(family -> capabilities.add(Capability.Multiprotocol.of(family)));
        capabilities.add(new Capability.RouteRefresh());
        if (extendedMessages()) {
            capabilities.add(new Capability.ExtendedMessage());
        }
        // For no family: forwarding dies with us. It is there because FRRouting sends End-of-RIB only to those who know
        // RFC 4724.
        capabilities.add(new Capability.GracefulRestart(false, false, 0, List.of()));
        capabilities.add(new Capability.FourOctetAs(localAsn()));
        return new Open(localAsn(), (int) holdTime().toSeconds(), routerId(), capabilities);
    }

    public SessionConfig withLocalAddress(@Nullable InetAddress address) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                address,
                port,
                passive,
                holdTime,
                connectRetry,
                hops,
                md5Password,
                families,
                extendedMessages);
    }

    public SessionConfig withPort(int remotePort) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                remotePort,
                passive,
                holdTime,
                connectRetry,
                hops,
                md5Password,
                families,
                extendedMessages);
    }

    public SessionConfig withPassive(boolean waits) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                waits,
                holdTime,
                connectRetry,
                hops,
                md5Password,
                families,
                extendedMessages);
    }

    public SessionConfig withHoldTime(Duration offered) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                offered,
                connectRetry,
                hops,
                md5Password,
                families,
                extendedMessages);
    }

    public SessionConfig withConnectRetry(Duration retry) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                holdTime,
                retry,
                hops,
                md5Password,
                families,
                extendedMessages);
    }

    /** For a neighbour up to {@code count} routers away (1 to 255). */
    public SessionConfig withHops(int count) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                holdTime,
                connectRetry,
                count,
                md5Password,
                families,
                extendedMessages);
    }

    public SessionConfig withMd5Password(@Nullable String password) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                holdTime,
                connectRetry,
                hops,
                password,
                families,
                extendedMessages);
    }

    public SessionConfig withFamilies(Set<AddressFamily> offered) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                holdTime,
                connectRetry,
                hops,
                md5Password,
                offered,
                extendedMessages);
    }

    public SessionConfig withExtendedMessages(boolean offered) {
        return new SessionConfig(
                remoteAddress,
                remoteAsn,
                localAsn,
                routerId,
                localAddress,
                port,
                passive,
                holdTime,
                connectRetry,
                hops,
                md5Password,
                families,
                offered);
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "neighbour " + remoteAddress.getHostAddress() + " port " + port + " AS " + remoteAsn + ", local AS "
                + localAsn
                + " id " + routerId + (passive ? ", passive" : "") + ", hold " + holdTime.toSeconds() + " s, hops "
                + hops
                + (md5Password == null ? "" : ", MD5") + ", " + families;
    }
}

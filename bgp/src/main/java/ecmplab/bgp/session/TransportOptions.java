package ecmplab.bgp.session;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How the connection with a neighbour is made.
 *
 * @param localAddress source of our connections, or null for the kernel's choice
 * @param port the neighbour's listening port
 * @param passive whether to wait for the neighbour to connect and never dial
 * @param hops how far away the neighbour may be, 1 for one on the same link; without {@code ttlSecurity} it is the TTL of what we send
 * @param ttlSecurity whether to send with TTL 255 and take only what has at least 256 - {@code hops} (GTSM, RFC 5082)
 * @param md5Password key of TCP MD5 signatures (RFC 2385), at most 80 octets; null for none
 */
public record TransportOptions(
        @Nullable InetAddress localAddress,
        int port,
        boolean passive,
        int hops,
        boolean ttlSecurity,
        @Nullable String md5Password) {
    public static final int BGP_PORT = 179;
    static final int MOST_HOPS = 255;
    static final int LONGEST_KEY = 80;

    public TransportOptions {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + ": must be 1 to 65535");
        }
        if (hops < 1 || hops > MOST_HOPS) {
            throw new IllegalArgumentException("hops " + hops + ": must be 1 to " + MOST_HOPS);
        }
        if (md5Password != null
                && (md5Password.isEmpty() || md5Password.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY)) {
            throw new IllegalArgumentException("MD5 password: must have 1 to " + LONGEST_KEY + " octets");
        }
    }

    /** Active, port 179, no key, no TTL security. */
    public static TransportOptions of(int hops) {
        return new TransportOptions(null, BGP_PORT, false, hops, false, null);
    }

    /** TTL or hop limit of what we send. */
    int sentTtl() {
        return ttlSecurity ? MOST_HOPS : hops;
    }

    /** The smallest TTL or hop limit taken; 0 for any. */
    int leastTtl() {
        return ttlSecurity ? MOST_HOPS + 1 - hops : 0;
    }

    public TransportOptions withLocalAddress(@Nullable InetAddress address) {
        return new TransportOptions(address, port, passive, hops, ttlSecurity, md5Password);
    }

    public TransportOptions withPort(int remotePort) {
        return new TransportOptions(localAddress, remotePort, passive, hops, ttlSecurity, md5Password);
    }

    public TransportOptions withPassive(boolean waits) {
        return new TransportOptions(localAddress, port, waits, hops, ttlSecurity, md5Password);
    }

    public TransportOptions withHops(int count) {
        return new TransportOptions(localAddress, port, passive, count, ttlSecurity, md5Password);
    }

    public TransportOptions withTtlSecurity(boolean checked) {
        return new TransportOptions(localAddress, port, passive, hops, checked, md5Password);
    }

    public TransportOptions withMd5Password(@Nullable String password) {
        return new TransportOptions(localAddress, port, passive, hops, ttlSecurity, password);
    }

    /** Never shows the password. */
    @Override
    public String toString() {
        return "port " + port + (passive ? ", passive" : "")
                + (localAddress == null ? "" : ", from " + localAddress.getHostAddress())
                + ", hops " + hops
                + (ttlSecurity ? ", TTL security" : "")
                + (md5Password == null ? "" : ", MD5");
    }
}

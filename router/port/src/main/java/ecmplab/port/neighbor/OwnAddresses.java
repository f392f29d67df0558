package ecmplab.port.neighbor;

import java.net.Inet4Address;
import java.net.Inet6Address;
import org.jspecify.annotations.Nullable;

/** The addresses of a port that its requests are sent from, in the neighbours' subnets; null for a family that it has not. */
public record OwnAddresses(
        @Nullable Inet4Address ipv4, @Nullable Inet6Address ipv6) {}

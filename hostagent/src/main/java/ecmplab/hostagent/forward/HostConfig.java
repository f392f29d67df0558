package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTimeouts;
import java.net.InetAddress;
import java.util.List;

/**
 * What a host agent knows of its host before any policy.
 *
 * @param addresses the host's in the underlay, one or two, of different families; a packet of a family that it has none of leaves by
 *     the gateway of the other
 * @param natCapacity flows, 128 octets each
 * @param resetsPerSecond TCP resets sent at most
 */
public record HostConfig(List<ProviderAddress> addresses, int natCapacity, NatTimeouts timeouts, int resetsPerSecond) {
    public static final int DEFAULT_NAT_CAPACITY = 1 << 16;
    public static final int DEFAULT_RESETS_PER_SECOND = 1000;

    public HostConfig {
        addresses = List.copyOf(addresses);
        long families = addresses.stream()
                .map(own -> own.address().getClass())
                .distinct()
                .count();
        if (addresses.isEmpty() || families < addresses.size()) {
            throw new IllegalArgumentException(
                    "host with " + addresses + ": must have one address of a family, of one family at least");
        }
        if (resetsPerSecond < 0) {
            throw new IllegalArgumentException("resets per second " + resetsPerSecond + ": must not be negative");
        }
    }

    public static HostConfig of(ProviderAddress... addresses) {
        return new HostConfig(
                List.of(addresses), DEFAULT_NAT_CAPACITY, NatTimeouts.STANDARD, DEFAULT_RESETS_PER_SECOND);
    }

    /** A host of one family. */
    public static HostConfig of(InetAddress address, int prefixLength, InetAddress gateway) {
        return of(new ProviderAddress(address, prefixLength, gateway));
    }
}

package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTimeouts;
import java.net.Inet4Address;

/**
 * What a host agent knows of its host before any policy.
 *
 * @param address provider address (PA) on the underlay interface, where VXLAN for this host is sent
 * @param prefixLength of the underlay subnet; other addresses in it are neighbours
 * @param gateway next hop of everything else, clients included
 * @param natCapacity flows, 128 octets each
 * @param resetsPerSecond TCP resets sent at most
 * @param resetsIdleFlows whether both sides of a TCP flow are reset when its state goes for idleness
 */
public record HostConfig(
        Inet4Address address,
        int prefixLength,
        Inet4Address gateway,
        int natCapacity,
        NatTimeouts timeouts,
        int resetsPerSecond,
        boolean resetsIdleFlows) {
    public static final int DEFAULT_NAT_CAPACITY = 1 << 16;
    public static final int DEFAULT_RESETS_PER_SECOND = 1000;

    public HostConfig {
        if (prefixLength < 0 || prefixLength > 32) {
            throw new IllegalArgumentException("prefix length " + prefixLength + ": must be 0 to 32");
        }
        if (resetsPerSecond < 0) {
            throw new IllegalArgumentException("resets per second " + resetsPerSecond + ": must not be negative");
        }
    }

    public static HostConfig of(Inet4Address address, int prefixLength, Inet4Address gateway) {
        return new HostConfig(
                address,
                prefixLength,
                gateway,
                DEFAULT_NAT_CAPACITY,
                NatTimeouts.STANDARD,
                DEFAULT_RESETS_PER_SECOND,
                false);
    }

    public HostConfig withIdleResets() {
        return new HostConfig(address, prefixLength, gateway, natCapacity, timeouts, resetsPerSecond, true);
    }
}

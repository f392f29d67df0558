package ecmplab.bgp.speaker;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.wire.AddressFamily;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;

/**
 * A neighbour and what is exchanged with it. Make one with {@link #of} and change it with the {@code with} methods.
 *
 * @param description for people; may be empty
 * @param importPolicy which of its routes are used; all are kept
 * @param exportPolicy which routes it is told
 * @param nextHops what to announce as our own next hop, by family, where that is not our end of the session
 */
public record NeighborConfig(
        SessionConfig session,
        String description,
        Policy importPolicy,
        Policy exportPolicy,
        Map<AddressFamily, InetAddress> nextHops) {
    public NeighborConfig {
        nextHops = Map.copyOf(nextHops);
        nextHops.forEach((family, address) -> {
            if (address.getAddress().length * 8 != family.bits()) {
                throw new IllegalArgumentException(
                        "next hop " + address.getHostAddress() + ": must be an address of " + family);
            }
        });
    }

    /** Everything passes in both directions. */
    public static NeighborConfig of(SessionConfig session) {
        return new NeighborConfig(session, "", Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of());
    }

    public InetAddress address() {
        return session.remoteAddress();
    }

    public NeighborConfig withDescription(String text) {
        return new NeighborConfig(session, text, importPolicy, exportPolicy, nextHops);
    }

    public NeighborConfig withPolicies(Policy in, Policy out) {
        return new NeighborConfig(session, description, in, out, nextHops);
    }

    /** Announces this address as our own next hop, in its family. */
    public NeighborConfig withNextHop(InetAddress address) {
        var changed = new EnumMap<AddressFamily, InetAddress>(AddressFamily.class);
        changed.putAll(nextHops);
        changed.put(familyOf(address), address);
        return new NeighborConfig(session, description, importPolicy, exportPolicy, changed);
    }

    static AddressFamily familyOf(InetAddress address) {
        return address.getAddress().length == 4 ? AddressFamily.IPV4_UNICAST : AddressFamily.IPV6_UNICAST;
    }
}

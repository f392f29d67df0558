package ecmplab.bgp.speaker;

import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.wire.AddressFamily;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A neighbour and what is exchanged with it. Make one with {@link #of} and change it with the {@code with} methods.
 *
 * @param description for people; may be empty
 * @param group name of the peer group that it was configured by; may be empty
 * @param importPolicy which of its routes are used, and as what; all are kept. {@link Policy#NONE} when none was configured for eBGP
 * @param exportPolicy which routes it is told, and as what
 * @param nextHops what to announce as our own next hop, by family, where that is not our end of the session
 * @param bfd watch the path to it by BFD with these timers (RFC 5880), and end the session at once when it fails; null: do not
 * @param shutdown null to start at once; otherwise it stays down, and this text says why (may be empty)
 */
public record NeighborConfig(
        SessionConfig session,
        String description,
        String group,
        Policy importPolicy,
        Policy exportPolicy,
        Map<AddressFamily, InetAddress> nextHops,
        ExchangeOptions options,
        @Nullable BfdTimers bfd,
        @Nullable String shutdown) {
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
        return new NeighborConfig(
                session, "", "", Policy.ACCEPT_ALL, Policy.ACCEPT_ALL, Map.of(), ExchangeOptions.USUAL, null, null);
    }

    public InetAddress address() {
        return session.remoteAddress();
    }

    public NeighborConfig withSession(SessionConfig other) {
        return new NeighborConfig(
                other, description, group, importPolicy, exportPolicy, nextHops, options, bfd, shutdown);
    }

    public NeighborConfig withDescription(String text) {
        return new NeighborConfig(session, text, group, importPolicy, exportPolicy, nextHops, options, bfd, shutdown);
    }

    public NeighborConfig withGroup(String name) {
        return new NeighborConfig(
                session, description, name, importPolicy, exportPolicy, nextHops, options, bfd, shutdown);
    }

    public NeighborConfig withPolicies(Policy in, Policy out) {
        return new NeighborConfig(session, description, group, in, out, nextHops, options, bfd, shutdown);
    }

    /** Announces this address as our own next hop, in its family. */
    public NeighborConfig withNextHop(InetAddress address) {
        var changed = new EnumMap<AddressFamily, InetAddress>(AddressFamily.class);
        changed.putAll(nextHops);
        changed.put(familyOf(address), address);
        return new NeighborConfig(
                session, description, group, importPolicy, exportPolicy, changed, options, bfd, shutdown);
    }

    public NeighborConfig withOptions(ExchangeOptions other) {
        return new NeighborConfig(
                session, description, group, importPolicy, exportPolicy, nextHops, other, bfd, shutdown);
    }

    /** Watches the path with these timers; null: not at all. */
    public NeighborConfig withBfd(@Nullable BfdTimers timers) {
        return new NeighborConfig(
                session, description, group, importPolicy, exportPolicy, nextHops, options, timers, shutdown);
    }

    /** Stays down, for the reason that {@code text} gives; null: starts at once. */
    public NeighborConfig withShutdown(@Nullable String text) {
        return new NeighborConfig(
                session, description, group, importPolicy, exportPolicy, nextHops, options, bfd, text);
    }

    /** The same for a neighbour at another address. */
    NeighborConfig at(InetAddress address) {
        return withSession(new SessionConfig(
                address,
                session.remoteAsn(),
                session.localAsn(),
                session.routerId(),
                session.transport(),
                session.timers(),
                session.offer()));
    }

    /** The directions in which routes are refused because eBGP has no policy there (RFC 8212): "import", "export", both, or neither. */
    public String missingPolicies() {
        boolean in = importPolicy.equals(Policy.NONE);
        boolean out = exportPolicy.equals(Policy.NONE);
        return in && out ? "import and export" : in ? "import" : out ? "export" : "";
    }

    static AddressFamily familyOf(InetAddress address) {
        return address.getAddress().length == 4 ? AddressFamily.IPV4_UNICAST : AddressFamily.IPV6_UNICAST;
    }
}

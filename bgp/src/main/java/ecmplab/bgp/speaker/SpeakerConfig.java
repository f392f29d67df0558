package ecmplab.bgp.speaker;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.rib.Multipath;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A speaker. Make one with {@link #of} and change it with the {@code with} methods. Graceful restart is never offered: BGP and
 * forwarding are one process here, so routes that outlive it would be black holes.
 *
 * @param listen where to take connections, port 0 for any free one; none to dial only
 * @param neighbors their sessions must have this AS and router id
 * @param ranges of neighbours that need not be known beforehand; likewise
 * @param decision how paths are compared
 * @param maximumPrefixes of a family; further ones are refused and counted
 * @param routes announced from the start
 * @param policies by name, for people who ask; those of the neighbours count
 */
public record SpeakerConfig(
        Asn asn,
        RouterId routerId,
        List<InetSocketAddress> listen,
        List<NeighborConfig> neighbors,
        List<ListenRange> ranges,
        DecisionOptions decision,
        int maximumPrefixes,
        List<OwnRoute> routes,
        Map<String, Policy> policies) {
    public SpeakerConfig {
        listen = List.copyOf(listen);
        neighbors = List.copyOf(neighbors);
        ranges = List.copyOf(ranges);
        routes = List.copyOf(routes);
        policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
        if (maximumPrefixes < 1 || maximumPrefixes > 1 << 26) {
            throw new IllegalArgumentException("maximum of " + maximumPrefixes + " prefixes: must be 1 to 67108864");
        }
        var addresses = new HashSet<>();
        for (var neighbor : neighbors) {
            if (!addresses.add(neighbor.address())) {
                throw new IllegalArgumentException(
                        "neighbour " + neighbor.address().getHostAddress() + " occurs twice");
            }
            checkIdentity(asn, routerId, neighbor);
        }
        for (var range : ranges) {
            if (!addresses.add(range.prefix())) {
                throw new IllegalArgumentException("range " + range.prefix() + " occurs twice");
            }
            checkIdentity(asn, routerId, range.template());
        }
    }

    /** Not listening, without neighbours; multipath over at most 64 paths, of different ASes too; 4 million prefixes a family. */
    public static SpeakerConfig of(Asn asn, RouterId routerId) {
        return new SpeakerConfig(
                asn,
                routerId,
                List.of(),
                List.of(),
                List.of(),
                DecisionOptions.of(routerId),
                4_000_000,
                List.of(),
                Map.of());
    }

    /** One address, or none. */
    public SpeakerConfig withListen(@Nullable InetSocketAddress address) {
        return withListen(address == null ? List.of() : List.of(address));
    }

    public SpeakerConfig withListen(List<InetSocketAddress> addresses) {
        return new SpeakerConfig(
                asn, routerId, addresses, neighbors, ranges, decision, maximumPrefixes, routes, policies);
    }

    public SpeakerConfig withNeighbors(List<NeighborConfig> all) {
        return new SpeakerConfig(asn, routerId, listen, all, ranges, decision, maximumPrefixes, routes, policies);
    }

    public SpeakerConfig withRanges(List<ListenRange> all) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, all, decision, maximumPrefixes, routes, policies);
    }

    /** Over at most {@code maximum} paths from other ASes. */
    public SpeakerConfig withMultipath(int maximum, boolean relax) {
        return withDecision(decision.withMultipath(
                new Multipath(maximum, decision.multipath().ibgp(), relax)));
    }

    public SpeakerConfig withDecision(DecisionOptions other) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, ranges, other, maximumPrefixes, routes, policies);
    }

    public SpeakerConfig withMaximumPrefixes(int maximum) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, ranges, decision, maximum, routes, policies);
    }

    public SpeakerConfig withRoutes(List<OwnRoute> all) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, ranges, decision, maximumPrefixes, all, policies);
    }

    public SpeakerConfig withPolicies(Map<String, Policy> byName) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, ranges, decision, maximumPrefixes, routes, byName);
    }

    static void checkIdentity(Asn asn, RouterId routerId, NeighborConfig neighbor) {
        var session = neighbor.session();
        if (!session.localAsn().equals(asn) || !session.routerId().equals(routerId)) {
            throw new IllegalArgumentException("neighbour " + neighbor.address().getHostAddress() + " has local AS "
                    + session.localAsn() + " and router id " + session.routerId() + ": must be the speaker's " + asn
                    + " and " + routerId);
        }
    }
}

package ecmplab.bgp.speaker;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A speaker. Make one with {@link #of} and change it with the {@code with} methods. Graceful restart is never offered: BGP and
 * forwarding are one process here, so routes that outlive it would be black holes.
 *
 * @param listen where to take connections, port 0 for any free one; null to dial only
 * @param neighbors their sessions must have this AS and router id
 * @param multipathMaximum paths used at most for a prefix; 1 is no multipath
 * @param asPathRelax whether paths of different neighbouring ASes, of equal length, may be used together
 * @param maximumPrefixes of a family; further ones are refused and counted
 */
public record SpeakerConfig(
        Asn asn,
        RouterId routerId,
        @Nullable InetSocketAddress listen,
        List<NeighborConfig> neighbors,
        int multipathMaximum,
        boolean asPathRelax,
        int maximumPrefixes) {
    public SpeakerConfig {
        neighbors = List.copyOf(neighbors);
        if (multipathMaximum < 1 || multipathMaximum > 256) {
            throw new IllegalArgumentException("multipath maximum " + multipathMaximum + ": must be 1 to 256");
        }
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
    }

    /** Not listening, without neighbours; multipath over at most 64 paths, of different ASes too; 4 million prefixes a family. */
    public static SpeakerConfig of(Asn asn, RouterId routerId) {
        return new SpeakerConfig(asn, routerId, null, List.of(), 64, true, 4_000_000);
    }

    public SpeakerConfig withListen(@Nullable InetSocketAddress address) {
        return new SpeakerConfig(asn, routerId, address, neighbors, multipathMaximum, asPathRelax, maximumPrefixes);
    }

    public SpeakerConfig withNeighbors(List<NeighborConfig> all) {
        return new SpeakerConfig(asn, routerId, listen, all, multipathMaximum, asPathRelax, maximumPrefixes);
    }

    public SpeakerConfig withMultipath(int maximum, boolean relax) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, maximum, relax, maximumPrefixes);
    }

    public SpeakerConfig withMaximumPrefixes(int maximum) {
        return new SpeakerConfig(asn, routerId, listen, neighbors, multipathMaximum, asPathRelax, maximum);
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

package ecmplab.port.neighbor;

import ecmplab.packet.MacAddress;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a {@link NeighborCache}, for {@code show}.
 *
 * @param mac null while nothing is known
 * @param sinceConfirmed null when it never was
 * @param waiting packets
 */
public record Neighbor(
        InetAddress address,
        NeighborState state,
        @Nullable MacAddress mac,
        @Nullable Duration sinceConfirmed,
        int waiting) {}

package ecmplab.port.neighbor;

import ecmplab.packet.MacAddress;
import java.net.Inet4Address;
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
        Inet4Address address,
        NeighborState state,
        @Nullable MacAddress mac,
        @Nullable Duration sinceConfirmed,
        int waiting) {}

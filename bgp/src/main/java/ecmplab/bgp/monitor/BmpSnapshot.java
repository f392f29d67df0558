package ecmplab.bgp.monitor;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A collector at one moment.
 *
 * @param connected whether it is told now
 * @param since when that began, or when it ended
 * @param connections made since the start
 * @param messages sent since the start, on all connections
 * @param octets sent since the start, on all connections
 * @param waiting octets
 * @param lastFailure why the last connection or attempt ended; null when none did
 */
public record BmpSnapshot(
        BmpCollector collector,
        boolean connected,
        Instant since,
        long connections,
        long messages,
        long octets,
        long waiting,
        @Nullable String lastFailure) {}

package ecmplab.bgp.monitor;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Whom to tell by BMP.
 *
 * @param address where it listens
 * @param statistics between two reports of each peer's counters; zero for none
 * @param systemName ours, as the collector shows it
 * @param systemDescription ours, as the collector shows it
 * @param mostWaiting octets that may wait for it; a collector further behind is disconnected and starts anew
 */
public record BmpCollector(
        InetSocketAddress address, Duration statistics, String systemName, String systemDescription, long mostWaiting) {
    private static final Duration USUAL_STATISTICS = Duration.ofSeconds(60);
    private static final long USUAL_WAITING = 64 << 20;

    public BmpCollector {
        if (statistics.isNegative()) {
            throw new IllegalArgumentException("BMP statistics every " + statistics + ": must not be negative");
        }
    }

    /** Statistics every minute; 64 MB may wait. */
    public static BmpCollector of(InetSocketAddress address, String systemName) {
        return new BmpCollector(address, USUAL_STATISTICS, systemName, "ECMP Lab BGP speaker", USUAL_WAITING);
    }

    public BmpCollector withStatistics(Duration interval) {
        return new BmpCollector(address, interval, systemName, systemDescription, mostWaiting);
    }

    public BmpCollector withMostWaiting(long octets) {
        return new BmpCollector(address, statistics, systemName, systemDescription, octets);
    }
}

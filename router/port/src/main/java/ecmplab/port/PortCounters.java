package ecmplab.port;

import java.util.Map;

/**
 * What a port has seen since it was opened: a snapshot. {@code drops} counts frames by the one reason each was dropped for
 * ({@code tx-full}, {@code oversize}, {@code port-down}, ...).
 */
public record PortCounters(long rxPackets, long rxOctets, long txPackets, long txOctets, Map<String, Long> drops) {
    public PortCounters {
        drops = Map.copyOf(drops);
    }
}

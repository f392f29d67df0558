package ecmplab.bgp.bfd;

import java.util.Map;

/**
 * What the BFD thread counted since it began.
 *
 * @param received packets of all kinds
 * @param discarded of them, by reason; every reason is there
 * @param scheduling how the kernel schedules the thread, for people
 */
public record BfdCounters(long received, Map<PacketFault, Long> discarded, String scheduling) {
    public BfdCounters {
        discarded = Map.copyOf(discarded);
    }

    public long discarded(PacketFault fault) {
        return discarded.getOrDefault(fault, 0L);
    }
}

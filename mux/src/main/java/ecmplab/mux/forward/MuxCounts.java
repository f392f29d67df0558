package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.PacketFault;
import ecmplab.port.Drops;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the forwarding thread counts of all packets together. */
record MuxCounts(Tally<Total> totals, Drops<PacketFault> malformed, Drops<MuxDrop> drops) {
    MuxCounts() {
        this(new Tally<>(Total.class), new Drops<>(PacketFault.class), new Drops<>(MuxDrop.class));
    }

    long of(Total what) {
        return totals.of(what);
    }

    long dropped() {
        return malformed.total() + drops.total();
    }

    /** Every reason with its count. */
    Map<String, Long> reasons() {
        var reasons = new LinkedHashMap<>(malformed.snapshot());
        reasons.remove(PacketFault.NONE.label());
        reasons.putAll(drops.snapshot());
        return reasons;
    }
}

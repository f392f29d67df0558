package ecmplab.hostagent.nat;

import static ecmplab.hostagent.nat.NatLayout.ALL;
import static ecmplab.hostagent.nat.NatLayout.FLAGS;
import static ecmplab.hostagent.nat.NatLayout.INT;
import static ecmplab.hostagent.nat.NatLayout.LONG;
import static ecmplab.hostagent.nat.NatLayout.MADE;
import static ecmplab.hostagent.nat.NatLayout.MADE_SHIFT;
import static ecmplab.hostagent.nat.NatLayout.OCTETS_IN;
import static ecmplab.hostagent.nat.NatLayout.OCTETS_OUT;
import static ecmplab.hostagent.nat.NatLayout.PACKETS_IN;
import static ecmplab.hostagent.nat.NatLayout.PACKETS_OUT;
import static ecmplab.hostagent.nat.NatLayout.SEEN_NANOS;
import static ecmplab.hostagent.nat.NatLayout.VERSION;
import static ecmplab.hostagent.nat.NatLayout.VERSIONS;
import static ecmplab.hostagent.nat.NatLayout.u16;

import ecmplab.packet.FlowKey;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What any thread may read of the flows, while the forwarding thread goes on: each as it stood at one moment. */
final class NatReader {
    private final NatEntries entries;

    NatReader(NatEntries entries) {
        this.entries = entries;
    }

    /**
     * Flows from {@code from} on, {@link NatPage#START} or what a page named as the next.
     *
     * @param end entries below were in use at some time
     * @param limit flows at most
     */
    NatPage page(int from, int end, int limit, long nowNanos) {
        var flows = new ArrayList<NatFlow>(Math.min(limit, end));
        for (int entry = Math.max(0, from); entry < end; entry++) {
            if (flows.size() >= limit) {
                return new NatPage(flows, entry);
            }
            var flow = snapshot(entry, nowNanos);
            if (flow != null && !flow.expired()) {
                flows.add(flow);
            }
        }
        return new NatPage(flows, NatPage.END);
    }

    /** Looks through the whole table rather than into chains that change under it. */
    Optional<NatFlow> lookUp(FlowKey key, int end, long nowNanos) {
        var tuple = new FlowTuple().of(key);
        for (int entry = 0; entry < end; entry++) {
            if (entries.inUse(entry) && entries.isFlow(entry, tuple)) {
                var flow = snapshot(entry, nowNanos);
                if (flow != null && flow.flow().equals(key) && !flow.expired()) {
                    return Optional.of(flow);
                }
            }
        }
        return Optional.empty();
    }

    /** @return the flow in the row, or null when there is none or it changed meanwhile */
    private @Nullable NatFlow snapshot(int entry, long nowNanos) {
        long row = entries.row(entry);
        int before = (int) VERSIONS.getAcquire(ALL, row + VERSION);
        if ((before & 1) == 0) {
            return null;
        }
        int flags = u16(row + FLAGS);
        var tuple = entries.readFlow(entry, new FlowTuple());
        var state = NatFlags.state(tuple.protocol(), flags);
        int made = (int) (nowNanos >>> MADE_SHIFT) - ALL.get(INT, row + MADE);
        var flow = new NatFlow(
                tuple.key(),
                FlowTuple.address(entries.localHigh(entry), entries.localLow(entry)),
                entries.localPort(entry),
                entries.vm(entry),
                state,
                Duration.ofNanos((long) Math.max(0, made) << MADE_SHIFT),
                since(nowNanos, ALL.get(LONG, row + SEEN_NANOS)),
                Duration.ofNanos(entries.timeoutNanos(row, state)),
                (flags & NatFlags.RESCUED) != 0,
                ALL.get(LONG, row + PACKETS_IN),
                ALL.get(LONG, row + OCTETS_IN),
                ALL.get(LONG, row + PACKETS_OUT),
                ALL.get(LONG, row + OCTETS_OUT));
        VarHandle.loadLoadFence();
        return (int) VERSIONS.getAcquire(ALL, row + VERSION) == before ? flow : null;
    }

    /** The reader's clock may have been read before the writer's. */
    private static Duration since(long nowNanos, long thenNanos) {
        return Duration.ofNanos(Math.max(0, nowNanos - thenNanos));
    }
}

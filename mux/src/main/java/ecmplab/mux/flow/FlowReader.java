package ecmplab.mux.flow;

import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.packet.FlowHash;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import java.net.Inet6Address;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Reads a flow table beside the thread that writes it: any thread, and none waits. */
final class FlowReader {
    private static final int ABSENT = FlowEntries.ABSENT;

    /** How often what changed while it was read is read again. */
    private static final int READS = 64;

    private final FlowTable table;
    private final FlowEntries entries;
    private final FlowHash hash;
    private final boolean ipv6;

    FlowReader(FlowTable table, FlowEntries entries, FlowHash hash, boolean ipv6) {
        this.table = table;
        this.entries = entries;
        this.hash = hash;
        this.ipv6 = ipv6;
    }

    /** The flow as it is now, without counting; null when there is none, or it is of the other family. */
    @Nullable
    Flow peek(FlowKey key, int now) {
        if (key.isIpv4() == ipv6) {
            return null;
        }
        Flow flow = null;
        for (int read = 0; read < READS; read++) {
            long stamp = entries.stamp();
            int entry = locate(key);
            flow = entry == ABSENT || table.isOver(entry, now) ? null : flow(entry, now);
            if (entries.isUnchanged(stamp)) {
                break;
            }
        }
        return flow;
    }

    private int locate(FlowKey key) {
        long flowHash = hash.of(key);
        int ports = key.sourcePort() << 16 | key.destinationPort();
        return key.source() instanceof Inet6Address source && key.destination() instanceof Inet6Address destination
                ? entries.find(
                        flowHash,
                        Ipv6.high(source),
                        Ipv6.low(source),
                        Ipv6.high(destination),
                        Ipv6.low(destination),
                        ports,
                        key.protocol())
                : entries.find(flowHash, Ipv4.bits(key.source()), Ipv4.bits(key.destination()), ports, key.protocol());
    }

    /**
     * Up to {@code limit} flows, from 0 at first, then from {@link FlowPage#next}. A flow that is moved between two pages
     * may be missed or come twice.
     */
    FlowPage page(int from, int limit, int now) {
        var flows = new ArrayList<Flow>();
        int entry = Math.max(0, from);
        for (; entry < entries.count() && flows.size() < limit; entry++) {
            for (int read = 0; read < READS; read++) {
                long stamp = entries.stamp();
                var flow = entries.isUsed(entry) && !table.isOver(entry, now) ? flow(entry, now) : null;
                if (entries.isUnchanged(stamp)) {
                    if (flow != null) {
                        flows.add(flow);
                    }
                    break;
                }
            }
        }
        return new FlowPage(flows, entry < entries.count() ? entry : FlowPage.END);
    }

    private Flow flow(int entry, int now) {
        int ports = entries.ports(entry);
        return new Flow(
                entries.source(entry),
                ports >>> 16,
                entries.destination(entry),
                ports & 0xFFFF,
                entries.protocol(entry),
                entries.member(entry),
                entries.generation(entry),
                table.isTrusted(entry),
                now - entries.begun(entry),
                Math.max(0, now - entries.seen(entry)));
    }
}

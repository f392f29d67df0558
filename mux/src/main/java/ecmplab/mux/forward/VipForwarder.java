package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Peer;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.mux.forward.Tally.Traffic;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The forwarding thread's part of a MUX. A burst is processed in two stages: the {@link Classifier} judges each packet, then each that is
 * left gets its member, by flow table or Maglev slot, and goes to the member's host in VXLAN. Between them the flow table's memory is
 * fetched for all packets at once.
 *
 * <p>A MUX is a hop like any router: it decrements the inner TTL (RFC 2003 section 3.1) and reports packets whose TTL ends here or
 * that do not fit the underlay. It never fragments.
 */
final class VipForwarder {
    private static final int BURST = 64;
    private static final int TAKEOVER_QUIET_MILLIS = 1000;
    /** A sweep of the flow table takes this many ticks of 10 ms. */
    private static final int TICKS_PER_SWEEP = 256;

    private final int number;
    private final int address;
    private final int gateway;
    private final FramePool pool;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final FlowTable flows;
    private final Notices notices;
    private final MuxCounts counts;
    private final Pending pending = new Pending(BURST);
    private final Classifier classifier;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ip = new Ipv4();

    private Plan plan = Plan.EMPTY;
    /** Of the burst. */
    private int forwarded;

    private long sweepsUntilPurged;
    private long purgedSerial;
    private int lastTakeover;

    VipForwarder(
            MuxSettings settings,
            Port port,
            NeighborCache neighbors,
            FlowTable flows,
            MuxCounts counts,
            Notices notices,
            int nowMillis) {
        number = settings.number();
        address = Ipv4.bits(settings.address());
        gateway = Ipv4.bits(settings.gateway());
        pool = port.pool();
        memory = pool.memory();
        this.neighbors = neighbors;
        this.flows = flows;
        this.counts = counts;
        this.notices = notices;
        classifier = new Classifier(settings, port, neighbors, flows, counts, pending);
        lastTakeover = nowMillis - TAKEOVER_QUIET_MILLIS;
    }

    /** Follows a plan from the next packet on. */
    void adopt(Plan newPlan) {
        plan = newPlan;
        classifier.adopt(newPlan);
        flows.setIdleTimeouts(newPlan.idleMillis);
        // The sweep under way has passed entries already; the one after it sees them all.
        sweepsUntilPurged = flows.sweeps() + 2;
        notices.adopted(newPlan);
    }

    /** Serial of the last plan by which the flow table has been purged of members that left. */
    long purgedSerial() {
        return purgedSerial;
    }

    void process(Burst burst, long nowNanos) {
        counts.totals().add(Total.RECEIVED, burst.count());
        int nowMillis = (int) (nowNanos / 1_000_000);
        for (int from = 0; from < burst.count(); from += BURST) {
            int to = Math.min(burst.count(), from + BURST);
            pending.count = 0;
            for (int i = from; i < to; i++) {
                classifier.classify(burst.address(i), burst.length(i), nowNanos);
            }
            flows.touch(pending.hashes, pending.count);
            forwardPending(nowMillis, nowNanos);
        }
    }

    private void forwardPending(int nowMillis, long nowNanos) {
        forwarded = 0;
        try {
            for (int i = 0; i < pending.count; i++) {
                forward(i, nowMillis, nowNanos);
            }
        } finally {
            counts.totals().add(Total.FORWARDED, forwarded);
        }
    }

    void tick(long nowNanos) {
        neighbors.tick(nowNanos);
        flows.age((int) (nowNanos / 1_000_000), flows.entries() / TICKS_PER_SWEEP + 1);
        if (purgedSerial != plan.serial && flows.sweeps() >= sweepsUntilPurged) {
            purgedSerial = plan.serial;
        }
    }

    private void forward(int at, int nowMillis, long nowNanos) {
        var endpoint = Objects.requireNonNull(pending.endpoints[at]);
        var active = endpoint.active;
        int entry = find(at, nowMillis);
        int slot = active == null ? 0 : slot(at, endpoint.affinity, active.table());
        int member;
        int generation = endpoint.generation();
        int flags = 0;
        if (entry != FlowTable.ABSENT && keeps(at, entry, endpoint, nowMillis)) {
            member = flows.member(entry);
            generation = active == null ? flows.generation(entry) : generation;
            flags = FrameTag.FROM_FLOW_TABLE;
            note(at, entry, nowMillis);
        } else {
            member = active == null ? -1 : active.owner(slot);
            if (member < 0) {
                counts.drops().count(MuxDrop.NO_MEMBER);
                pool.drop(pending.frames[at], MuxDrop.NO_MEMBER);
                return;
            }
            learn(at, entry, endpoint, member, nowMillis);
        }
        if (active != null && endpoint.use.usedGeneration != generation) {
            endpoint.use.usedGeneration = generation;
            notices.firstPacket(endpoint);
        }
        endpoint.use.traffic.add(Traffic.PACKETS, 1);
        endpoint.use.traffic.add(Traffic.OCTETS, pending.lengths[at]);
        encapsulate(at, member, FrameTag.bits(number, generation, 0, flags, slot), nowNanos);
    }

    private int find(int at, int nowMillis) {
        return flows.find(
                pending.hashes[at],
                pending.sources[at],
                pending.vips[at],
                pending.ports[at],
                pending.protocols[at],
                nowMillis);
    }

    private int slot(int at, Affinity affinity, MaglevTable table) {
        var by = pending.isFragment(at) ? SlotHash.affinityOfFragments(affinity) : affinity;
        int ports = pending.ports[at];
        return table.slot(SlotHash.ipv4(
                table.seed(),
                by,
                pending.sources[at],
                pending.vips[at],
                pending.protocols[at],
                ports >>> 16,
                ports & 0xFFFF));
    }

    /** Whether a known flow stays at its member: not when a connection begins anew, nor when another endpoint serves the port now. */
    private boolean keeps(int at, int entry, PlannedEndpoint endpoint, int nowMillis) {
        return plan.endpointOfMember[flows.member(entry)] == endpoint.index
                && (pending.kinds[at] != Pending.OPENS
                        || flows.isRepeatedSyn(entry, nowMillis)
                        || endpoint.active == null);
    }

    private void note(int at, int entry, int nowMillis) {
        if (pending.kinds[at] == Pending.OPENS) {
            flows.repeated(entry, nowMillis);
        } else if (!pending.isQuote(at)) {
            flows.seen(entry, nowMillis);
        }
    }

    /** The packet got its member from its slot: enters the flow in the flow table, if it is one that goes on and there is room. */
    private void learn(int at, int entry, PlannedEndpoint endpoint, int member, int nowMillis) {
        byte kind = pending.kinds[at];
        if (pending.isQuote(at) || kind == Pending.RESETS) {
            return;
        }
        int generation = endpoint.generation();
        boolean learnt = entry == FlowTable.ABSENT
                ? flows.insert(
                        pending.hashes[at],
                        pending.sources[at],
                        pending.vips[at],
                        pending.ports[at],
                        pending.protocols[at],
                        member,
                        generation,
                        nowMillis)
                : flows.chooseAnew(entry, member, generation, nowMillis);
        if (learnt) {
            endpoint.use.traffic.add(Traffic.NEW_FLOWS, 1);
            if (kind == Pending.ORDINARY && pending.protocols[at] == IpProtocol.TCP) {
                takenOver(endpoint, nowMillis);
            }
        }
    }

    private void takenOver(PlannedEndpoint endpoint, int nowMillis) {
        endpoint.use.traffic.add(Traffic.TAKEN_OVER, 1);
        if (nowMillis - lastTakeover >= TAKEOVER_QUIET_MILLIS) {
            notices.takenOver(endpoint);
        }
        lastTakeover = nowMillis;
    }

    private void encapsulate(int at, int member, long tag, long nowNanos) {
        long frame = pending.frames[at];
        int length = pending.lengths[at];
        ip.wrap(memory, frame + Ethernet.LENGTH).decrementTtl();
        ethernet.wrap(memory, frame).setAddresses(plan.macs[member], tag);
        // The addresses of the outer Ethernet header are the neighbour cache's to write.
        long outer = Vxlan.encapsulate(
                memory,
                frame,
                Ethernet.LENGTH + length,
                0,
                0,
                address,
                plan.hosts[member],
                Vxlan.sourcePort(pending.hashes[at]),
                plan.vnis[member]);
        var peer = plan.peers[member];
        if (peer != null) {
            peer.add(Peer.PACKETS, 1);
            peer.add(Peer.OCTETS, length + Vxlan.ENCAPSULATION);
        }
        forwarded++;
        neighbors.send(gateway, outer, Ethernet.LENGTH + length + Vxlan.ENCAPSULATION, nowNanos);
    }
}

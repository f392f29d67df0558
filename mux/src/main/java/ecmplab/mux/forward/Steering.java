package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Traffic;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.packet.IpProtocol;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The second stage for one family: gives each pending packet its member, by flow table or Maglev slot, and has it sent there. The
 * forwarding thread's.
 */
final class Steering {
    private static final int TAKEOVER_QUIET_MILLIS = 1000;
    /** A sweep of the flow table takes this many ticks of 10 ms. */
    private static final int TICKS_PER_SWEEP = 256;

    private final boolean ipv6;
    private final int number;
    private final FlowTable flows;
    private final Pending pending;
    private final Encapsulator encapsulator;
    private final Notices notices;
    private final Outcomes outcomes;

    private Plan plan = Plan.EMPTY;
    private long sweepsUntilPurged;
    private int lastTakeover;

    /** @param pending of the family; so is the flow table */
    Steering(
            int number,
            Pending pending,
            FlowTable flows,
            Encapsulator encapsulator,
            Notices notices,
            Outcomes outcomes,
            int nowMillis) {
        ipv6 = pending.ipv6;
        this.number = number;
        this.flows = flows;
        this.pending = pending;
        this.encapsulator = encapsulator;
        this.notices = notices;
        this.outcomes = outcomes;
        lastTakeover = nowMillis - TAKEOVER_QUIET_MILLIS;
    }

    Pending pending() {
        return pending;
    }

    FlowTable flows() {
        return flows;
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
        flows.setIdleTimeouts(newPlan.idleMillis);
        // The sweep under way has passed entries already; the one after it sees them all.
        sweepsUntilPurged = flows.sweeps() + 2;
    }

    /** Whether the flow table has been purged of members that are not in the plan. */
    boolean isPurged() {
        return flows.sweeps() >= sweepsUntilPurged;
    }

    void tick(int nowMillis) {
        flows.age(nowMillis, flows.entries() / TICKS_PER_SWEEP + 1);
    }

    /** Forwards all that is pending. */
    void forward(int nowMillis, long nowNanos) {
        if (pending.count == 0) {
            return;
        }
        flows.touch(pending.hashes, pending.count);
        for (int i = 0; i < pending.count; i++) {
            steer(i, nowMillis);
        }
        encapsulator.send(pending, nowNanos);
    }

    /** Gives a packet its way, or drops it. */
    private void steer(int at, int nowMillis) {
        var endpoint = Objects.requireNonNull(pending.endpoints[at]);
        var active = endpoint.active;
        int entry = find(at, nowMillis);
        int slot = active == null ? 0 : slot(at, endpoint.affinity, active.table());
        int generation = endpoint.generation;
        var tunnel = entry == FlowTable.ABSENT ? null : kept(at, entry, endpoint, nowMillis);
        int flags = 0;
        if (tunnel != null) {
            generation = active == null ? flows.generation(entry) : generation;
            flags = FrameTag.FROM_FLOW_TABLE;
            note(at, entry, nowMillis);
        } else {
            int member = active == null ? -1 : active.owner(slot);
            if (member < 0) {
                pending.tunnels[at] = null;
                outcomes.drop(pending.frames[at], MuxDrop.NO_MEMBER);
                return;
            }
            tunnel = plan.tunnels[member];
            learn(at, entry, endpoint, member, nowMillis);
        }
        if (active != null && endpoint.use.usedGeneration != generation) {
            endpoint.use.usedGeneration = generation;
            notices.firstPacket(endpoint);
        }
        endpoint.use.traffic.add(Traffic.PACKETS, 1);
        endpoint.use.traffic.add(Traffic.OCTETS, pending.lengths[at]);
        pending.tunnels[at] = tunnel;
        pending.tags[at] = FrameTag.bits(number, generation, 0, flags, slot);
    }

    private int find(int at, int nowMillis) {
        return ipv6
                ? flows.find(
                        pending.hashes[at],
                        pending.sourceHighs[at],
                        pending.sourceLows[at],
                        pending.vipHighs[at],
                        pending.vipLows[at],
                        pending.ports[at],
                        pending.protocols[at],
                        nowMillis)
                : flows.find(
                        pending.hashes[at],
                        pending.sources[at],
                        pending.vips[at],
                        pending.ports[at],
                        pending.protocols[at],
                        nowMillis);
    }

    private int slot(int at, Affinity affinity, MaglevTable table) {
        var by = pending.isFragment(at) ? SlotHash.affinityOfFragments(affinity) : affinity;
        int protocol = pending.protocols[at];
        int sourcePort = pending.ports[at] >>> 16;
        int port = pending.ports[at] & 0xFFFF;
        return table.slot(
                ipv6
                        ? SlotHash.ipv6(
                                table.seed(),
                                by,
                                pending.sourceHighs[at],
                                pending.sourceLows[at],
                                pending.vipHighs[at],
                                pending.vipLows[at],
                                protocol,
                                sourcePort,
                                port)
                        : SlotHash.ipv4(
                                table.seed(), by, pending.sources[at], pending.vips[at], protocol, sourcePort, port));
    }

    /**
     * The way of a known flow that stays at its member; null when it does not: a connection begins anew, or another endpoint serves the port
     * now.
     */
    private @Nullable Tunnel kept(int at, int entry, PlannedEndpoint endpoint, int nowMillis) {
        var tunnel = plan.tunnels[flows.member(entry)];
        boolean keeps = tunnel != null
                && tunnel.endpoint == endpoint.index
                && (pending.kinds[at] != Pending.OPENS
                        || flows.isRepeatedSyn(entry, nowMillis)
                        || endpoint.active == null);
        return keeps ? tunnel : null;
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
        int generation = endpoint.generation;
        boolean learnt = entry == FlowTable.ABSENT
                ? insert(at, member, generation, nowMillis)
                : flows.chooseAnew(entry, member, generation, nowMillis);
        if (learnt) {
            endpoint.use.traffic.add(Traffic.NEW_FLOWS, 1);
            if (kind == Pending.ORDINARY && pending.protocols[at] == IpProtocol.TCP) {
                takenOver(endpoint, nowMillis);
            }
        }
    }

    private boolean insert(int at, int member, int generation, int nowMillis) {
        return ipv6
                ? flows.insert(
                        pending.hashes[at],
                        pending.sourceHighs[at],
                        pending.sourceLows[at],
                        pending.vipHighs[at],
                        pending.vipLows[at],
                        pending.ports[at],
                        pending.protocols[at],
                        member,
                        generation,
                        nowMillis)
                : flows.insert(
                        pending.hashes[at],
                        pending.sources[at],
                        pending.vips[at],
                        pending.ports[at],
                        pending.protocols[at],
                        member,
                        generation,
                        nowMillis);
    }

    private void takenOver(PlannedEndpoint endpoint, int nowMillis) {
        endpoint.use.traffic.add(Traffic.TAKEN_OVER, 1);
        if (nowMillis - lastTakeover >= TAKEOVER_QUIET_MILLIS) {
            notices.takenOver(endpoint);
        }
        lastTakeover = nowMillis;
    }
}

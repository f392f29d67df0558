package ecmplab.mux.forward;

import ecmplab.mux.announce.VipAnnouncer;
import ecmplab.mux.announce.VipChange;
import ecmplab.mux.flow.FlowPage;
import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.port.Burst;
import ecmplab.port.FrameLedger;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.port.neighbor.Neighbor;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A MUX: a port, a policy, and what goes between. Give it to the {@link ecmplab.port.ForwardingThread} of its port, apply policies from
 * any thread, ask what you like from any thread: nothing makes the forwarding thread wait.
 *
 * <p>A policy goes this way: {@link #apply} computes its tables on the caller's thread and publishes the result; VIPs that it
 * ends are withdrawn; the forwarding thread switches to it between two bursts, at the latest with its next tick; then VIPs that
 * became ready are announced, and {@link MuxEvent.PolicyInPath} tells that it is there.
 */
public final class Mux implements PacketProcessor {
    private final MuxSettings settings;
    private final Surroundings surroundings;
    private final VipAnnouncer announcer;
    private final NeighborCache neighbors;
    private final int gateway;
    private final FlowTable flows;
    private final FlowTable ipv6Flows;
    private final VipForwarder forwarder;

    private final MuxCounts counts = new MuxCounts();
    private final AtomicLong lostEvents = new AtomicLong();

    /** The last plan published; what the forwarding thread takes over next. */
    private volatile Plan published = Plan.EMPTY;
    /** The plan that packets follow: written by the forwarding thread. */
    private volatile Plan inPath = Plan.EMPTY;
    /** As {@link VipForwarder#purgedSerial}, for other threads. */
    private volatile long purged;

    /** Guarded by itself, as are the two counts below. */
    private final Planner planner;

    private long highestEpoch;
    private long epochsRefused;

    /** VIPs told as ready; of the events executor. */
    private final Set<InetAddress> ready = new HashSet<>();

    /** @param arena keeps the flow table; of a kind that any thread may read */
    public Mux(MuxSettings settings, Port underlay, Surroundings surroundings, Arena arena) {
        this.settings = settings;
        this.surroundings = surroundings;
        announcer = new VipAnnouncer(surroundings.routes(), surroundings.timer(), this::routeChanged);
        neighbors = new NeighborCache(underlay, settings.address());
        gateway = Ipv4.bits(settings.gateway());
        flows = FlowTable.ipv4(settings.flows(), settings.flowSeed(), arena, nowMillis());
        ipv6Flows = FlowTable.ipv6(settings.flows().half(), settings.flowSeed(), arena, nowMillis());
        var own = new HashSet<InetAddress>(settings.ownIpv6());
        own.addAll(settings.ownAddresses());
        own.add(settings.address());
        planner = new Planner(own, settings.ipv6Address() != null);
        forwarder = new VipForwarder(settings, underlay, neighbors, flows, ipv6Flows, counts, notices(), nowMillis());
    }

    // ---- the forwarding thread's

    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        adoptPublished();
        forwarder.process(burst, nowNanos);
    }

    @Override
    public void tick(long nowNanos) {
        adoptPublished();
        forwarder.tick(nowNanos);
        // Asked for before there is a packet to send: a first burst would not fit the queue that waits for the answer.
        neighbors.lookup(gateway, nowNanos);
        if (purged != forwarder.purgedSerial()) {
            purged = forwarder.purgedSerial();
        }
    }

    private void adoptPublished() {
        var plan = published;
        if (plan != inPath) {
            forwarder.adopt(plan);
        }
    }

    private Notices notices() {
        return new Notices() {
            @Override
            public void adopted(Plan plan) {
                inPath = plan;
                var at = now();
                later(() -> tellInPath(plan, at));
            }

            @Override
            public void firstPacket(PlannedEndpoint endpoint) {
                emit(new MuxEvent.FirstPacket(now(), endpoint.id(), endpoint.generation()));
            }

            @Override
            public void takenOver(PlannedEndpoint endpoint) {
                emit(new MuxEvent.FlowsTakenOver(now(), endpoint.id()));
            }

            @Override
            public void overloaded(VipLoad worst, double rate) {
                emit(new MuxEvent.OverloadBegan(now(), worst.vip, Math.round(worst.rate()), Math.round(rate)));
            }

            @Override
            public void relieved() {
                emit(new MuxEvent.OverloadEnded(now()));
            }
        };
    }

    /** The forwarding thread's, between two bursts: where the frames went. */
    public FrameLedger ledger() {
        long neighborDrops = neighbors.drops().total();
        long handed = counts.of(Total.FORWARDED) + counts.of(Total.ECHOES_ANSWERED) + counts.of(Total.ERRORS_SENT);
        return new FrameLedger(
                counts.of(Total.RECEIVED),
                counts.of(Total.ERRORS_SENT) + neighbors.requestsSent(),
                handed + neighbors.requestsSent() - neighborDrops - neighbors.waiting(),
                counts.of(Total.TO_KERNEL),
                counts.dropped() + neighborDrops,
                neighbors.waiting());
    }

    /** The forwarding thread's, between two bursts. */
    public List<Neighbor> neighbors() {
        return neighbors.snapshot(surroundings.nanoTime().getAsLong());
    }

    // ---- policy

    /** Applies a policy; any thread, but never the forwarding thread: tables take milliseconds. */
    public PolicyOutcome apply(SlbPolicy policy) {
        synchronized (planner) {
            if (policy.epoch() < highestEpoch) {
                epochsRefused++;
                emit(new MuxEvent.EpochRefused(now(), policy.cfg(), policy.epoch(), highestEpoch));
                return new PolicyOutcome.EpochRefused(policy.epoch(), highestEpoch);
            }
            highestEpoch = policy.epoch();
            var result = planner.plan(policy, purged);
            for (var refusal : result.refused()) {
                emit(new MuxEvent.EndpointRefused(now(), policy.cfg(), refusal.endpoint(), refusal.why()));
            }
            var stillReady = result.plan().readyVips();
            later(() -> retain(stillReady));
            published = result.plan();
            return new PolicyOutcome.Accepted(policy.cfg(), result.refused());
        }
    }

    /** What packets are forwarded by now. */
    public PathReport inPath() {
        return inPath.report();
    }

    private void retain(Set<InetAddress> vips) {
        ready.retainAll(vips);
        announcer.retain(vips);
    }

    private void tellInPath(Plan plan, Instant at) {
        tell(new MuxEvent.PolicyInPath(at, plan.report()));
        var vips = plan.readyVips();
        vips.retainAll(published.readyVips()); // what the next plan ends is withdrawn already
        ready.retainAll(vips);
        vips.stream().filter(ready::add).forEach(vip -> tell(new MuxEvent.VipReady(at, vip)));
        announcer.serve(vips);
    }

    // ---- announcing

    /** Withdraws a VIP until it is released, whatever the policy. */
    public void hold(InetAddress vip) {
        announcer.hold(vip);
    }

    public void release(InetAddress vip) {
        announcer.release(vip);
    }

    /**
     * Leaves gracefully while forwarding goes on: see {@link VipAnnouncer#drain}.
     *
     * @param shift between announcing that it leaves and withdrawing
     * @param linger from then until no packet is to be expected
     */
    public void drain(Duration shift, Duration linger, Runnable done) {
        if (!announcer.isLeaving()) {
            emit(new MuxEvent.Draining(now()));
        }
        announcer.drain(shift, linger, () -> {
            emit(new MuxEvent.Drained(now()));
            done.run();
        });
    }

    /** Ends a drain: announces again what is ready. */
    public void resume() {
        announcer.resume();
    }

    private void routeChanged(VipChange change) {
        emit(new MuxEvent.VipRoute(now(), change.vip(), change.state()));
    }

    // ---- what is shown

    public MuxSnapshot.Status status() {
        var plan = inPath;
        var accepted = published;
        long refused;
        synchronized (planner) {
            refused = epochsRefused;
        }
        return new MuxSnapshot.Status(
                settings.number(),
                settings.address(),
                settings.gateway(),
                plan.epoch,
                plan.cfg,
                accepted.cfg,
                refused,
                announcer.isLeaving(),
                lostEvents.get());
    }

    /** Endpoints in the forwarding path. */
    public List<MuxSnapshot.Vip> vips() {
        return Arrays.stream(inPath.endpoints)
                .map(endpoint ->
                        endpoint.snapshot(announcer.isAnnounced(endpoint.id().vip())))
                .toList();
    }

    /** All generations of all endpoints in the forwarding path, newest first of each. */
    public List<MuxSnapshot.Table> tables() {
        return Arrays.stream(inPath.endpoints)
                .flatMap(endpoint -> endpoint.tableSnapshots().stream())
                .toList();
    }

    /** Up to {@code limit} flows from {@code from} on: 0 at first, then what the last page says. IPv4 flows come first. */
    public MuxSnapshot.Flows flows(int from, int limit) {
        var plan = inPath;
        int first = flows.entries();
        var page =
                from < first ? flows.page(from, limit, nowMillis()) : ipv6Flows.page(from - first, limit, nowMillis());
        var resolved = page.flows().stream()
                .map(flow -> new MuxSnapshot.MemberFlow(flow, plan.member(flow.member())))
                .toList();
        int next = page.next() == FlowPage.END
                ? from < first ? first : FlowPage.END
                : page.next() + (from < first ? 0 : first);
        return new MuxSnapshot.Flows(resolved, next);
    }

    /** What comes for each VIP, most first. */
    public List<MuxSnapshot.Talker> talkers() {
        return Arrays.stream(inPath.loads)
                .map(load -> new MuxSnapshot.Talker(load.vip, Math.round(load.rate()), load.shed()))
                .sorted(Comparator.comparingLong(MuxSnapshot.Talker::packetsPerSecond)
                        .reversed())
                .toList();
    }

    /** Hosts of members, and what was sent to each. */
    public List<MuxSnapshot.Peer> peers() {
        return inPath.trafficByHost.entrySet().stream()
                .map(entry -> new MuxSnapshot.Peer(
                        entry.getKey(),
                        entry.getValue().packets(),
                        entry.getValue().octets()))
                .sorted((one, other) -> Arrays.compareUnsigned(
                        one.host().getAddress(), other.host().getAddress()))
                .toList();
    }

    public MuxSnapshot.Counters counters() {
        return new MuxSnapshot.Counters(
                counts.of(Total.RECEIVED),
                counts.of(Total.FORWARDED),
                counts.of(Total.ECHOES_ANSWERED),
                counts.of(Total.TO_KERNEL),
                counts.of(Total.ERRORS_SENT),
                counts.of(Total.ERRORS_SUPPRESSED),
                counts.reasons(),
                neighbors.drops().snapshot(),
                flows.counters().plus(ipv6Flows.counters()));
    }

    /** Where the next packet of a flow would go, and why. */
    public Explanation explain(FlowKey flow) {
        return new Explainer(inPath, flows, ipv6Flows).explain(flow, nowMillis());
    }

    // ---- time and events

    private int nowMillis() {
        return (int) (surroundings.nanoTime().getAsLong() / 1_000_000);
    }

    private Instant now() {
        return surroundings.wallTime().instant();
    }

    private void emit(MuxEvent event) {
        later(() -> tell(event));
    }

    private void tell(MuxEvent event) {
        surroundings.listener().accept(event);
    }

    private void later(Runnable task) {
        try {
            surroundings.events().execute(task);
        } catch (RejectedExecutionException closing) {
            lostEvents.incrementAndGet();
        }
    }
}

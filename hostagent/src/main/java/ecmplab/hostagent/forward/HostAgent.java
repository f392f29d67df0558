package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatPage;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.packet.FlowKey;
import ecmplab.port.Burst;
import ecmplab.port.FrameLedger;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.port.neighbor.Neighbor;
import ecmplab.port.neighbor.NeighborCache;
import ecmplab.port.neighbor.NeighborSettings;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The load balancer's part on a host: what MUXes send for the VMs here comes in by the underlay port, what VMs answer leaves by it.
 *
 * <p>Threads: {@link #process}, {@link #tick}, {@link #ledger} and {@link #neighbors} are the forwarding thread's; {@link #apply}
 * and everything that only reads are any thread's; {@link #reportFlows} is one other thread's, called a few times a second.
 */
public final class HostAgent implements PacketProcessor {
    private static final int MIN_AGING = 64;
    private static final int MAX_AGING = 4096;
    /** A tick looks at this part of the NAT table: at 10 ms a tick, the whole of it every 2.5 s. */
    private static final int AGING_SHARE = 256;

    private final HostConfig config;
    private final Port underlay;
    private final List<VmPort> vmPorts;
    private final Vm[] vms;
    private final Consumer<HostEvent> listener;
    private final InstantSource wallClock;
    private final LongSupplier nanoTime;
    private final HostPolicy policy;
    private final NatTable nat;
    private final NeighborCache neighbors;
    private final HostAddresses own;
    private final Underlay way;
    private final Exits exits;
    private final Inbound inbound;
    private final Outbound outbound;
    private final FlowNotes notes = new FlowNotes();
    private final int agingBudget;

    /**
     * @param underlay of the same pool as the ports of {@code vms}
     * @param listener told on the thread that calls {@link #apply} or {@link #reportFlows}, two calls at a time at most
     * @param wallClock of events
     * @param nanoTime clock of the forwarding thread
     * @param hashSeed of the NAT table, random
     */
    public HostAgent(
            HostConfig config,
            Port underlay,
            List<VmPort> vms,
            Consumer<HostEvent> listener,
            InstantSource wallClock,
            LongSupplier nanoTime,
            long hashSeed) {
        this(config, underlay, vms, SourceNat.NONE, listener, wallClock, nanoTime, hashSeed);
    }

    /** As the other; {@code sourceNat} is asked about flows that VMs open. */
    public HostAgent(
            HostConfig config,
            Port underlay,
            List<VmPort> vms,
            SourceNat sourceNat,
            Consumer<HostEvent> listener,
            InstantSource wallClock,
            LongSupplier nanoTime,
            long hashSeed) {
        this.config = config;
        this.underlay = underlay;
        this.listener = listener;
        this.wallClock = wallClock;
        this.nanoTime = nanoTime;
        vmPorts = List.copyOf(vms);
        this.vms = new Vm[vms.size()];
        for (int i = 0; i < this.vms.length; i++) {
            this.vms[i] = Vm.of(i, vms.get(i));
        }
        var memory = underlay.pool().memory();
        own = HostAddresses.of(config);
        policy = new HostPolicy(own, this.vms);
        nat = new NatTable(config.natCapacity(), config.timeouts(), hashSeed, Arena.ofAuto());
        agingBudget = Math.clamp(config.natCapacity() / AGING_SHARE, MIN_AGING, MAX_AGING);
        var pool = underlay.pool();
        neighbors = new NeighborCache(
                underlay,
                own.asked(),
                NeighborSettings.STANDARD,
                (frame, length, high, low) -> pool.release(frame),
                null);
        way = new Underlay(config, own, neighbors, memory);
        exits = new Exits(pool, neighbors, way, this.vms);
        var translation = new Translation(nat, memory, underlay.mtu());
        var icmpErrors = new IcmpErrors(nat, memory);
        var fragments = new Fragments(memory);
        outbound = new Outbound(own, exits, nat, icmpErrors, translation, fragments, vmPorts, sourceNat);
        var resets = new Resets(config.resetsPerSecond());
        nat.onIdle(new IdleResets(nat, exits, policy, resets, pool, this.vms)::send);
        var delivery = new Delivery(this.vms, exits, nat, translation, fragments);
        var strays =
                new Strays(this.vms, exits, new SecondChance(own), resets, notes, translation, fragments, delivery);
        var steering = new Steering(this.vms, exits, nat, notes, icmpErrors, translation, fragments, delivery, strays);
        inbound = new Inbound(own, underlay.mac().bits(), this.vms, exits, neighbors, steering);
    }

    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        var tables = policy.current();
        if (in.equals(underlay)) {
            for (int i = 0; i < burst.count(); i++) {
                inbound.frame(tables, burst.address(i), burst.length(i), nowNanos);
            }
            return;
        }
        var vm = vmAt(in);
        for (int i = 0; i < burst.count(); i++) {
            outbound.frame(tables, vm, burst.address(i), burst.length(i), nowNanos);
        }
    }

    private Vm vmAt(Port port) {
        for (var vm : vms) {
            if (vm.port().equals(port)) {
                return vm;
            }
        }
        throw new IllegalArgumentException("port " + port.name() + " is none of this host's");
    }

    @Override
    public void tick(long nowNanos) {
        neighbors.tick(nowNanos);
        // Asked for before there is a reply to send: a first burst would not fit the queue that waits for the answer.
        way.askForGateways(nowNanos);
        nat.age(agingBudget, nowNanos);
    }

    /**
     * Makes {@code newPolicy} what the next burst is forwarded by; computing tables takes milliseconds each, so not for the
     * forwarding thread. When this returns {@link PolicyOutcome.Applied}, every generation it names is in place: MUXes may
     * use it.
     */
    public PolicyOutcome apply(SlbPolicy newPolicy) {
        var outcome = policy.apply(newPolicy);
        var at = wallClock.instant();
        listener.accept(
                switch (outcome) {
                    case PolicyOutcome.Applied(long epoch, long cfg, var inPlace, var faults) ->
                        new HostEvent.PolicyApplied(at, epoch, cfg, inPlace, faults);
                    case PolicyOutcome.Refused(long epoch, long newest) ->
                        new HostEvent.PolicyRefused(at, epoch, newest);
                });
        return outcome;
    }

    /** Tells the listener what the forwarding thread has noted about flows since the last call. */
    public void reportFlows() {
        var now = wallClock.instant();
        long nowNanos = nanoTime.getAsLong();
        notes.drain(new FlowNotes.Reader() {
            @Override
            public void rescued(long nanos, FlowKey flow, int generation, int hops, int vm) {
                listener.accept(new HostEvent.FlowRescued(wallTime(nanos), flow, generation, hops, vms[vm].name()));
            }

            @Override
            public void resetSent(long nanos, FlowKey flow, int generation, int hops) {
                listener.accept(new HostEvent.ResetSent(wallTime(nanos), flow, generation, hops));
            }

            @Override
            public void lost(long count) {
                listener.accept(new HostEvent.EventsLost(now, count));
            }

            private Instant wallTime(long nanos) {
                return now.minus(Duration.ofNanos(nowNanos - nanos));
            }
        });
    }

    /** Flows from {@code from} on, {@link NatPage#START} or what a page named as the next; the VM's number is its place in {@link #vms}. */
    public NatPage natFlows(int from, int limit) {
        return nat.page(from, limit, nanoTime.getAsLong());
    }

    public List<VmPort> vms() {
        return vmPorts;
    }

    /** What this host would do with a packet of {@code flow}, client to VIP, and why. */
    public Explanation explain(FlowKey flow) {
        var state = nat.lookUp(flow, nanoTime.getAsLong());
        return new Explainer(own, vms).explain(flow, state, policy.current());
    }

    public HostSnapshot snapshot() {
        var vmStatus = new ArrayList<HostSnapshot.VmStatus>(vmPorts.size());
        for (var vm : vmPorts) {
            vmStatus.add(new HostSnapshot.VmStatus(
                    vm.name(), vm.addresses(), vm.mac(), vm.vni(), vm.port().counters()));
        }
        return new HostSnapshot(
                config.addresses().stream().map(ProviderAddress::address).toList(),
                underlay.counters(),
                vmStatus,
                HostPolicy.inPlace(policy.current()),
                nat.counters(),
                exits.counts().snapshot(),
                exits.drops());
    }

    /** Where every frame went; it balances between bursts. */
    public FrameLedger ledger() {
        long received = underlay.counters().rxPackets();
        for (var vm : vms) {
            received += vm.port().counters().rxPackets();
        }
        var counts = exits.counts();
        long requests = neighbors.requestsSent();
        long resets = counts.of(HostCount.IDLE_RESETS);
        long undelivered = neighbors.drops().total();
        long waiting = neighbors.waiting();
        long sent = counts.of(HostCount.SENT_TO_VMS)
                + counts.of(HostCount.SENT_TO_UNDERLAY)
                + requests
                - undelivered
                - waiting;
        return new FrameLedger(
                received,
                requests + resets,
                sent,
                counts.of(HostCount.TO_KERNEL),
                exits.dropped() + undelivered,
                waiting);
    }

    /** The underlay's neighbours, by address. */
    public List<Neighbor> neighbors(long nowNanos) {
        return neighbors.snapshot(nowNanos);
    }
}

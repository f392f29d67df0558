package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.Vxlan;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ways a frame leaves the agent, all of them: to a VM, to the underlay, to the kernel, or nowhere. Each frame takes exactly
 * one, and each is counted here, which is why the books balance. Belongs to the forwarding thread; counters are any
 * thread's to read.
 */
final class Exits {
    private final MemorySegment memory;
    private final FramePool pool;
    private final NeighborCache neighbors;
    private final Underlay underlay;
    private final Vm[] vms;
    private final Ethernet ethernet = new Ethernet();
    /** Only spreads outer source ports: any seed will do. */
    private final FlowHash hash = new FlowHash(0);

    private final Drops<HostDrop> drops = new Drops<>(HostDrop.class);
    private final Drops<PacketFault> outerFaults = new Drops<>(PacketFault.class);
    private final Drops<PacketFault> innerFaults = new Drops<>(PacketFault.class);
    private final Drops<PacketFault> vmFaults = new Drops<>(PacketFault.class);
    private final Counts counts = new Counts();

    Exits(FramePool pool, NeighborCache neighbors, Underlay underlay, Vm[] vms) {
        this.pool = pool;
        memory = pool.memory();
        this.neighbors = neighbors;
        this.underlay = underlay;
        this.vms = vms;
    }

    MemorySegment memory() {
        return memory;
    }

    Counts counts() {
        return counts;
    }

    void drop(long frame, HostDrop reason) {
        drops.count(reason);
        pool.drop(frame, reason);
    }

    void dropOuter(long frame, PacketFault fault) {
        outerFaults.count(fault);
        pool.drop(frame, fault);
    }

    void dropInner(long frame, PacketFault fault) {
        innerFaults.count(fault);
        pool.drop(frame, fault);
    }

    void dropFromVm(long frame, PacketFault fault) {
        vmFaults.count(fault);
        pool.drop(frame, fault);
    }

    /** The kernel has its own copy of every frame; this one has served. */
    void leaveToKernel(long frame) {
        counts.add(HostCount.TO_KERNEL);
        pool.release(frame);
    }

    /** The EtherType of packets with an address, an IPv4 one as IPv4-mapped. */
    static int etherType(long high, long low) {
        return Ipv6.isMapped(high, low) ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
    }

    /** Sends a frame with an IP packet to a VM, as from its gateway. */
    void toVm(Vm vm, long frame, int length, int etherType) {
        ethernet.wrap(memory, frame).set(vm.mac(), vm.portMac(), etherType);
        send(vm, frame, length);
    }

    /** Sends a frame whose Ethernet header stands already to a VM. */
    void send(Vm vm, long frame, int length) {
        counts.add(HostCount.SENT_TO_VMS);
        vm.port().send(frame, length);
    }

    /** Sends the inner frame at {@code inner}, whose source address is its tag or the gateway's, to another host's VM. */
    void toHost(Backend to, long inner, int length, int sourcePort, long nowNanos) {
        ethernet.wrap(memory, inner).setDestination(to.mac());
        counts.add(HostCount.SENT_TO_UNDERLAY);
        underlay.encapsulate(to, inner, length, sourcePort, nowNanos);
    }

    /**
     * Sends a translated packet to its client: straight to the gateway, unless the client is a VM in the same network, which
     * only the overlay can reach.
     *
     * @param from the VM that answers, or that the client thought would
     * @param high with {@code low} the client's address
     * @param frame where the Ethernet header before the packet starts
     */
    void toClient(PolicyTables policy, Vm from, long high, long low, long frame, int length, long nowNanos) {
        var vm = policy.dip(from.vni(), high, low);
        int etherType = etherType(high, low);
        if (vm == null) {
            ethernet.wrap(memory, frame).set(0, 0, etherType);
            toUnderlay(high, low, frame, length, nowNanos);
        } else if (vm.vm() != Backend.ELSEWHERE) {
            toVm(vms[vm.vm()], frame, length, etherType);
        } else {
            ethernet.wrap(memory, frame).set(0, from.portMac(), etherType);
            long ip = frame + Ethernet.LENGTH;
            long bits = etherType == Ethernet.TYPE_IPV4 ? hash.of(memory, ip) : hash.ofIpv6(memory, ip);
            toHost(vm, frame, length, Vxlan.sourcePort(bits), nowNanos);
        }
    }

    /** Sends a frame whose EtherType stands to where the underlay takes a destination. */
    void toUnderlay(long high, long low, long frame, int length, long nowNanos) {
        counts.add(HostCount.SENT_TO_UNDERLAY);
        underlay.send(high, low, frame, length, nowNanos);
    }

    /** Every reason with its count, those of malformed packets by where they were found. */
    Map<String, Long> drops() {
        var all = new LinkedHashMap<>(drops.snapshot());
        outerFaults.snapshot().forEach((fault, count) -> all.put("outer-" + fault, count));
        innerFaults.snapshot().forEach((fault, count) -> all.put("inner-" + fault, count));
        vmFaults.snapshot().forEach((fault, count) -> all.put("vm-" + fault, count));
        neighbors.drops().snapshot().forEach((reason, count) -> all.put("neighbor-" + reason, count));
        all.keySet().removeIf(reason -> reason.endsWith("-none"));
        return all;
    }

    long dropped() {
        return drops.total() + outerFaults.total() + innerFaults.total() + vmFaults.total();
    }
}

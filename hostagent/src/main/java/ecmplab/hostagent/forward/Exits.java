package ecmplab.hostagent.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.Vxlan;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
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
    private final int ownAddress;
    private final int netmask;
    private final int gateway;
    private final Vm[] vms;
    private final Ethernet ethernet = new Ethernet();
    /** Only spreads outer source ports: any seed will do. */
    private final FlowHash hash = new FlowHash(0);

    private final Drops<HostDrop> drops = new Drops<>(HostDrop.class);
    private final Drops<PacketFault> outerFaults = new Drops<>(PacketFault.class);
    private final Drops<PacketFault> innerFaults = new Drops<>(PacketFault.class);
    private final Drops<PacketFault> vmFaults = new Drops<>(PacketFault.class);
    private final Counts counts = new Counts();

    Exits(HostConfig config, Port underlay, NeighborCache neighbors, Vm[] vms) {
        pool = underlay.pool();
        memory = pool.memory();
        this.neighbors = neighbors;
        ownAddress = Ipv4.bits(config.ipv4().address());
        netmask = config.ipv4().prefixLength() == 0
                ? 0
                : -1 << (32 - config.ipv4().prefixLength());
        gateway = Ipv4.bits(config.ipv4().gateway());
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

    /** Sends a frame with an IPv4 packet to a VM, as from its gateway. */
    void toVm(Vm vm, long frame, int length) {
        ethernet.wrap(memory, frame).set(vm.mac(), vm.portMac(), Ethernet.TYPE_IPV4);
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
        long outer = Vxlan.encapsulate(memory, inner, length, 0, 0, ownAddress, to.host(), sourcePort, to.vni());
        toUnderlay(to.host(), outer, length + Vxlan.ENCAPSULATION, nowNanos);
    }

    /**
     * Sends a translated packet to its client: straight to the gateway, unless the client is a VM in the same network, which
     * only the overlay can reach.
     *
     * @param from the VM that answers, or that the client thought would
     * @param frame where the Ethernet header before the packet starts
     */
    void toClient(PolicyTables policy, Vm from, int client, long frame, int length, long nowNanos) {
        var vm = policy.dip(from.vni(), client);
        if (vm == null) {
            ethernet.wrap(memory, frame).set(0, 0, Ethernet.TYPE_IPV4);
            toUnderlay(client, frame, length, nowNanos);
        } else if (vm.vm() != Backend.ELSEWHERE) {
            toVm(vms[vm.vm()], frame, length);
        } else {
            ethernet.wrap(memory, frame).set(0, from.portMac(), Ethernet.TYPE_IPV4);
            toHost(vm, frame, length, Vxlan.sourcePort(hash.of(memory, frame + Ethernet.LENGTH)), nowNanos);
        }
    }

    /** Sends a frame whose EtherType stands to where the underlay takes {@code destination}. */
    void toUnderlay(int destination, long frame, int length, long nowNanos) {
        counts.add(HostCount.SENT_TO_UNDERLAY);
        boolean neighbor = (destination & netmask) == (ownAddress & netmask);
        neighbors.send(neighbor ? destination : gateway, frame, length, nowNanos);
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

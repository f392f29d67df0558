package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * From a VM: what is for the host's kernel (the VM's gateways: ARP, neighbour discovery, answers to probes) is left to it, replies of known flows are
 * translated and leave straight for the client, what a backend sends to a VIP goes out to the router like any client's. The rest is
 * offered to a {@link SourceNat}. Belongs to the forwarding thread.
 */
final class Outbound {
    private final Exits exits;
    private final Counts counts;
    private final MemorySegment memory;
    private final NatTable nat;
    private final IcmpErrors icmpErrors;
    private final Translation translation;
    private final Fragments fragments;
    private final List<VmPort> vmPorts;
    private final SourceNat sourceNat;
    private final HostAddresses own;
    private final NeighborProxy neighborProxy;

    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final IpHeader ip;
    private final Tcp tcp = new Tcp();
    private final FlowTuple reply = new FlowTuple();

    Outbound(
            HostAddresses own,
            Exits exits,
            NatTable nat,
            IcmpErrors icmpErrors,
            Translation translation,
            Fragments fragments,
            List<VmPort> vmPorts,
            SourceNat sourceNat) {
        this.vmPorts = vmPorts;
        this.sourceNat = sourceNat;
        this.fragments = fragments;
        this.exits = exits;
        this.nat = nat;
        this.icmpErrors = icmpErrors;
        this.translation = translation;
        counts = exits.counts();
        memory = exits.memory();
        this.own = own;
        neighborProxy = new NeighborProxy(exits);
        ip = new IpHeader(memory);
    }

    /** Takes over a frame from a VM. */
    void frame(PolicyTables policy, Vm vm, long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        ethernet.wrap(memory, frame);
        if (fault != PacketFault.NONE) {
            exits.dropFromVm(frame, fault);
        } else if (parser.etherType() == Ethernet.TYPE_ARP) {
            neighborProxy.arp(vm, frame, parser.ip());
        } else if (neighborProxy.isDiscovery(parser)) {
            neighborProxy.discovery(vm, frame, parser);
        } else if (ethernet.toGroup()) {
            exits.leaveToKernel(frame);
        } else if (ethernet.destination() != vm.portMac()) {
            exits.drop(frame, HostDrop.NOT_OURS);
        } else if (parser.version() == 0) {
            exits.drop(frame, HostDrop.VM_NOT_IP);
        } else if (isForKernel(vm)) {
            exits.leaveToKernel(frame);
        } else if (parser.isFragment()) {
            fragment(policy, vm, frame, nowNanos);
        } else if (IcmpErrors.isIcmp(parser)) {
            icmp(policy, vm, frame, nowNanos);
        } else {
            packet(policy, vm, frame, nowNanos);
        }
    }

    private boolean isForKernel(Vm vm) {
        long high = parser.destinationHigh();
        long low = parser.destinationLow();
        return vm.isGateway(high, low) || own.isOwn(high, low) || Ipv6.isLinkLocal(high);
    }

    private boolean isToVip(PolicyTables policy) {
        return policy.isVip(parser.destinationHigh(), parser.destinationLow());
    }

    /** The first goes by its ports, the others where it went. */
    private void fragment(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        if (parser.fragmentOffset() == 0) {
            if (translation.readFirst(parser, reply)) {
                known(policy, vm, frame, nowNanos);
            } else {
                exits.drop(frame, HostDrop.FRAGMENT_UNUSABLE);
            }
            return;
        }
        var datagram = fragments.find(vm.index() + 1, parser, nowNanos);
        if (datagram == null) {
            if (isToVip(policy)) {
                withoutFlow(policy, vm, frame, nowNanos);
            } else {
                exits.drop(frame, HostDrop.FRAGMENT_WITHOUT_FIRST);
            }
        } else if (!ttlEnds(frame)) {
            translation.fragment(parser, datagram);
            ip.wrap(parser).decrementHopLimit();
            counts.add(HostCount.FRAGMENTS);
            toClient(policy, vm, datagram.newDestinationHigh, datagram.newDestinationLow, frame, nowNanos);
        }
    }

    private void packet(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        reply.of(parser);
        known(policy, vm, frame, nowNanos);
    }

    /** {@code reply} is read. */
    private void known(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        int entry = nat.findReply(vm.index(), reply, nowNanos);
        if (entry == NatTable.NONE) {
            withoutFlow(policy, vm, frame, nowNanos);
            return;
        }
        if (ttlEnds(frame)) {
            return;
        }
        if (parser.isFragment()) {
            var datagram = fragments.remember(vm.index() + 1, parser, nowNanos);
            datagram.newSourceHigh = nat.vipHigh(entry);
            datagram.newSourceLow = nat.vipLow(entry);
            datagram.newDestinationHigh = nat.clientHigh(entry);
            datagram.newDestinationLow = nat.clientLow(entry);
        }
        if (translation.toClient(parser, entry)) {
            counts.add(HostCount.MSS_CLAMPED);
        }
        if (parser.protocol() == IpProtocol.TCP) {
            tcp.wrap(memory, parser.transport());
            nat.fromVm(entry, tcp.flags(), tcp.acknowledgement(), parser.ipLength(), nowNanos);
        } else {
            nat.fromVm(entry, 0, 0, parser.ipLength(), nowNanos);
        }
        counts.add(HostCount.REPLIES);
        toClient(policy, vm, nat.clientHigh(entry), nat.clientLow(entry), frame, nowNanos);
    }

    private void toClient(PolicyTables policy, Vm vm, long high, long low, long frame, long nowNanos) {
        exits.toClient(policy, vm, high, low, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
    }

    /** A VM that is a backend may call VIPs: every host finds the way back to it by the policy. */
    private void withoutFlow(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        if (!vm.isDip(parser.sourceHigh(), parser.sourceLow())) {
            exits.drop(frame, HostDrop.SPOOFED_SOURCE);
        } else if (!isToVip(policy)) {
            int length = Ethernet.LENGTH + parser.ipLength();
            if (parser.isFragment() || !sourceNat.open(vmPorts.get(vm.index()), reply, frame, length, nowNanos)) {
                exits.drop(frame, HostDrop.NO_FLOW);
            }
        } else if (policy.dip(vm.vni(), parser.sourceHigh(), parser.sourceLow()) == null) {
            exits.drop(frame, HostDrop.NO_FLOW);
        } else if (!ttlEnds(frame)) {
            ip.wrap(parser).decrementHopLimit();
            counts.add(HostCount.HAIRPINS);
            int length = Ethernet.LENGTH + parser.ipLength();
            exits.toUnderlay(parser.destinationHigh(), parser.destinationLow(), frame, length, nowNanos);
        }
    }

    private void icmp(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        if (!icmpErrors.isError(parser)) {
            exits.drop(frame, HostDrop.NO_FLOW);
            return;
        }
        if (!icmpErrors.readFromVm(parser, reply)) {
            exits.drop(frame, HostDrop.ICMP_UNUSABLE);
            return;
        }
        int entry = nat.findReply(vm.index(), reply, nowNanos);
        if (entry == NatTable.NONE) {
            exits.drop(frame, HostDrop.ICMP_NO_FLOW);
        } else if (!vm.isDip(parser.sourceHigh(), parser.sourceLow()) && !isLocal(entry)) {
            exits.drop(frame, HostDrop.SPOOFED_SOURCE);
        } else if (!ttlEnds(frame)) {
            icmpErrors.translateToClient(parser, entry);
            counts.add(HostCount.ICMP_FROM_VM);
            toClient(policy, vm, nat.clientHigh(entry), nat.clientLow(entry), frame, nowNanos);
        }
    }

    private boolean isLocal(int entry) {
        return parser.sourceLow() == nat.localLow(entry) && parser.sourceHigh() == nat.localHigh(entry);
    }

    /** Drops the packet when its TTL does not survive this hop. */
    private boolean ttlEnds(long frame) {
        if (parser.hopLimit() > 1) {
            return false;
        }
        exits.drop(frame, HostDrop.TTL_EXPIRED);
        return true;
    }
}

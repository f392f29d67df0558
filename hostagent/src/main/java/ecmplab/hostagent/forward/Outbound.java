package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * From a VM: what is for the host's kernel (the VM's gateway: ARP, answers to probes) is left to it, replies of known flows are
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
    private final int ownAddress;

    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final Arp arp = new Arp();
    private final Ipv4 ip = new Ipv4();
    private final Tcp tcp = new Tcp();
    private final FlowTuple reply = new FlowTuple();

    Outbound(
            HostConfig config,
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
        ownAddress = Ipv4.bits(config.ipv4().address());
    }

    /** Takes over a frame from a VM. */
    void frame(PolicyTables policy, Vm vm, long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        ethernet.wrap(memory, frame);
        if (fault != PacketFault.NONE) {
            exits.dropFromVm(frame, fault);
        } else if (parser.etherType() == Ethernet.TYPE_ARP) {
            arp(vm, frame);
        } else if (ethernet.toGroup()) {
            exits.leaveToKernel(frame);
        } else if (ethernet.destination() != vm.portMac()) {
            exits.drop(frame, HostDrop.NOT_OURS);
        } else if (parser.etherType() != Ethernet.TYPE_IPV4) {
            exits.drop(frame, HostDrop.VM_NOT_IPV4);
        } else if (parser.destination() == vm.gateway() || parser.destination() == ownAddress) {
            exits.leaveToKernel(frame);
        } else if (parser.isFragment()) {
            fragment(policy, vm, frame, nowNanos);
        } else if (parser.protocol() == IpProtocol.ICMP) {
            icmp(policy, vm, frame, nowNanos);
        } else {
            packet(policy, vm, frame, nowNanos);
        }
    }

    /**
     * The kernel answers for the gateway. For any other address that a VM takes to be on its link, the agent gives its own side
     * (RFC 1027), because the VMs of a subnet may be on any host; not for the VM's own, which it asks for to find doubles (RFC 5227).
     */
    private void arp(Vm vm, long frame) {
        arp.wrap(memory, parser.ip());
        int target = arp.targetAddress();
        if (arp.operation() != Arp.REQUEST
                || arp.senderAddress() != vm.dip()
                || target == vm.gateway()
                || target == vm.dip()) {
            exits.leaveToKernel(frame);
            return;
        }
        long asker = arp.senderMac();
        arp.set(Arp.REPLY, vm.portMac(), target, asker, vm.dip());
        ethernet.wrap(memory, frame).set(asker, vm.portMac(), Ethernet.TYPE_ARP);
        counts.add(HostCount.ARP_ANSWERED);
        exits.send(vm, frame, Arp.FRAME_LENGTH);
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
            if (policy.isVip(parser.destination())) {
                withoutFlow(policy, vm, frame, nowNanos);
            } else {
                exits.drop(frame, HostDrop.FRAGMENT_WITHOUT_FIRST);
            }
        } else if (!ttlEnds(frame)) {
            translation.fragment(parser, datagram);
            ip.wrap(memory, parser.ip()).decrementTtl();
            counts.add(HostCount.FRAGMENTS);
            int client = (int) datagram.newDestinationLow;
            exits.toClient(policy, vm, client, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
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
        int client = nat.clientIpv4(entry);
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
        exits.toClient(policy, vm, client, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
    }

    /** A VM that is a backend may call VIPs: every host finds the way back to it by the policy. */
    private void withoutFlow(PolicyTables policy, Vm vm, long frame, long nowNanos) {
        if (parser.source() != vm.dip()) {
            exits.drop(frame, HostDrop.SPOOFED_SOURCE);
        } else if (!policy.isVip(parser.destination())) {
            int length = Ethernet.LENGTH + parser.ipLength();
            if (parser.isFragment() || !sourceNat.open(vmPorts.get(vm.index()), reply, frame, length, nowNanos)) {
                exits.drop(frame, HostDrop.NO_FLOW);
            }
        } else if (policy.dip(vm.vni(), vm.dip()) == null) {
            exits.drop(frame, HostDrop.NO_FLOW);
        } else if (!ttlEnds(frame)) {
            ip.wrap(memory, parser.ip()).decrementTtl();
            counts.add(HostCount.HAIRPINS);
            exits.toUnderlay(parser.destination(), frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
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
        } else if (parser.source() != vm.dip() && parser.source() != nat.localIpv4(entry)) {
            exits.drop(frame, HostDrop.SPOOFED_SOURCE);
        } else if (!ttlEnds(frame)) {
            int client = nat.clientIpv4(entry);
            icmpErrors.translateToClient(parser, entry);
            counts.add(HostCount.ICMP_FROM_VM);
            exits.toClient(policy, vm, client, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
        }
    }

    /** Drops the packet when its TTL does not survive this hop. */
    private boolean ttlEnds(long frame) {
        if (ip.wrap(memory, parser.ip()).ttl() > 1) {
            return false;
        }
        exits.drop(frame, HostDrop.TTL_EXPIRED);
        return true;
    }
}

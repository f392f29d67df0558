package ecmplab.hostagent.forward;

import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import java.lang.foreign.MemorySegment;

/**
 * Answers VMs that ask for the MAC address of others. The kernel answers for the gateway. For any other address that a VM takes to be on
 * its link, the agent gives its own side (RFC 1027; RFC 4861 section 7.2.8), because the VMs of a subnet may be on any host; not for the
 * VM's own, which it asks for to find doubles (RFC 5227, RFC 4862 section 5.4). Belongs to the forwarding thread.
 */
final class NeighborProxy {
    private final Exits exits;
    private final MemorySegment memory;
    private final Ethernet ethernet = new Ethernet();
    private final Arp arp = new Arp();
    private final Icmpv6 icmpv6 = new Icmpv6();
    private final NeighborDiscovery discovery = new NeighborDiscovery();

    NeighborProxy(Exits exits) {
        this.exits = exits;
        memory = exits.memory();
    }

    /** Whether a packet is neighbour discovery's, solicitations or advertisements. */
    boolean isDiscovery(PacketParser packet) {
        if (packet.protocol() != IpProtocol.ICMPV6 || packet.version() != 6 || packet.isFragment()) {
            return false;
        }
        int type = icmpv6.wrap(memory, packet.transport()).type();
        return type == Icmpv6.NEIGHBOR_SOLICITATION || type == Icmpv6.NEIGHBOR_ADVERTISEMENT;
    }

    /** Takes over a frame with a sound ARP message at {@code message}. */
    void arp(Vm vm, long frame, long message) {
        arp.wrap(memory, message);
        int target = arp.targetAddress();
        long mapped = Ipv6.mapped(target);
        long sender = Ipv6.mapped(arp.senderAddress());
        if (arp.operation() != Arp.REQUEST || !vm.isDip(0, sender) || vm.isGateway(0, mapped) || vm.isDip(0, mapped)) {
            exits.leaveToKernel(frame);
            return;
        }
        long asker = arp.senderMac();
        arp.set(Arp.REPLY, vm.portMac(), target, asker, (int) sender);
        ethernet.wrap(memory, frame).set(asker, vm.portMac(), Ethernet.TYPE_ARP);
        exits.counts().add(HostCount.ARP_ANSWERED);
        exits.send(vm, frame, Arp.FRAME_LENGTH);
    }

    /** Takes over a frame with a message of neighbour discovery. */
    void discovery(Vm vm, long frame, PacketParser packet) {
        var fault = NeighborDiscovery.check(memory, packet.ip(), packet.transport(), packet.transportLength());
        if (fault != PacketFault.NONE) {
            exits.dropFromVm(frame, fault);
            return;
        }
        discovery.wrap(memory, packet.transport(), packet.transportLength());
        long high = discovery.targetHigh();
        long low = discovery.targetLow();
        long asker = discovery.linkAddress();
        if (!discovery.isSolicitation()
                || !isAsking(vm, packet)
                || Ipv6.isLinkLocal(high)
                || vm.isGateway(high, low)
                || vm.isDip(high, low)) {
            exits.leaveToKernel(frame);
            return;
        }
        long to = asker == NeighborDiscovery.ABSENT ? vm.mac() : asker;
        // Does not override what another says, as a proxy's must not.
        int length = NeighborDiscovery.writeAdvertisement(
                memory,
                frame,
                to,
                vm.portMac(),
                packet.sourceHigh(),
                packet.sourceLow(),
                high,
                low,
                NeighborDiscovery.ROUTER | NeighborDiscovery.SOLICITED);
        exits.counts().add(HostCount.SOLICITATIONS_ANSWERED);
        exits.send(vm, frame, length);
    }

    /** Whether the source is one that the VM asks from: its address, or a link-local one. */
    private static boolean isAsking(Vm vm, PacketParser packet) {
        return vm.isDip(packet.sourceHigh(), packet.sourceLow()) || Ipv6.isLinkLocal(packet.sourceHigh());
    }
}

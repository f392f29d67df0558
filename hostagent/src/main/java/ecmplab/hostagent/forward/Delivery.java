package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Tcp;

/** Gives packets of flows that live here to their VMs, translated. Belongs to the forwarding thread. */
final class Delivery {
    private final Vm[] vms;
    private final Exits exits;
    private final Counts counts;
    private final NatTable nat;
    private final Translation translation;
    private final Fragments fragments;
    private final Tcp tcp = new Tcp();

    Delivery(Vm[] vms, Exits exits, NatTable nat, Translation translation, Fragments fragments) {
        this.vms = vms;
        this.exits = exits;
        this.nat = nat;
        this.translation = translation;
        this.fragments = fragments;
        counts = exits.counts();
    }

    /** To the VM of the flow at {@code entry}, whichever the MUX addressed. */
    void deliver(InnerPacket packet, int entry) {
        var parser = packet.parser;
        if (parser.isFragment()) {
            remember(packet, entry);
        }
        if (translation.toVm(parser, entry)) {
            counts.add(HostCount.MSS_CLAMPED);
        }
        note(packet, entry);
        counts.add(HostCount.DELIVERED);
        toVm(packet, vms[nat.vm(entry)]);
    }

    /** The flow lives: the client has sent this packet. */
    void note(InnerPacket packet, int entry) {
        int length = packet.parser.ipLength();
        if (packet.isTcp()) {
            tcp.wrap(exits.memory(), packet.parser.transport());
            nat.fromClient(entry, tcp.flags(), tcp.acknowledgement(), length, packet.now);
        } else {
            nat.fromClient(entry, 0, 0, length, packet.now);
        }
    }

    private void remember(InnerPacket packet, int entry) {
        var datagram = fragments.remember(Fragments.FROM_UNDERLAY, packet.parser, packet.now);
        datagram.vm = nat.vm(entry);
        datagram.newDestinationHigh = nat.localHigh(entry);
        datagram.newDestinationLow = nat.localLow(entry);
        if (nat.masked(entry)) {
            datagram.newSourceHigh = nat.vipHigh(entry);
            datagram.newSourceLow = nat.vipLow(entry);
        }
    }

    /** A later fragment, to the VM that its first went to. */
    void deliver(InnerPacket packet, Fragments.Datagram datagram) {
        translation.fragment(packet.parser, datagram);
        toVm(packet, vms[datagram.vm]);
    }

    /** As it is: the reply of another VM's service. */
    void deliverPlain(InnerPacket packet, Vm vm) {
        counts.add(HostCount.DELIVERED_PLAIN);
        toVm(packet, vm);
    }

    /** What stands in the frame already, to a VM. */
    void toVm(InnerPacket packet, Vm vm) {
        exits.toVm(vm, packet.frame, packet.frameLength(), packet.parser.etherType());
    }
}

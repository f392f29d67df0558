package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatFlow;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.Tcp;

/**
 * What becomes of a packet that came in VXLAN: of a flow that lives here it is delivered, of others {@link Strays} has it. Belongs to
 * the forwarding thread.
 */
final class Steering {
    private final Exits exits;
    private final Counts counts;
    private final NatTable nat;
    private final FlowNotes notes;
    private final IcmpErrors icmpErrors;
    private final Translation translation;
    private final Fragments fragments;
    private final Delivery delivery;
    private final Strays strays;
    private final Vm[] vms;
    private final Tcp tcp = new Tcp();

    Steering(
            Vm[] vms,
            Exits exits,
            NatTable nat,
            FlowNotes notes,
            IcmpErrors icmpErrors,
            Translation translation,
            Fragments fragments,
            Delivery delivery,
            Strays strays) {
        this.vms = vms;
        this.exits = exits;
        this.nat = nat;
        this.notes = notes;
        this.icmpErrors = icmpErrors;
        this.translation = translation;
        this.fragments = fragments;
        this.delivery = delivery;
        this.strays = strays;
        counts = exits.counts();
    }

    /**
     * Takes over the inner frame.
     *
     * @param addressed the VM that the inner destination address names
     */
    void steer(InnerPacket packet, Vm addressed) {
        var parser = packet.parser;
        if (parser.isFragment() && parser.fragmentOffset() > 0) {
            laterFragment(packet, addressed);
            return;
        }
        if (parser.isFragment()) {
            if (!translation.readFirst(parser, packet.flow)) {
                exits.drop(packet.frame, HostDrop.FRAGMENT_UNUSABLE);
                return;
            }
        } else if (IcmpErrors.isIcmp(parser) && !isToDip(packet, addressed)) {
            icmp(packet);
            return;
        } else {
            packet.flow.of(parser);
        }
        int entry = nat.find(packet.flow, packet.now);
        if (entry != NatTable.NONE && !startsAfresh(packet, entry, addressed)) {
            var movedTo = packet.policy.movedTo(nat.vm(entry));
            if (movedTo == null) {
                known(packet, entry, addressed);
                return;
            } else if (!movedTo.dead() && !opens(packet)) {
                delivery.note(packet, entry);
                strays.handOver(packet, movedTo);
                return;
            }
        }
        var endpoint = packet.policy.endpoint(packet.flow);
        if (endpoint != null) {
            strays.steer(packet, endpoint, addressed);
        } else if (isPlain(packet, addressed)) {
            delivery.deliverPlain(packet, addressed);
        } else {
            boolean isVip = packet.policy.isVip(parser.destinationHigh(), parser.destinationLow());
            exits.drop(packet.frame, isVip ? HostDrop.NO_ENDPOINT : HostDrop.NOT_A_VIP);
        }
    }

    private static boolean isToDip(InnerPacket packet, Vm addressed) {
        return addressed.isDip(packet.parser.destinationHigh(), packet.parser.destinationLow());
    }

    private static boolean isPlain(InnerPacket packet, Vm addressed) {
        var parser = packet.parser;
        return isToDip(packet, addressed) && packet.policy.isVip(parser.sourceHigh(), parser.sourceLow());
    }

    /** Goes where its first went. */
    private void laterFragment(InnerPacket packet, Vm addressed) {
        var datagram = fragments.find(Fragments.FROM_UNDERLAY, packet.parser, packet.now);
        if (datagram != null) {
            counts.add(HostCount.FRAGMENTS);
            if (datagram.passedOn == null) {
                delivery.deliver(packet, datagram);
            } else {
                strays.follow(packet, datagram.passedOn, datagram.flags);
            }
        } else if (isPlain(packet, addressed)) {
            delivery.deliverPlain(packet, addressed);
        } else {
            exits.drop(packet.frame, HostDrop.FRAGMENT_WITHOUT_FIRST);
        }
    }

    /** Whether the packet opens a connection where the state is of one that is over, or that another VM never answered. */
    private boolean startsAfresh(InnerPacket packet, int entry, Vm addressed) {
        return opens(packet)
                && nat.disposable(entry)
                && (nat.state(entry) == NatFlow.State.CLOSED || nat.vm(entry) != addressed.index());
    }

    private boolean opens(InnerPacket packet) {
        return packet.isTcp()
                && tcp.wrap(exits.memory(), packet.parser.transport()).opens();
    }

    /** State exists: deliver, wherever among the VMs here. */
    private void known(InnerPacket packet, int entry, Vm addressed) {
        int hops = FrameTag.isTag(packet.tag) ? FrameTag.hop(packet.tag) : 0;
        if (hops > 0 || nat.vm(entry) != addressed.index()) {
            counts.add(HostCount.RESCUED);
            if (nat.markRescued(entry)) {
                counts.add(HostCount.FLOWS_RESCUED);
                notes.rescued(packet.flow, packet.tag, nat.vm(entry), packet.now);
            }
        }
        delivery.deliver(packet, entry);
    }

    private void icmp(InnerPacket packet) {
        if (!icmpErrors.readFromClient(packet.parser, packet.flow)) {
            boolean error = icmpErrors.isError(packet.parser);
            exits.drop(packet.frame, error ? HostDrop.ICMP_UNUSABLE : HostDrop.ICMP_NOT_ERROR);
            return;
        }
        int entry = nat.find(packet.flow, packet.now);
        var movedTo = entry == NatTable.NONE ? null : packet.policy.movedTo(nat.vm(entry));
        if (movedTo != null && !movedTo.dead()) {
            strays.handOver(packet, movedTo);
            return;
        }
        if (entry != NatTable.NONE) {
            icmpErrors.translateToVm(packet.parser, entry);
            counts.add(HostCount.ICMP_TO_VM);
            delivery.toVm(packet, vms[nat.vm(entry)]);
            return;
        }
        var endpoint = packet.policy.endpoint(packet.flow);
        if (endpoint == null) {
            exits.drop(packet.frame, HostDrop.NO_ENDPOINT);
        } else {
            strays.steerError(packet, endpoint);
        }
    }
}

package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTable;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Tcp;

/**
 * What becomes of a packet to an endpoint whose flow has no state here: the flow is made, the packet is passed on to where the flow may
 * live, or it is answered with a reset. Belongs to the forwarding thread.
 */
final class Strays {
    private final Exits exits;
    private final Counts counts;
    private final SecondChance secondChance;
    private final Resets resets;
    private final FlowNotes notes;
    private final Translation translation;
    private final Fragments fragments;
    private final Delivery delivery;
    private final Vm[] vms;

    private final Ethernet ethernet = new Ethernet();
    private final Tcp tcp = new Tcp();

    Strays(
            Vm[] vms,
            Exits exits,
            SecondChance secondChance,
            Resets resets,
            FlowNotes notes,
            Translation translation,
            Fragments fragments,
            Delivery delivery) {
        this.vms = vms;
        this.exits = exits;
        this.secondChance = secondChance;
        this.resets = resets;
        this.notes = notes;
        this.translation = translation;
        this.fragments = fragments;
        this.delivery = delivery;
        counts = exits.counts();
    }

    /** A new connection is made where it was sent, anything else looks for its owner. */
    void steer(InnerPacket packet, EndpointTable endpoint, Vm addressed) {
        readTag(packet, endpoint);
        boolean isTcp = packet.isTcp();
        if (isTcp && tcp.wrap(exits.memory(), packet.parser.transport()).opens()) {
            create(packet, endpoint, addressed);
            return;
        }
        if ((FrameTag.flags(packet.tag) & FrameTag.ADOPT) != 0) {
            counts.add(isTcp ? HostCount.MOVED_ADOPTED : HostCount.ADOPTED);
            create(packet, endpoint, addressed);
            return;
        }
        var next = secondChance.next(endpoint, packet.flow, packet.tag);
        int hop = FrameTag.hop(packet.tag);
        // What is not TCP keeps its last hop to be brought back to the current owner.
        if (next != null && hop < SecondChance.MAX_HOPS - (isTcp ? 0 : 1)) {
            passOn(packet, next, nextFlags(packet));
        } else if (!isTcp) {
            adopt(packet, endpoint);
        } else if (next != null) {
            exits.drop(packet.frame, HostDrop.HOP_LIMIT);
        } else {
            nobodyLeft(packet, endpoint, addressed);
        }
    }

    /** A packet of a flow whose VM has moved: wherever that is now, it knows the flow or says so itself. */
    void handOver(InnerPacket packet, Backend to) {
        if (!FrameTag.isTag(packet.tag)) {
            packet.tag = FrameTag.bits(0, 0, 0, FrameTag.FROM_FLOW_TABLE, 0);
        }
        if (FrameTag.hop(packet.tag) < SecondChance.MAX_HOPS_TO_MOVED) {
            passOn(packet, to, FrameTag.flags(packet.tag) | FrameTag.ADOPT);
        } else {
            exits.drop(packet.frame, HostDrop.HOP_LIMIT);
        }
    }

    /** An ICMP error about a flow: it goes where the flow may be. */
    void steerError(InnerPacket packet, EndpointTable endpoint) {
        readTag(packet, endpoint);
        var next = secondChance.next(endpoint, packet.flow, packet.tag);
        if (next != null && FrameTag.hop(packet.tag) < SecondChance.MAX_HOPS) {
            passOn(packet, next, nextFlags(packet));
        } else {
            exits.drop(packet.frame, next == null ? HostDrop.ICMP_NO_FLOW : HostDrop.HOP_LIMIT);
        }
    }

    /** A later fragment, whose first was passed on. */
    void follow(InnerPacket packet, Backend to, int flags) {
        if (!FrameTag.isTag(packet.tag)) {
            packet.tag = FrameTag.bits(0, 0, 0, FrameTag.FROM_FLOW_TABLE, 0);
        }
        if (FrameTag.hop(packet.tag) >= SecondChance.MAX_HOPS_TO_MOVED) {
            exits.drop(packet.frame, HostDrop.HOP_LIMIT);
        } else {
            sendOn(packet, to, flags);
        }
    }

    private int nextFlags(InnerPacket packet) {
        return FrameTag.flags(packet.tag) | (secondChance.newer() ? FrameTag.NEWER_PART : 0);
    }

    /** A frame without a tag is taken for one of the generation in force; one with, to see whether its MUX computes as we do. */
    private void readTag(InnerPacket packet, EndpointTable endpoint) {
        long tag = packet.tag;
        if (!FrameTag.isTag(tag)) {
            int inForce = endpoint.inForce();
            int generation = inForce < 0 ? 0 : endpoint.generation(inForce);
            packet.tag = FrameTag.bits(0, generation, 0, FrameTag.FROM_FLOW_TABLE, 0);
            return;
        }
        // Fragments have a slot without ports, so that all of a datagram meet.
        boolean bySlot = (FrameTag.flags(tag) & FrameTag.FROM_FLOW_TABLE) == 0 && !packet.parser.isFragment();
        int depth = bySlot ? endpoint.depthOf(FrameTag.generation(tag)) : -1;
        if (depth >= 0 && (endpoint.slot(depth, packet.flow) & 0xFF) != FrameTag.slot(tag)) {
            counts.add(HostCount.SLOT_DISAGREEMENTS);
        }
    }

    private void create(InnerPacket packet, EndpointTable endpoint, Vm vm) {
        var movedTo = packet.policy.movedTo(vm.index());
        if (movedTo != null && !movedTo.dead()) {
            leaveWord(packet, endpoint, vm);
            handOver(packet, movedTo);
            return;
        }
        var member = endpoint.memberOn(vm.index(), FrameTag.generation(packet.tag), packet.flow);
        if (member == null) {
            notHere(packet, endpoint);
        } else {
            make(packet, endpoint, member);
        }
    }

    /** Who looks for the flow by its slot will come here: it must be known, though the VM is elsewhere. */
    private void leaveWord(InnerPacket packet, EndpointTable endpoint, Vm vm) {
        int depth = endpoint.depthOf(FrameTag.generation(packet.tag));
        var origin = depth < 0 ? null : endpoint.origin(depth, packet.flow);
        if (origin != null && origin.vm() == vm.index()) {
            int entry = translation.create(endpoint, origin, packet.flow, packet.now);
            if (entry >= 0) {
                delivery.note(packet, entry);
            }
        }
    }

    private void make(InnerPacket packet, EndpointTable endpoint, Backend member) {
        int entry = translation.create(endpoint, member, packet.flow, packet.now);
        switch (entry) {
            case NatTable.FULL -> exits.drop(packet.frame, HostDrop.NAT_FULL);
            case NatTable.CONFLICT -> exits.drop(packet.frame, HostDrop.NAT_CONFLICT);
            default -> delivery.deliver(packet, entry);
        }
    }

    /** A new flow for a VM that is no member: it may have moved, and the MUX be late. */
    private void notHere(InnerPacket packet, EndpointTable endpoint) {
        int depth = endpoint.depthOf(FrameTag.generation(packet.tag));
        var owner = depth < 0 ? null : endpoint.owner(depth, packet.flow);
        if (owner == null
                || !owner.moved()
                || owner.vm() != Backend.ELSEWHERE
                || FrameTag.hop(packet.tag) >= SecondChance.MAX_HOPS) {
            exits.drop(packet.frame, HostDrop.NOT_A_MEMBER);
        } else if (owner.dead()) {
            exits.drop(packet.frame, HostDrop.HOST_DEAD);
        } else {
            passOn(packet, owner, FrameTag.flags(packet.tag));
        }
    }

    private void passOn(InnerPacket packet, Backend to, int flags) {
        if (packet.parser.isFragment()) {
            var datagram = fragments.remember(Fragments.FROM_UNDERLAY, packet.parser, packet.now);
            datagram.passedOn = to;
            datagram.flags = flags;
        }
        sendOn(packet, to, flags);
    }

    private void sendOn(InnerPacket packet, Backend to, int flags) {
        counts.add(HostCount.PASSED_ON);
        long tag = packet.tag;
        ethernet.wrap(exits.memory(), packet.frame)
                .setSource(FrameTag.bits(
                        FrameTag.mux(tag), FrameTag.generation(tag), FrameTag.hop(tag) + 1, flags, FrameTag.slot(tag)));
        exits.toHost(to, packet.frame, packet.length, packet.outerSourcePort, packet.now);
    }

    /** Not TCP, and nobody knows it: the owner in force takes it, here or by one more hop. */
    private void adopt(InnerPacket packet, EndpointTable endpoint) {
        var owner = endpoint.inForce() < 0 ? null : endpoint.owner(endpoint.inForce(), packet.flow);
        if (owner == null) {
            exits.drop(packet.frame, HostDrop.NO_OWNER);
        } else if (owner.vm() != Backend.ELSEWHERE) {
            counts.add(HostCount.ADOPTED);
            create(packet, endpoint, vms[owner.vm()]);
        } else if (owner.dead()) {
            exits.drop(packet.frame, HostDrop.HOST_DEAD);
        } else if (FrameTag.hop(packet.tag) < SecondChance.MAX_HOPS) {
            passOn(packet, owner, FrameTag.flags(packet.tag) | FrameTag.ADOPT);
        } else {
            exits.drop(packet.frame, HostDrop.HOP_LIMIT);
        }
    }

    /**
     * TCP that nobody knows: reset, unless a newer generation makes it likely that only this frame is late. When its VM has moved, the
     * VM is asked: it goes on with the connection if it brought it along, and answers with a reset if it did not.
     */
    private void nobodyLeft(InnerPacket packet, EndpointTable endpoint, Vm addressed) {
        var moved = endpoint.moved(packet.flow);
        if (moved != null && moved.vm() != Backend.ELSEWHERE) {
            counts.add(HostCount.MOVED_ADOPTED);
            make(packet, endpoint, moved);
            return;
        } else if (moved != null) {
            handOver(packet, moved);
            return;
        }
        int inForce = endpoint.inForce();
        int generation = FrameTag.generation(packet.tag);
        if (inForce >= 0 && EndpointTable.isNewer(endpoint.generation(inForce), generation)) {
            exits.drop(packet.frame, HostDrop.STALE_GENERATION);
        } else if (endpoint.depthOf(generation) < 0) {
            exits.drop(packet.frame, HostDrop.UNKNOWN_GENERATION);
        } else if (tcp.wrap(exits.memory(), packet.parser.transport()).has(Tcp.RST)) {
            exits.drop(packet.frame, HostDrop.STRAY_RESET);
        } else if (!resets.permit(packet.now)) {
            exits.drop(packet.frame, HostDrop.RESET_LIMIT);
        } else {
            reset(packet, addressed);
        }
    }

    private void reset(InnerPacket packet, Vm addressed) {
        long high = packet.parser.sourceHigh();
        long low = packet.parser.sourceLow();
        int length = resets.answer(exits.memory(), packet.parser, packet.frame);
        counts.add(HostCount.RESETS);
        notes.resetSent(packet.flow, packet.tag, packet.now);
        exits.toClient(packet.policy, addressed, high, low, packet.frame, length, packet.now);
    }
}

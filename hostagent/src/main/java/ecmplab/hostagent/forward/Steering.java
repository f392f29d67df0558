package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatFlow;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import java.lang.foreign.MemorySegment;

/**
 * What becomes of a packet that came in VXLAN, by what is known of its flow: delivered, made, passed on, or answered with a
 * reset. Fields hold the one packet in hand. Belongs to the forwarding thread.
 */
final class Steering {
    private final Exits exits;
    private final Counts counts;
    private final MemorySegment memory;
    private final NatTable nat;
    private final SecondChance secondChance;
    private final Resets resets;
    private final FlowNotes notes;
    private final IcmpErrors icmpErrors;
    private final Translation translation;
    private final Fragments fragments;
    private final Vm[] vms;

    private final Ethernet ethernet = new Ethernet();
    private final Tcp tcp = new Tcp();
    private final FlowTuple flow = new FlowTuple();

    private PacketParser parser = new PacketParser();
    private PolicyTables policy = PolicyTables.EMPTY;
    private long now;
    private long inner;
    private int innerLength;
    private int outerSourcePort;
    private long tag;

    Steering(
            Vm[] vms,
            Exits exits,
            NatTable nat,
            SecondChance secondChance,
            Resets resets,
            FlowNotes notes,
            IcmpErrors icmpErrors,
            Translation translation,
            Fragments fragments) {
        this.fragments = fragments;
        this.vms = vms;
        this.exits = exits;
        this.nat = nat;
        this.secondChance = secondChance;
        this.resets = resets;
        this.notes = notes;
        this.icmpErrors = icmpErrors;
        this.translation = translation;
        counts = exits.counts();
        memory = exits.memory();
    }

    /**
     * Takes over the inner frame at {@code newInner}.
     *
     * @param newParser has found the packet in it sound
     * @param addressed the VM that the inner destination address names
     * @param source inner source address: a MUX's tag, or a VM's gateway's
     * @param newSourcePort outer one, kept when the frame is passed on
     */
    void steer(
            PolicyTables newPolicy,
            PacketParser newParser,
            Vm addressed,
            long source,
            long newInner,
            int newInnerLength,
            int newSourcePort,
            long nowNanos) {
        policy = newPolicy;
        parser = newParser;
        tag = source;
        inner = newInner;
        innerLength = newInnerLength;
        outerSourcePort = newSourcePort;
        now = nowNanos;
        packet(addressed);
    }

    private void packet(Vm addressed) {
        if (parser.isFragment() && parser.fragmentOffset() > 0) {
            laterFragment(addressed);
            return;
        }
        if (parser.isFragment() && !translation.readFirst(parser, flow)) {
            exits.drop(inner, HostDrop.FRAGMENT_UNUSABLE);
            return;
        }
        if (parser.protocol() == IpProtocol.ICMP && parser.destination() != addressed.dip()) {
            icmp();
            return;
        }
        if (!parser.isFragment()) {
            flow.of(parser);
        }
        int entry = nat.find(flow, now);
        if (entry != NatTable.NONE && !startsAfresh(entry, addressed) && !policy.movedAway(nat.vm(entry))) {
            known(entry, addressed);
            return;
        }
        var endpoint = policy.endpoint(flow.destinationIpv4(), flow.protocol(), flow.destinationPort());
        if (endpoint != null) {
            unknown(endpoint, addressed);
        } else if (isPlain(addressed)) {
            plain(addressed);
        } else {
            exits.drop(inner, policy.isVip(parser.destination()) ? HostDrop.NO_ENDPOINT : HostDrop.NOT_A_VIP);
        }
    }

    private boolean isPlain(Vm addressed) {
        return parser.destination() == addressed.dip() && policy.isVip(parser.source());
    }

    private void plain(Vm addressed) {
        counts.add(HostCount.DELIVERED_PLAIN);
        exits.toVm(addressed, inner, Ethernet.LENGTH + parser.ipLength());
    }

    /** Goes where its first went. */
    private void laterFragment(Vm addressed) {
        var datagram = fragments.find(Fragments.FROM_UNDERLAY, parser, now);
        if (datagram == null) {
            if (isPlain(addressed)) {
                plain(addressed);
            } else {
                exits.drop(inner, HostDrop.FRAGMENT_WITHOUT_FIRST);
            }
            return;
        }
        counts.add(HostCount.FRAGMENTS);
        if (datagram.passedOn != null) {
            if (FrameTag.isTag(tag) && FrameTag.hop(tag) >= SecondChance.MAX_HOPS) {
                exits.drop(inner, HostDrop.HOP_LIMIT);
            } else {
                tag = FrameTag.isTag(tag) ? tag : FrameTag.bits(0, 0, 0, FrameTag.FROM_FLOW_TABLE, 0);
                sendOn(datagram.passedOn, datagram.flags);
            }
            return;
        }
        translation.fragment(parser, datagram);
        exits.toVm(vms[datagram.vm], inner, Ethernet.LENGTH + parser.ipLength());
    }

    /** Whether the packet opens a connection where the state is of one that is over, or that another VM never answered. */
    private boolean startsAfresh(int entry, Vm addressed) {
        return parser.protocol() == IpProtocol.TCP
                && tcp.wrap(memory, parser.transport()).opens()
                && nat.disposable(entry)
                && (nat.state(entry) == NatFlow.State.CLOSED || nat.vm(entry) != addressed.index());
    }

    /** State exists: deliver, wherever among the VMs here. */
    private void known(int entry, Vm addressed) {
        int hops = FrameTag.isTag(tag) ? FrameTag.hop(tag) : 0;
        if (hops > 0 || nat.vm(entry) != addressed.index()) {
            counts.add(HostCount.RESCUED);
            if (nat.markRescued(entry)) {
                counts.add(HostCount.FLOWS_RESCUED);
                notes.rescued(flow, tag, nat.vm(entry), now);
            }
        }
        deliver(entry);
    }

    private void deliver(int entry) {
        if (parser.isFragment()) {
            var datagram = fragments.remember(Fragments.FROM_UNDERLAY, parser, now);
            datagram.vm = nat.vm(entry);
            datagram.newDestinationHigh = nat.localHigh(entry);
            datagram.newDestinationLow = nat.localLow(entry);
            if (nat.masked(entry)) {
                datagram.newSourceHigh = nat.vipHigh(entry);
                datagram.newSourceLow = nat.vipLow(entry);
            }
        }
        boolean clamped = translation.toVm(parser, entry);
        if (clamped) {
            counts.add(HostCount.MSS_CLAMPED);
        }
        if (parser.protocol() == IpProtocol.TCP) {
            tcp.wrap(memory, parser.transport());
            nat.fromClient(entry, tcp.flags(), tcp.acknowledgement(), parser.ipLength(), now);
        } else {
            nat.fromClient(entry, 0, 0, parser.ipLength(), now);
        }
        counts.add(HostCount.DELIVERED);
        exits.toVm(vms[nat.vm(entry)], inner, Ethernet.LENGTH + parser.ipLength());
    }

    /** No state: a new connection is made where it was sent, anything else looks for its owner. */
    private void unknown(EndpointTable endpoint, Vm addressed) {
        readTag(endpoint);
        boolean isTcp = parser.protocol() == IpProtocol.TCP;
        if (isTcp && tcp.wrap(memory, parser.transport()).opens()) {
            create(endpoint, addressed);
            return;
        }
        if (!isTcp && (FrameTag.flags(tag) & FrameTag.ADOPT) != 0) {
            counts.add(HostCount.ADOPTED);
            create(endpoint, addressed);
            return;
        }
        var next = secondChance.next(endpoint, flow, tag);
        int hop = FrameTag.hop(tag);
        // What is not TCP keeps its last hop to be brought back to the current owner.
        if (next != null && hop < SecondChance.MAX_HOPS - (isTcp ? 0 : 1)) {
            passOn(next, FrameTag.flags(tag) | (secondChance.newer() ? FrameTag.NEWER_PART : 0));
        } else if (!isTcp) {
            adopt(endpoint);
        } else if (next != null) {
            exits.drop(inner, HostDrop.HOP_LIMIT);
        } else {
            nobodyLeft(endpoint, addressed);
        }
    }

    /** A frame without a tag is taken for one of the generation in force; one with, to see whether its MUX computes as we do. */
    private void readTag(EndpointTable endpoint) {
        if (!FrameTag.isTag(tag)) {
            int inForce = endpoint.inForce();
            int generation = inForce < 0 ? 0 : endpoint.generation(inForce);
            tag = FrameTag.bits(0, generation, 0, FrameTag.FROM_FLOW_TABLE, 0);
            return;
        }
        // Fragments have a slot without ports, so that all of a datagram meet.
        boolean bySlot = (FrameTag.flags(tag) & FrameTag.FROM_FLOW_TABLE) == 0 && !parser.isFragment();
        int depth = bySlot ? endpoint.depthOf(FrameTag.generation(tag)) : -1;
        if (depth >= 0 && (endpoint.slot(depth, flow) & 0xFF) != FrameTag.slot(tag)) {
            counts.add(HostCount.SLOT_DISAGREEMENTS);
        }
    }

    private void create(EndpointTable endpoint, Vm vm) {
        var member = endpoint.memberOn(vm.index(), FrameTag.generation(tag), flow);
        if (member == null) {
            notHere(endpoint);
            return;
        }
        make(endpoint, member);
    }

    private void make(EndpointTable endpoint, Backend member) {
        int entry = translation.create(endpoint, member, flow, now);
        switch (entry) {
            case NatTable.FULL -> exits.drop(inner, HostDrop.NAT_FULL);
            case NatTable.CONFLICT -> exits.drop(inner, HostDrop.NAT_CONFLICT);
            default -> deliver(entry);
        }
    }

    /** A new flow for a VM that is no member: it may have moved, and the MUX be late. */
    private void notHere(EndpointTable endpoint) {
        int depth = endpoint.depthOf(FrameTag.generation(tag));
        var owner = depth < 0 ? null : endpoint.owner(depth, flow);
        if (owner != null
                && owner.moved()
                && owner.vm() == Backend.ELSEWHERE
                && FrameTag.hop(tag) < SecondChance.MAX_HOPS) {
            passOn(owner, FrameTag.flags(tag));
        } else {
            exits.drop(inner, HostDrop.NOT_A_MEMBER);
        }
    }

    private void passOn(Backend to, int flags) {
        if (parser.isFragment()) {
            var datagram = fragments.remember(Fragments.FROM_UNDERLAY, parser, now);
            datagram.passedOn = to;
            datagram.flags = flags;
        }
        sendOn(to, flags);
    }

    private void sendOn(Backend to, int flags) {
        counts.add(HostCount.PASSED_ON);
        int generation = FrameTag.generation(tag);
        ethernet.wrap(memory, inner)
                .setSource(
                        FrameTag.bits(FrameTag.mux(tag), generation, FrameTag.hop(tag) + 1, flags, FrameTag.slot(tag)));
        exits.toHost(to, inner, innerLength, outerSourcePort, now);
    }

    /** Not TCP, and nobody knows it: the owner in force takes it, here or by one more hop. */
    private void adopt(EndpointTable endpoint) {
        var owner = endpoint.inForce() < 0 ? null : endpoint.owner(endpoint.inForce(), flow);
        if (owner == null) {
            exits.drop(inner, HostDrop.NO_OWNER);
        } else if (owner.vm() != Backend.ELSEWHERE) {
            counts.add(HostCount.ADOPTED);
            create(endpoint, vms[owner.vm()]);
        } else if (FrameTag.hop(tag) < SecondChance.MAX_HOPS) {
            passOn(owner, FrameTag.flags(tag) | FrameTag.ADOPT);
        } else {
            exits.drop(inner, HostDrop.HOP_LIMIT);
        }
    }

    /**
     * TCP that nobody knows: reset, unless a newer generation makes it likely that only this frame is late. When its VM has moved here,
     * the VM is asked: it goes on with the connection if it brought it along, and answers with a reset if it did not.
     */
    private void nobodyLeft(EndpointTable endpoint, Vm addressed) {
        var moved = endpoint.movedHere(flow);
        if (moved != null) {
            counts.add(HostCount.MOVED_ADOPTED);
            make(endpoint, moved);
            return;
        }
        int inForce = endpoint.inForce();
        int generation = FrameTag.generation(tag);
        if (inForce >= 0 && EndpointTable.isNewer(endpoint.generation(inForce), generation)) {
            exits.drop(inner, HostDrop.STALE_GENERATION);
        } else if (endpoint.depthOf(generation) < 0) {
            exits.drop(inner, HostDrop.UNKNOWN_GENERATION);
        } else if (tcp.wrap(memory, parser.transport()).has(Tcp.RST)) {
            exits.drop(inner, HostDrop.STRAY_RESET);
        } else if (!resets.permit(now)) {
            exits.drop(inner, HostDrop.RESET_LIMIT);
        } else {
            int client = parser.source();
            int length = resets.answer(memory, parser.ip());
            counts.add(HostCount.RESETS);
            notes.resetSent(flow, tag, now);
            exits.toClient(policy, addressed, client, inner, length, now);
        }
    }

    private void icmp() {
        if (!icmpErrors.readFromClient(parser, flow)) {
            boolean error = new Icmp().wrap(memory, parser.transport()).isError();
            exits.drop(inner, error ? HostDrop.ICMP_UNUSABLE : HostDrop.ICMP_NOT_ERROR);
            return;
        }
        int entry = nat.find(flow, now);
        if (entry != NatTable.NONE) {
            icmpErrors.translateToVm(parser, entry);
            counts.add(HostCount.ICMP_TO_VM);
            exits.toVm(vms[nat.vm(entry)], inner, Ethernet.LENGTH + parser.ipLength());
            return;
        }
        var endpoint = policy.endpoint(flow.destinationIpv4(), flow.protocol(), flow.destinationPort());
        if (endpoint == null) {
            exits.drop(inner, HostDrop.NO_ENDPOINT);
            return;
        }
        readTag(endpoint);
        var next = secondChance.next(endpoint, flow, tag);
        if (next != null && FrameTag.hop(tag) < SecondChance.MAX_HOPS) {
            passOn(next, FrameTag.flags(tag) | (secondChance.newer() ? FrameTag.NEWER_PART : 0));
        } else {
            exits.drop(inner, next == null ? HostDrop.ICMP_NO_FLOW : HostDrop.HOP_LIMIT);
        }
    }
}

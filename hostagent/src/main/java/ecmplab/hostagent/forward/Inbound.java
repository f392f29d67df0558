package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatFlow;
import ecmplab.hostagent.nat.NatTable;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * From the underlay to a VM: outside judged and taken off, inside judged, then by what is known of the flow delivered, made,
 * passed on or answered with a reset. Fields hold the one packet in hand. Belongs to the forwarding thread.
 */
final class Inbound {
    private final Exits exits;
    private final Counts counts;
    private final MemorySegment memory;
    private final NatTable nat;
    private final NeighborCache neighbors;
    private final SecondChance secondChance;
    private final Resets resets;
    private final FlowNotes notes;
    private final IcmpErrors icmpErrors;
    private final Translation translation;
    private final Vm[] vms;
    private final long ownMac;
    private final int ownAddress;

    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final Udp udp = new Udp();
    private final Vxlan vxlan = new Vxlan();
    private final Tcp tcp = new Tcp();
    private final FlowTuple flow = new FlowTuple();

    private PolicyTables policy = PolicyTables.EMPTY;
    private long now;
    private long inner;
    private int innerLength;
    private int outerSourcePort;
    private long tag;

    Inbound(
            HostConfig config,
            long ownMac,
            Vm[] vms,
            Exits exits,
            NatTable nat,
            NeighborCache neighbors,
            FlowNotes notes,
            IcmpErrors icmpErrors,
            Translation translation) {
        this.exits = exits;
        this.nat = nat;
        this.neighbors = neighbors;
        this.notes = notes;
        this.icmpErrors = icmpErrors;
        this.translation = translation;
        this.vms = vms;
        this.ownMac = ownMac;
        counts = exits.counts();
        memory = exits.memory();
        ownAddress = Ipv4.bits(config.address());
        secondChance = new SecondChance(ownAddress);
        resets = new Resets(config.resetsPerSecond());
    }

    /** Takes over a frame from the underlay. */
    void frame(PolicyTables newPolicy, long frame, int length, long nowNanos) {
        policy = newPolicy;
        now = nowNanos;
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            exits.dropOuter(frame, fault);
        } else if (parser.etherType() != Ethernet.TYPE_IPV4) {
            otherThanIpv4(frame, length);
        } else if (ethernet.wrap(memory, frame).toGroup()) {
            exits.leaveToKernel(frame);
        } else if (ethernet.destination() != ownMac || parser.destination() != ownAddress) {
            exits.drop(frame, HostDrop.NOT_OURS);
        } else if (parser.protocol() == IpProtocol.UDP && parser.isFragment()) {
            exits.drop(frame, HostDrop.OUTER_FRAGMENT);
        } else if (parser.protocol() == IpProtocol.UDP && parser.destinationPort() == Vxlan.UDP_PORT) {
            decapsulate(frame);
        } else {
            exits.leaveToKernel(frame);
        }
    }

    private void otherThanIpv4(long frame, int length) {
        if (parser.etherType() == Ethernet.TYPE_ARP) {
            var fault = neighbors.input(memory, parser.ip(), length - Ethernet.LENGTH, now);
            if (fault != PacketFault.NONE) {
                exits.dropOuter(frame, fault);
                return;
            }
        }
        exits.leaveToKernel(frame);
    }

    private void decapsulate(long frame) {
        udp.wrap(memory, parser.transport());
        int payload = udp.datagramLength() - Udp.LENGTH;
        var fault = Vxlan.check(memory, udp.payload(), payload);
        if (fault != PacketFault.NONE) {
            exits.dropOuter(frame, fault);
            return;
        }
        counts.add(HostCount.VXLAN_RECEIVED);
        outerSourcePort = udp.sourcePort();
        vxlan.wrap(memory, udp.payload());
        inner = vxlan.inner();
        innerLength = payload - Vxlan.LENGTH;
        ethernet.wrap(memory, inner);
        var vm = localVm(vxlan.vni(), ethernet.destination());
        if (vm == null) {
            exits.drop(frame, knowsNetwork(vxlan.vni()) ? HostDrop.UNKNOWN_VM : HostDrop.UNKNOWN_VNI);
            return;
        }
        tag = ethernet.source();
        if (ethernet.type() != Ethernet.TYPE_IPV4) {
            exits.drop(frame, HostDrop.INNER_NOT_IPV4);
            return;
        }
        fault = parser.parseIpv4(memory, inner + Ethernet.LENGTH, innerLength - Ethernet.LENGTH);
        if (fault != PacketFault.NONE) {
            exits.dropInner(frame, fault);
        } else {
            packet(vm);
        }
    }

    private @Nullable Vm localVm(int vni, long mac) {
        for (var vm : vms) {
            if (vm.mac() == mac && vm.vni() == vni) {
                return vm;
            }
        }
        return null;
    }

    private boolean knowsNetwork(int vni) {
        for (var vm : vms) {
            if (vm.vni() == vni) {
                return true;
            }
        }
        return false;
    }

    private void packet(Vm addressed) {
        if (parser.isFragment()) {
            exits.drop(inner, HostDrop.FRAGMENT);
            return;
        }
        if (parser.protocol() == IpProtocol.ICMP && parser.destination() != addressed.dip()) {
            icmp();
            return;
        }
        flow.ipv4(
                parser.source(),
                parser.destination(),
                parser.protocol(),
                parser.sourcePort(),
                parser.destinationPort());
        int entry = nat.find(flow, now);
        if (entry != NatTable.NONE && !startsAfresh(entry, addressed)) {
            known(entry, addressed);
            return;
        }
        var endpoint = policy.endpoint(parser.destination(), parser.protocol(), parser.destinationPort());
        if (endpoint != null) {
            unknown(endpoint, addressed);
        } else if (parser.destination() == addressed.dip() && policy.isVip(parser.source())) {
            counts.add(HostCount.DELIVERED_PLAIN);
            exits.toVm(addressed, inner, Ethernet.LENGTH + parser.ipLength());
        } else {
            exits.drop(inner, policy.isVip(parser.destination()) ? HostDrop.NO_ENDPOINT : HostDrop.NOT_A_VIP);
        }
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
        boolean clamped = translation.toVm(parser, entry);
        if (clamped) {
            counts.add(HostCount.MSS_CLAMPED);
        }
        int tcpFlags = parser.protocol() == IpProtocol.TCP
                ? tcp.wrap(memory, parser.transport()).flags()
                : 0;
        nat.fromClient(entry, tcpFlags, parser.ipLength(), now);
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
        int depth = endpoint.depthOf(FrameTag.generation(tag));
        if (depth >= 0 && (endpoint.slot(depth, flow) & 0xFF) != FrameTag.slot(tag)) {
            counts.add(HostCount.SLOT_DISAGREEMENTS);
        }
    }

    private void create(EndpointTable endpoint, Vm vm) {
        var member = endpoint.memberOn(vm.index(), FrameTag.generation(tag), flow);
        if (member == null) {
            exits.drop(inner, HostDrop.NOT_A_MEMBER);
            return;
        }
        int entry = translation.create(endpoint, member, flow, now);
        switch (entry) {
            case NatTable.FULL -> exits.drop(inner, HostDrop.NAT_FULL);
            case NatTable.CONFLICT -> exits.drop(inner, HostDrop.NAT_CONFLICT);
            default -> deliver(entry);
        }
    }

    private void passOn(Backend to, int flags) {
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

    /** TCP that nobody knows: reset, unless a newer generation makes it likely that only this frame is late. */
    private void nobodyLeft(EndpointTable endpoint, Vm addressed) {
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

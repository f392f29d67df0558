package ecmplab.mux.forward;

import ecmplab.mux.forward.Tally.Peer;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/** Sends packets of both families to their members' hosts, in VXLAN over the hosts' family. The forwarding thread's. */
final class Encapsulator {
    private final int address;
    private final long addressHigh;
    private final long addressLow;
    private final int gateway;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ip = new Ipv4();
    private final Ipv6 ipv6 = new Ipv6();

    private Plan plan = Plan.EMPTY;

    Encapsulator(MuxSettings settings, MemorySegment memory, NeighborCache neighbors) {
        address = Ipv4.bits(settings.address());
        var over = settings.ipv6Address();
        addressHigh = over == null ? 0 : Ipv6.high(over);
        addressLow = over == null ? 0 : Ipv6.low(over);
        gateway = Ipv4.bits(settings.gateway());
        this.memory = memory;
        this.neighbors = neighbors;
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
    }

    /** @param tag the inner Ethernet source */
    void send(Pending pending, int at, int member, long tag, long nowNanos) {
        long frame = pending.frames[at];
        int length = Ethernet.LENGTH + pending.lengths[at];
        if (pending.ipv6) {
            ipv6.wrap(memory, frame + Ethernet.LENGTH).decrementHopLimit();
        } else {
            ip.wrap(memory, frame + Ethernet.LENGTH).decrementTtl();
        }
        ethernet.wrap(memory, frame).setAddresses(plan.macs[member], tag);
        int overhead = plan.overheads[member];
        long outer = overhead == Vxlan.ENCAPSULATION
                ? overIpv4(frame, length, member, Vxlan.sourcePort(pending.hashes[at]))
                : overIpv6(frame, length, member, Vxlan.sourcePort(pending.hashes[at]));
        var peer = plan.peers[member];
        if (peer != null) {
            peer.add(Peer.PACKETS, 1);
            peer.add(Peer.OCTETS, length + overhead - Ethernet.LENGTH);
        }
        neighbors.send(gateway, outer, length + overhead, nowNanos);
    }

    // The addresses of the outer Ethernet header are the neighbour cache's to write.

    private long overIpv4(long frame, int length, int member, int sourcePort) {
        return Vxlan.encapsulate(
                memory, frame, length, 0, 0, address, plan.hosts[member], sourcePort, plan.vnis[member]);
    }

    private long overIpv6(long frame, int length, int member, int sourcePort) {
        return Vxlan.encapsulateIpv6(
                memory,
                frame,
                length,
                0,
                0,
                addressHigh,
                addressLow,
                plan.hostHighs[member],
                plan.hostLows[member],
                sourcePort,
                plan.vnis[member]);
    }
}

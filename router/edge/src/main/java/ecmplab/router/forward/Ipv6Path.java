package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.router.fib.Fib;
import java.lang.foreign.MemorySegment;

/**
 * What the router does with an IPv6 packet (RFC 8200 section 3, RFC 4443). Extension headers are the end nodes' business: a
 * packet is not dropped for them. Belongs to the forwarding thread.
 */
final class Ipv6Path {
    private final MemorySegment memory;
    private final Egress egress;
    private final ErrorReports errors;
    private final Outcomes outcomes;
    private final Ipv6 ipv6 = new Ipv6();
    private final Icmpv6 icmp = new Icmpv6();

    Ipv6Path(MemorySegment memory, Egress egress, ErrorReports errors, Outcomes outcomes) {
        this.memory = memory;
        this.egress = egress;
        this.errors = errors;
        this.outcomes = outcomes;
    }

    /**
     * Takes over the frame, whose {@code available} octets behind the Ethernet header are said to be IPv6.
     *
     * @param toGroup whether the frame came to a group of nodes
     * @param group of its destination, if it is IPv6
     */
    void packet(Link in, long frame, int available, boolean toGroup, int group) {
        long ip = frame + Ethernet.LENGTH;
        var fault = Ipv6.check(memory, ip, available);
        if (fault != PacketFault.NONE) {
            outcomes.drop(RouterDrop.of(fault), frame);
            return;
        }
        ipv6.wrap(memory, ip);
        long high = ipv6.destinationHigh();
        long low = ipv6.destinationLow();
        int found = Ipv6.isMulticast(high) || Ipv6.isLinkLocal(high) ? ForwardingTable.TO_KERNEL : group;
        if (found == ForwardingTable.TO_KERNEL && isNeighborDiscovery()) {
            discovery(in, frame);
        } else if (toGroup) {
            outcomes.drop(RouterDrop.LINK_BROADCAST, frame);
        } else if (Ipv6.isMulticast(high)) {
            outcomes.drop(RouterDrop.MULTICAST, frame);
        } else if (isMartianSource()) {
            outcomes.drop(RouterDrop.MARTIAN_SOURCE, frame);
        } else if (high == 0 && low >>> 1 == 0) {
            outcomes.drop(RouterDrop.MARTIAN_DESTINATION, frame);
        } else {
            route(in, frame, found);
        }
    }

    private boolean isMartianSource() {
        long high = ipv6.sourceHigh();
        long low = ipv6.sourceLow();
        return Ipv6.isUnspecified(high, low) || Ipv6.isMartianSource(high, low);
    }

    private boolean isNeighborDiscovery() {
        if (ipv6.nextHeader() != IpProtocol.ICMPV6 || ipv6.payloadLength() < Icmpv6.LENGTH) {
            return false;
        }
        int type = icmp.wrap(memory, ipv6.offset() + Ipv6.LENGTH).type();
        return type == Icmpv6.NEIGHBOR_SOLICITATION || type == Icmpv6.NEIGHBOR_ADVERTISEMENT;
    }

    /** The kernel reads it too, and answers for its addresses. */
    private void discovery(Link in, long frame) {
        long ip = ipv6.offset();
        var fault = in.neighbors.input(memory, ip, ip + Ipv6.LENGTH, ipv6.payloadLength(), egress.now());
        if (fault != PacketFault.NONE) {
            outcomes.drop(RouterDrop.of(fault), frame);
        } else {
            outcomes.consume(PacketCount.NEIGHBOR_DISCOVERY, frame);
        }
    }

    private void route(Link in, long frame, int found) {
        if (found == ForwardingTable.TO_KERNEL) {
            outcomes.consume(PacketCount.TO_KERNEL, frame);
        } else if (Ipv6.isLinkLocal(ipv6.sourceHigh())) {
            errors.sendIpv6(IcmpCount.SENT_BEYOND_SCOPE, in, 0, frame);
            outcomes.drop(RouterDrop.LINK_LOCAL, frame);
        } else if (ipv6.hopLimit() <= 1) {
            errors.sendIpv6(IcmpCount.SENT_TIME_EXCEEDED, in, 0, frame);
            outcomes.drop(RouterDrop.TTL_EXCEEDED, frame);
        } else if (found == Fib.NO_ROUTE) {
            errors.sendIpv6(IcmpCount.SENT_NO_ROUTE, in, 0, frame);
            outcomes.drop(RouterDrop.NO_ROUTE, frame);
        } else if (found == ForwardingTable.BLACKHOLE) {
            outcomes.drop(RouterDrop.BLACKHOLE, frame);
        } else {
            forward(in, frame, found);
        }
    }

    private void forward(Link in, long frame, int groupId) {
        long high = ipv6.destinationHigh();
        long low = ipv6.destinationLow();
        var nextHop = egress.choose(groupId, ipv6.offset(), high, low);
        int length = Ipv6.LENGTH + ipv6.payloadLength();
        int mtu = egress.link(nextHop).mtu;
        if (length > mtu) {
            errors.sendIpv6(IcmpCount.SENT_PACKET_TOO_BIG, in, mtu, frame);
            outcomes.drop(RouterDrop.FRAGMENTATION_NEEDED, frame);
            return;
        }
        ipv6.decrementHopLimit();
        outcomes.forwarded();
        egress.send(nextHop, high, low, frame, length);
    }
}

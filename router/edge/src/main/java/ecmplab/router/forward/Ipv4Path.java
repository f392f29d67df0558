package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.router.fib.Fib;
import java.lang.foreign.MemorySegment;

/** What the router does with an IPv4 packet (RFC 1812 section 5). Belongs to the forwarding thread. */
final class Ipv4Path {
    private final MemorySegment memory;
    private final Egress egress;
    private final ErrorReports errors;
    private final Outcomes outcomes;
    private final Ipv4 ipv4 = new Ipv4();

    Ipv4Path(MemorySegment memory, Egress egress, ErrorReports errors, Outcomes outcomes) {
        this.memory = memory;
        this.egress = egress;
        this.errors = errors;
        this.outcomes = outcomes;
    }

    /** Takes over the frame, whose {@code available} octets behind the Ethernet header are said to be IPv4. */
    void packet(Link in, long frame, int available) {
        long ip = frame + Ethernet.LENGTH;
        var fault = Ipv4.check(memory, ip, available);
        if (fault != PacketFault.NONE) {
            outcomes.drop(RouterDrop.of(fault), frame);
            return;
        }
        ipv4.wrap(memory, ip);
        int source = ipv4.source();
        int destination = ipv4.destination();
        if (Ipv4.isMartianSource(source)) {
            outcomes.drop(RouterDrop.MARTIAN_SOURCE, frame);
        } else if (isSpecial(destination) || isLinkLocal(source)) {
            outcomes.drop(special(destination), frame);
        } else {
            route(in, frame, egress.lookup(destination), destination);
        }
    }

    private void route(Link in, long frame, int found, int destination) {
        if (found == ForwardingTable.TO_KERNEL) {
            outcomes.consume(PacketCount.TO_KERNEL, frame);
        } else if (found == ForwardingTable.BROADCAST) {
            outcomes.drop(RouterDrop.BROADCAST, frame);
        } else if (ipv4.ttl() <= 1) {
            errors.send(IcmpCount.SENT_TIME_EXCEEDED, in.address, 0, frame);
            outcomes.drop(RouterDrop.TTL_EXCEEDED, frame);
        } else if (found == Fib.NO_ROUTE) {
            errors.send(IcmpCount.SENT_NET_UNREACHABLE, in.address, 0, frame);
            outcomes.drop(RouterDrop.NO_ROUTE, frame);
        } else if (found == ForwardingTable.BLACKHOLE) {
            outcomes.drop(RouterDrop.BLACKHOLE, frame);
        } else {
            forward(in, frame, found, destination);
        }
    }

    private void forward(Link in, long frame, int groupId, int destination) {
        var nextHop = egress.choose(groupId, frame + Ethernet.LENGTH, destination);
        int length = ipv4.totalLength();
        int mtu = egress.link(nextHop).mtu;
        if (length > mtu) {
            if (ipv4.dontFragment()) {
                errors.send(IcmpCount.SENT_FRAGMENTATION_NEEDED, in.address, mtu, frame);
                outcomes.drop(RouterDrop.FRAGMENTATION_NEEDED, frame);
            } else {
                outcomes.drop(RouterDrop.TOO_BIG, frame);
            }
            return;
        }
        ipv4.decrementTtl();
        outcomes.forwarded();
        egress.send(nextHop, destination, frame, length);
    }

    /** Whether no packet to the address is ever forwarded. */
    private static boolean isSpecial(int destination) {
        int top = destination >>> 24;
        return top == 0 || top == 127 || top >= 224 || isLinkLocal(destination);
    }

    private static RouterDrop special(int destination) {
        if (destination == -1) {
            return RouterDrop.BROADCAST;
        }
        if (Ipv4.isMulticast(destination)) {
            return RouterDrop.MULTICAST;
        }
        return isSpecial(destination) && !isLinkLocal(destination)
                ? RouterDrop.MARTIAN_DESTINATION
                : RouterDrop.LINK_LOCAL;
    }

    private static boolean isLinkLocal(int address) {
        return address >>> 16 == 0xA9FE;
    }
}

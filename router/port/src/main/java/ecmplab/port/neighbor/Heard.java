package ecmplab.port.neighbor;

import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv6;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import java.lang.foreign.MemorySegment;

/** What the last message of a neighbour said, of either protocol. Reused; belongs to a {@link NeighborCache}. */
final class Heard {
    private final Requests requests;
    private final long ownMac;
    private final Arp arp = new Arp();
    private final Ipv6 ipv6 = new Ipv6();
    private final NeighborDiscovery discovery = new NeighborDiscovery();

    /** Whom it is about: halves of the address, an IPv4 one as IPv4-mapped. */
    long high;

    long low;
    /** Where that one is, or {@link NeighborDiscovery#ABSENT}. */
    long mac;
    /** Whether it answers a request of ours. */
    boolean answersUs;
    /** Whether it counts more than what is known. */
    boolean overrides;

    Heard(Requests requests, long ownMac) {
        this.requests = requests;
        this.ownMac = ownMac;
    }

    /** Whether it came from this node itself. */
    boolean isOwn() {
        return mac == ownMac;
    }

    /** Reads {@code available} octets of ARP at {@code offset}. */
    PacketFault arp(MemorySegment memory, long offset, int available) {
        var fault = Arp.check(memory, offset, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        arp.wrap(memory, offset);
        high = 0;
        low = Ipv6.mapped(arp.senderAddress());
        mac = arp.senderMac();
        overrides = true;
        answersUs = arp.operation() == Arp.REPLY && arp.targetMac() == ownMac && requests.isOwn(arp.targetAddress());
        return mac == 0 || Ethernet.isGroup(mac) ? PacketFault.BAD_ARP : PacketFault.NONE;
    }

    /** Reads the solicitation or advertisement of {@code available} octets at {@code transport} in the valid packet at {@code ip}. */
    PacketFault discovery(MemorySegment memory, long ip, long transport, int available) {
        var fault = NeighborDiscovery.check(memory, ip, transport, available);
        if (fault != PacketFault.NONE) {
            return fault;
        }
        discovery.wrap(memory, transport, available);
        ipv6.wrap(memory, ip);
        boolean solicitation = discovery.isSolicitation();
        high = solicitation ? ipv6.sourceHigh() : discovery.targetHigh();
        low = solicitation ? ipv6.sourceLow() : discovery.targetLow();
        mac = discovery.linkAddress();
        overrides = solicitation || discovery.has(NeighborDiscovery.OVERRIDE);
        answersUs = !solicitation
                && discovery.has(NeighborDiscovery.SOLICITED)
                && requests.isOwn(ipv6.destinationHigh(), ipv6.destinationLow());
        boolean impossible = mac == 0 || (mac != NeighborDiscovery.ABSENT && Ethernet.isGroup(mac));
        return impossible ? PacketFault.BAD_NEIGHBOR_DISCOVERY : PacketFault.NONE;
    }
}

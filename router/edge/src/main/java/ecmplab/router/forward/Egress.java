package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv6;
import ecmplab.router.ecmp.Group;

/** The way out: from a group to a next hop to a frame sent. Belongs to the forwarding thread. */
final class Egress {
    private final Link[] links;
    private final PacketHash hash;
    private final ForwardingEvents events;

    /** One burst, one state of the routes. */
    private ForwardingTable table = ForwardingTable.EMPTY;

    private long now;

    Egress(Link[] links, PacketHash hash, ForwardingEvents events) {
        this.links = links;
        this.hash = hash;
        this.events = events;
    }

    void begin(ForwardingTable routes, long nowNanos) {
        table = routes;
        now = nowNanos;
    }

    long now() {
        return now;
    }

    int lookup(int destination) {
        return table.lookup(destination);
    }

    int lookup(long high, long low) {
        return table.lookup(high, low);
    }

    /** The next hop of the flow that the valid IPv4 packet at {@code ip} belongs to, in a group that is there. */
    NextHop choose(int groupId, long ip, int destination) {
        return chooseByHash(groupId, hash.ipv4(ip), 0, Ipv6.mapped(destination));
    }

    /** As the other one, for an IPv6 packet. */
    NextHop choose(int groupId, long ip, long destinationHigh, long destinationLow) {
        return chooseByHash(groupId, hash.ipv6(ip), destinationHigh, destinationLow);
    }

    private NextHop chooseByHash(int groupId, long hash, long destinationHigh, long destinationLow) {
        Group group = table.group(groupId);
        if (group == null) {
            throw new IllegalStateException("route to group " + groupId + ", which does not exist");
        }
        var buckets = group.table();
        int slot = buckets.slot(hash);
        int id = buckets.nextHop(slot);
        group.use().touch(slot, now);
        var nextHop = table.nextHop(id);
        if (group.use().isFirst(buckets, hash, id) && !nextHop.onLink()) {
            events.firstPacket(destinationHigh, destinationLow, groupId, link(nextHop).via, nextHop, now);
        }
        return nextHop;
    }

    Link link(NextHop nextHop) {
        return links[nextHop.link()];
    }

    /** Asks for all neighbours that the routes may want, so that a flow that moves need not wait for an answer. */
    void seekNeighbors() {
        for (int i = 0; i < table.used(); i++) {
            var nextHop = table.inUse(i);
            if (!nextHop.onLink()) {
                link(nextHop).neighbors.lookup(nextHop.high(), nextHop.low(), now);
            }
        }
    }

    /** Takes over the frame with an IPv4 packet of {@code length} octets to {@code destination}. */
    void send(NextHop nextHop, int destination, long frame, int length) {
        send(nextHop, 0, Ipv6.mapped(destination), frame, length);
    }

    /** As the other one, for a packet of either family. */
    void send(NextHop nextHop, long destinationHigh, long destinationLow, long frame, int length) {
        boolean onLink = nextHop.onLink();
        long high = onLink ? destinationHigh : nextHop.high();
        long low = onLink ? destinationLow : nextHop.low();
        link(nextHop).neighbors.send(high, low, frame, Ethernet.LENGTH + length, now);
    }
}

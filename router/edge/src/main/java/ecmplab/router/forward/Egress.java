package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.router.ecmp.Group;
import java.lang.foreign.MemorySegment;

/** The way out: from a group to a next hop to a frame sent. Belongs to the forwarding thread. */
final class Egress {
    private final Link[] links;
    private final MemorySegment memory;
    private final FlowHash flowHash;
    private final ForwardingEvents events;

    /** One burst, one state of the routes. */
    private ForwardingTable table = ForwardingTable.EMPTY;

    private long now;

    Egress(Link[] links, MemorySegment memory, FlowHash flowHash, ForwardingEvents events) {
        this.links = links;
        this.memory = memory;
        this.flowHash = flowHash;
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

    /** The next hop of the flow that the valid IPv4 packet at {@code ip} belongs to, in a group that is there. */
    NextHop choose(int groupId, long ip, int destination) {
        Group group = table.group(groupId);
        if (group == null) {
            throw new IllegalStateException("route to group " + groupId + ", which does not exist");
        }
        long hash = flowHash.of(memory, ip);
        var buckets = group.table();
        int slot = buckets.slot(hash);
        int id = buckets.nextHop(slot);
        group.use().touch(slot, now);
        var nextHop = table.nextHop(id);
        if (group.use().isFirst(buckets, hash, id) && !nextHop.onLink()) {
            events.firstPacket(destination, groupId, link(nextHop).via, nextHop.address(), now);
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
                link(nextHop).neighbors.lookup(nextHop.address(), now);
            }
        }
    }

    /** Takes over the frame with an IPv4 packet of {@code length} octets to {@code destination}. */
    void send(NextHop nextHop, int destination, long frame, int length) {
        int neighbor = nextHop.onLink() ? destination : nextHop.address();
        link(nextHop).neighbors.send(neighbor, frame, Ethernet.LENGTH + length, now);
    }
}

package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowKey;
import ecmplab.packet.PacketFault;
import ecmplab.port.Burst;
import ecmplab.port.Drops;
import ecmplab.port.FrameLedger;
import ecmplab.port.FramePool;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.port.neighbor.Neighbor;
import ecmplab.port.neighbor.NeighborCache;
import ecmplab.port.neighbor.NeighborDrop;
import ecmplab.port.neighbor.NeighborListener;
import ecmplab.port.neighbor.OwnAddresses;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The router's packet processor: everything between two ports. Belongs to its forwarding thread, except {@link #publish},
 * {@link #table}, {@link #explainHash} and the counters.
 *
 * <p>Packets to own addresses are the kernel's, which sees every frame too and holds the BGP sessions: they are counted and
 * let go here. ARP requests and solicitations for own addresses likewise.
 */
public final class Forwarder implements PacketProcessor {
    private final Link[] links;
    private final FramePool pool;
    private final MemorySegment memory;
    private final PacketHash hash;
    private final ForwardingEvents events;
    private final Egress egress;
    private final ErrorReports errors;

    private final Ethernet ethernet = new Ethernet();
    private final Ipv6Ahead ahead;

    private final Outcomes outcomes;
    private final Ipv4Path ipv4;
    private final Ipv6Path ipv6;

    private final AtomicReference<ForwardingTable> table = new AtomicReference<>(ForwardingTable.EMPTY);

    /** The routes whose next hops have been asked for. */
    private ForwardingTable sought = ForwardingTable.EMPTY;

    /** @param interfaces at least one, all of the same pool; next hops name them by their place */
    public Forwarder(List<RouterInterface> interfaces, ForwardingSettings settings, ForwardingEvents events) {
        this.events = events;
        pool = interfaces.getFirst().port().pool();
        memory = pool.memory();
        hash = new PacketHash(memory, settings.hash(), settings.hashSeed());
        links = interfaces.stream().map(via -> link(via, settings)).toArray(Link[]::new);
        egress = new Egress(links, hash, events);
        errors = new ErrorReports(pool, egress, new TokenBucket(settings.icmpPerSecond(), settings.icmpBurst()));
        outcomes = new Outcomes(pool);
        ahead = new Ipv6Ahead(memory);
        ipv4 = new Ipv4Path(memory, egress, errors, outcomes);
        ipv6 = new Ipv6Path(memory, egress, errors, outcomes);
    }

    private Link link(RouterInterface via, ForwardingSettings settings) {
        var listener = new NeighborListener() {
            @Override
            public void resolved(long high, long low, long mac, long nowNanos) {
                events.neighborResolved(via, high, low, mac, nowNanos);
            }

            @Override
            public void failed(long high, long low, long nowNanos) {
                events.neighborFailed(via, high, low, nowNanos);
            }
        };
        var cache = new NeighborCache(
                via.port(),
                new OwnAddresses(
                        via.address(),
                        via.ipv6().map(RouterInterface.Ipv6Subnet::address).orElse(null)),
                settings.neighbors(),
                (frame, length, high, low) -> unreachable(frame),
                listener);
        return new Link(via, cache);
    }

    /** Routes packets by {@code next} from the next burst on. One control thread calls. */
    public void publish(ForwardingTable next) {
        table.setRelease(next);
    }

    /** What was published last. Any thread. */
    public ForwardingTable table() {
        return table.getAcquire();
    }

    /** The hash of a flow, as its packets have it without a flow label. Any thread. */
    public long explainHash(FlowKey flow) {
        return hash.of(flow);
    }

    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        var routes = table();
        egress.begin(routes, nowNanos);
        var link = linkOf(in);
        ahead.begin(routes.ipv6Fib(), burst);
        for (int i = 0; i < burst.count(); i++) {
            frame(link, i, burst.address(i), burst.length(i));
        }
    }

    @Override
    public void tick(long nowNanos) {
        var routes = table();
        egress.begin(routes, nowNanos);
        if (routes != sought) {
            sought = routes;
            egress.seekNeighbors();
        }
        for (var link : links) {
            link.neighbors.tick(nowNanos);
        }
    }

    private Link linkOf(Port port) {
        for (var link : links) {
            if (link.port.equals(port)) {
                return link;
            }
        }
        throw new IllegalArgumentException("port " + port.name() + " is none of this router's");
    }

    private void frame(Link in, int place, long frame, int length) {
        outcomes.packets.count(PacketCount.RECEIVED);
        if (length < Ethernet.LENGTH) {
            outcomes.drop(RouterDrop.FRAME_TOO_SHORT, frame);
            return;
        }
        ethernet.wrap(memory, frame);
        long to = ethernet.destination();
        int type = ethernet.type();
        boolean toGroup = Ethernet.isGroup(to);
        if (to != in.mac && !toGroup) {
            outcomes.drop(RouterDrop.OTHER_HOST, frame);
            return;
        }
        switch (type) {
            case Ethernet.TYPE_IPV4 -> {
                if (toGroup) {
                    outcomes.drop(RouterDrop.LINK_BROADCAST, frame);
                } else {
                    ipv4.packet(in, frame, length - Ethernet.LENGTH);
                }
            }
            case Ethernet.TYPE_ARP -> arp(in, frame, length - Ethernet.LENGTH);
            case Ethernet.TYPE_IPV6 -> ipv6.packet(in, frame, length - Ethernet.LENGTH, toGroup, ahead.group(place));
            default -> outcomes.drop(RouterDrop.UNKNOWN_ETHERTYPE, frame);
        }
    }

    private void arp(Link in, long frame, int available) {
        var fault = in.neighbors.input(memory, frame + Ethernet.LENGTH, available, egress.now());
        if (fault != PacketFault.NONE) {
            outcomes.drop(RouterDrop.of(fault), frame);
        } else {
            outcomes.consume(PacketCount.ARP, frame);
        }
    }

    /** A packet whose next hop did not answer; the cache has counted it. */
    private void unreachable(long frame) {
        if (ethernet.wrap(memory, frame).type() == Ethernet.TYPE_IPV6) {
            errors.sendIpv6(IcmpCount.SENT_ADDRESS_UNREACHABLE, null, 0, frame);
        } else {
            errors.send(IcmpCount.SENT_HOST_UNREACHABLE, ErrorReports.ADDRESS_OF_EGRESS, 0, frame);
        }
        pool.release(frame);
    }

    /** Any thread. */
    public Drops<RouterDrop> drops() {
        return outcomes.drops;
    }

    /** Any thread. */
    public Drops<IcmpCount> icmp() {
        return errors.counts();
    }

    /** Any thread. */
    public Drops<PacketCount> packets() {
        return outcomes.packets;
    }

    /** Any thread. */
    public Drops<NeighborDrop> neighborDrops(int link) {
        return links[link].neighbors.drops();
    }

    /** What is known on an interface. Forwarding thread only. */
    public List<Neighbor> neighbors(int link, long nowNanos) {
        return links[link].neighbors.snapshot(nowNanos);
    }

    /** Where the frames went, at the end of a burst. Forwarding thread only. */
    public FrameLedger ledger() {
        var packets = outcomes.packets;
        long received = packets.of(PacketCount.RECEIVED);
        long consumed = packets.of(PacketCount.ARP)
                + packets.of(PacketCount.NEIGHBOR_DISCOVERY)
                + packets.of(PacketCount.TO_KERNEL);
        long originated = errors.originated();
        long dropped = outcomes.drops.total();
        long sent = 0;
        long held = 0;
        for (var link : links) {
            originated += link.neighbors.requestsSent();
            dropped += link.neighbors.drops().total();
            held += link.neighbors.waiting();
            sent += link.port.counters().handedOver();
        }
        return new FrameLedger(received, originated, sent, consumed, dropped, held);
    }
}

package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
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
import ecmplab.router.fib.Fib;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The router's packet processor: everything between two ports. Belongs to its forwarding thread, except {@link #publish},
 * {@link #table}, {@link #explainHash} and the counters.
 *
 * <p>Packets to own addresses are the kernel's, which sees every frame too and holds the BGP sessions: they are counted and
 * let go here. ARP requests for own addresses likewise.
 */
public final class Forwarder implements PacketProcessor {
    private final Link[] links;
    private final FramePool pool;
    private final MemorySegment memory;
    private final FlowHash flowHash;
    private final ForwardingEvents events;
    private final Egress egress;
    private final ErrorReports errors;

    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ipv4 = new Ipv4();
    private final Drops<RouterDrop> drops = new Drops<>(RouterDrop.class);
    private final Drops<PacketCount> packets = new Drops<>(PacketCount.class);

    private final AtomicReference<ForwardingTable> table = new AtomicReference<>(ForwardingTable.EMPTY);

    /** The routes whose next hops have been asked for. */
    private ForwardingTable sought = ForwardingTable.EMPTY;

    /** @param interfaces at least one, all of the same pool; next hops name them by their place */
    public Forwarder(List<RouterInterface> interfaces, ForwardingSettings settings, ForwardingEvents events) {
        this.events = events;
        pool = interfaces.getFirst().port().pool();
        memory = pool.memory();
        flowHash = new FlowHash(settings.hashSeed());
        links = interfaces.stream().map(via -> link(via, settings)).toArray(Link[]::new);
        egress = new Egress(links, memory, flowHash, events);
        errors = new ErrorReports(pool, egress, new TokenBucket(settings.icmpPerSecond(), settings.icmpBurst()));
    }

    private Link link(RouterInterface via, ForwardingSettings settings) {
        var listener = new NeighborListener() {
            @Override
            public void resolved(int address, long mac, long nowNanos) {
                events.neighborResolved(via, address, mac, nowNanos);
            }

            @Override
            public void failed(int address, long nowNanos) {
                events.neighborFailed(via, address, nowNanos);
            }
        };
        var cache = new NeighborCache(
                via.port(),
                via.address(),
                settings.neighbors(),
                (frame, length, nextHop) -> unreachable(frame),
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

    /** The hash of a flow, as its packets have it. Any thread. */
    public long explainHash(FlowKey flow) {
        return flowHash.of(flow);
    }

    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        egress.begin(table(), nowNanos);
        var link = linkOf(in);
        for (int i = 0; i < burst.count(); i++) {
            frame(link, burst.address(i), burst.length(i));
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

    private void frame(Link in, long frame, int length) {
        packets.count(PacketCount.RECEIVED);
        if (length < Ethernet.LENGTH) {
            drop(RouterDrop.FRAME_TOO_SHORT, frame);
            return;
        }
        ethernet.wrap(memory, frame);
        long destination = ethernet.destination();
        int type = ethernet.type();
        boolean toGroup = Ethernet.isGroup(destination);
        if (destination != in.mac && !toGroup) {
            drop(RouterDrop.OTHER_HOST, frame);
            return;
        }
        switch (type) {
            case Ethernet.TYPE_IPV4 -> {
                if (toGroup) {
                    drop(RouterDrop.LINK_BROADCAST, frame);
                } else {
                    packet(in, frame, length - Ethernet.LENGTH);
                }
            }
            case Ethernet.TYPE_ARP -> arp(in, frame, length - Ethernet.LENGTH);
            case Ethernet.TYPE_IPV6 -> drop(RouterDrop.IPV6, frame);
            default -> drop(RouterDrop.UNKNOWN_ETHERTYPE, frame);
        }
    }

    private void arp(Link in, long frame, int available) {
        var fault = in.neighbors.input(memory, frame + Ethernet.LENGTH, available, egress.now());
        if (fault != PacketFault.NONE) {
            drop(RouterDrop.of(fault), frame);
            return;
        }
        packets.count(PacketCount.ARP);
        pool.release(frame);
    }

    private void packet(Link in, long frame, int available) {
        long ip = frame + Ethernet.LENGTH;
        var fault = Ipv4.check(memory, ip, available);
        if (fault != PacketFault.NONE) {
            drop(RouterDrop.of(fault), frame);
            return;
        }
        ipv4.wrap(memory, ip);
        int source = ipv4.source();
        int destination = ipv4.destination();
        if (Ipv4.isMartianSource(source)) {
            drop(RouterDrop.MARTIAN_SOURCE, frame);
        } else if (isSpecial(destination) || isLinkLocal(source)) {
            drop(special(destination), frame);
        } else {
            route(in, frame, egress.lookup(destination), destination);
        }
    }

    private void route(Link in, long frame, int found, int destination) {
        if (found == ForwardingTable.TO_KERNEL) {
            packets.count(PacketCount.TO_KERNEL);
            pool.release(frame);
        } else if (found == ForwardingTable.BROADCAST) {
            drop(RouterDrop.BROADCAST, frame);
        } else if (ipv4.ttl() <= 1) {
            errors.send(IcmpCount.SENT_TIME_EXCEEDED, in.address, 0, frame);
            drop(RouterDrop.TTL_EXCEEDED, frame);
        } else if (found == Fib.NO_ROUTE) {
            errors.send(IcmpCount.SENT_NET_UNREACHABLE, in.address, 0, frame);
            drop(RouterDrop.NO_ROUTE, frame);
        } else if (found == ForwardingTable.BLACKHOLE) {
            drop(RouterDrop.BLACKHOLE, frame);
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
                drop(RouterDrop.FRAGMENTATION_NEEDED, frame);
            } else {
                drop(RouterDrop.TOO_BIG, frame);
            }
            return;
        }
        ipv4.decrementTtl();
        packets.count(PacketCount.FORWARDED);
        egress.send(nextHop, destination, frame, length);
    }

    /** A packet whose next hop did not answer; the cache has counted it. */
    private void unreachable(long frame) {
        errors.send(IcmpCount.SENT_HOST_UNREACHABLE, ErrorReports.ADDRESS_OF_EGRESS, 0, frame);
        pool.release(frame);
    }

    private void drop(RouterDrop reason, long frame) {
        drops.count(reason);
        pool.release(frame);
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

    /** Any thread. */
    public Drops<RouterDrop> drops() {
        return drops;
    }

    /** Any thread. */
    public Drops<IcmpCount> icmp() {
        return errors.counts();
    }

    /** Any thread. */
    public Drops<PacketCount> packets() {
        return packets;
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
        long received = packets.of(PacketCount.RECEIVED);
        long consumed = packets.of(PacketCount.ARP) + packets.of(PacketCount.TO_KERNEL);
        long originated = errors.originated();
        long dropped = drops.total();
        long sent = 0;
        long held = 0;
        for (var link : links) {
            originated += link.neighbors.requestsSent();
            dropped += link.neighbors.drops().total();
            held += link.neighbors.waiting();
            sent += portSent(link.port);
        }
        return new FrameLedger(received, originated, sent, consumed, dropped, held);
    }

    private static long portSent(Port port) {
        var counters = port.counters();
        return counters.txPackets()
                + counters.drops().entrySet().stream()
                        .filter(drop -> !drop.getKey().startsWith("rx-"))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
    }
}

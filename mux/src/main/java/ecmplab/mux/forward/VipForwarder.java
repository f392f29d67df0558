package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Peer;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.mux.forward.Tally.Traffic;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/**
 * The forwarding thread's part of a MUX. A burst is processed in two stages, so that the flow table's memory is on its way while other
 * packets are looked at: {@link #classify} judges each packet, answers or drops what is not to be forwarded, and touches its flow;
 * {@link #forward} finds the member and encapsulates.
 *
 * <p>A MUX is a hop like any router: it decrements the inner TTL (RFC 2003 section 3.1) and reports packets whose TTL ends here or
 * that do not fit the underlay. It never fragments.
 */
final class VipForwarder {
    /** What a packet grows by between IP and IP: inner Ethernet, VXLAN, UDP, IPv4. */
    static final int OVERHEAD = Vxlan.ENCAPSULATION;

    private static final int BURST = 256;
    private static final int TAKEOVER_QUIET_MILLIS = 1000;
    /** A sweep of the flow table takes this many ticks of 10 ms. */
    private static final int TICKS_PER_SWEEP = 256;

    private final int number;
    private final int address;
    private final int gateway;
    private final int[] own;
    private final Port port;
    private final FramePool pool;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final FlowTable flows;
    private final IcmpErrors errors;
    private final Notices notices;
    private final Tally<Total> totals;
    private final Drops<PacketFault> malformed;
    private final Drops<MuxDrop> drops;

    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ip = new Ipv4();
    private final Ipv4 quote = new Ipv4();
    private final Icmp icmp = new Icmp();
    private final Tcp tcp = new Tcp();

    /** What stage one found out about the packets that go on to stage two. */
    private final PlannedEndpoint[] endpoints = new PlannedEndpoint[BURST];

    private final long[] frames = new long[BURST];
    private final int[] lengths = new int[BURST];
    private final int[] sources = new int[BURST];
    private final int[] vips = new int[BURST];
    private final int[] ports = new int[BURST];
    private final int[] protocols = new int[BURST];
    private final long[] hashes = new long[BURST];
    private final byte[] kinds = new byte[BURST];
    private int pending;

    /** Kinds of packets in stage two. */
    private static final byte ORDINARY = 0, OPENS = 1, RESETS = 2, FRAGMENT = 3, QUOTES = 4, QUOTES_FRAGMENT = 5;

    private Plan plan = Plan.EMPTY;
    private long sweepsUntilPurged;
    private long purgedSerial;
    private int lastTakeover;

    VipForwarder(
            MuxSettings settings,
            Port port,
            NeighborCache neighbors,
            FlowTable flows,
            Counts counts,
            Notices notices,
            int nowMillis) {
        number = settings.number();
        address = Ipv4.bits(settings.address());
        gateway = Ipv4.bits(settings.gateway());
        own = settings.ownAddresses().stream().mapToInt(Ipv4::bits).toArray();
        this.port = port;
        pool = port.pool();
        memory = pool.memory();
        this.neighbors = neighbors;
        this.flows = flows;
        this.notices = notices;
        totals = counts.totals();
        malformed = counts.malformed();
        drops = counts.drops();
        errors = new IcmpErrors(pool, neighbors, gateway, totals);
        lastTakeover = nowMillis - TAKEOVER_QUIET_MILLIS;
    }

    /** What the thread counts. */
    record Counts(Tally<Total> totals, Drops<PacketFault> malformed, Drops<MuxDrop> drops) {}

    /** Follows a plan from the next packet on. */
    void adopt(Plan newPlan) {
        plan = newPlan;
        flows.setIdleTimeouts(newPlan.idleMillis);
        // The sweep under way has passed entries already; the one after it sees them all.
        sweepsUntilPurged = flows.sweeps() + 2;
        notices.adopted(newPlan);
    }

    /** Serial of the last plan by which the flow table has been purged of members that left. */
    long purgedSerial() {
        return purgedSerial;
    }

    void process(Burst burst, long nowNanos) {
        totals.add(Total.RECEIVED, burst.count());
        for (int from = 0; from < burst.count(); from += BURST) {
            int to = Math.min(burst.count(), from + BURST);
            pending = 0;
            for (int i = from; i < to; i++) {
                classify(burst.address(i), burst.length(i), nowNanos);
            }
            int nowMillis = (int) (nowNanos / 1_000_000);
            for (int i = 0; i < pending; i++) {
                forward(i, nowMillis, nowNanos);
            }
        }
    }

    void tick(long nowNanos) {
        neighbors.tick(nowNanos);
        flows.age((int) (nowNanos / 1_000_000), flows.entries() / TICKS_PER_SWEEP + 1);
        if (purgedSerial != plan.serial && flows.sweeps() >= sweepsUntilPurged) {
            purgedSerial = plan.serial;
        }
    }

    private void classify(long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            malformed.count(fault);
            pool.release(frame);
            return;
        }
        long to = ethernet.wrap(memory, frame).destination();
        if (to != port.mac().bits() && !Ethernet.isGroup(to)) {
            drop(frame, MuxDrop.NOT_FOR_US);
            return;
        }
        switch (parser.etherType()) {
            case Ethernet.TYPE_IPV4 -> classifyIpv4(frame, nowNanos);
            case Ethernet.TYPE_ARP -> {
                var wrong = neighbors.input(memory, parser.ip(), length - Ethernet.LENGTH, nowNanos);
                if (wrong == PacketFault.NONE) {
                    toKernel(frame);
                } else {
                    malformed.count(wrong);
                    pool.release(frame);
                }
            }
            case Ethernet.TYPE_IPV6 -> toKernel(frame);
            default -> drop(frame, MuxDrop.NOT_IP);
        }
    }

    private void classifyIpv4(long frame, long nowNanos) {
        int destination = parser.destination();
        if (isOwn(destination) || Ipv4.isMulticast(destination) || destination == -1) {
            toKernel(frame);
        } else if (!plan.isVip(destination)) {
            drop(frame, MuxDrop.NOT_A_VIP);
        } else if (parser.isFragment()) {
            admit(frame, plan.fragmentEndpoint(destination, parser.protocol()), FRAGMENT, nowNanos);
        } else if (parser.protocol() == IpProtocol.ICMP) {
            classifyIcmp(frame, nowNanos);
        } else {
            int endpoint = plan.endpoint(destination, parser.protocol(), parser.destinationPort());
            admit(frame, endpoint, kind(), nowNanos);
        }
    }

    private byte kind() {
        if (parser.protocol() != IpProtocol.TCP) {
            return ORDINARY;
        }
        tcp.wrap(memory, parser.transport());
        return tcp.opens() ? OPENS : tcp.has(Tcp.RST) ? RESETS : ORDINARY;
    }

    private void classifyIcmp(long frame, long nowNanos) {
        icmp.wrap(memory, parser.transport());
        if (icmp.type() == Icmp.ECHO_REQUEST) {
            answerEcho(frame, nowNanos);
        } else if (!icmp.isError()) {
            drop(frame, MuxDrop.ICMP_UNSERVED);
        } else {
            classifyQuote(frame, nowNanos);
        }
    }

    private void answerEcho(long frame, long nowNanos) {
        var fault = Icmp.check(memory, parser.transport(), parser.transportLength());
        if (fault != PacketFault.NONE) {
            malformed.count(fault);
            pool.release(frame);
            return;
        }
        Icmp.replyToEcho(memory, parser.ip());
        totals.add(Total.ECHOES_ANSWERED, 1);
        neighbors.send(gateway, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
    }

    /** An error goes to the member that sent the packet it quotes: the flow is the quoted one reversed. */
    private void classifyQuote(long frame, long nowNanos) {
        int available = parser.transportLength() - Icmp.LENGTH;
        long quoted = icmp.quoted();
        if (available < Ipv4.MIN_LENGTH) {
            drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        quote.wrap(memory, quoted);
        int headerLength = quote.headerLength();
        boolean isFragment = quote.isFragment();
        int protocol = quote.protocol();
        boolean hasPorts = !isFragment && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP);
        if (headerLength < Ipv4.MIN_LENGTH || available < headerLength + (hasPorts ? 4 : 0)) {
            drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        if (quote.source() != parser.destination()) {
            drop(frame, MuxDrop.ICMP_QUOTE_FOREIGN);
            return;
        }
        tcp.wrap(memory, quote.payload()); // UDP has its ports in the same place
        int reversed = hasPorts ? tcp.destinationPort() << 16 | tcp.sourcePort() : 0;
        int endpoint = isFragment
                ? plan.fragmentEndpoint(quote.source(), protocol)
                : plan.endpoint(quote.source(), protocol, reversed & 0xFFFF);
        if (admit(frame, endpoint, isFragment ? QUOTES_FRAGMENT : QUOTES, nowNanos)) {
            setFlow(pending - 1, quote.destination(), quote.source(), protocol, reversed);
        }
    }

    /** Lets a packet pass to stage two, or drops it. Its flow is its own tuple until it is set otherwise. */
    private boolean admit(long frame, int endpoint, byte kind, long nowNanos) {
        if (endpoint < 0) {
            if (endpoint == Plan.NONE) {
                errors.portUnreachable(parser.ip(), parser.destination(), nowNanos);
            }
            drop(frame, endpoint == Plan.NONE ? MuxDrop.NO_ENDPOINT : MuxDrop.FRAGMENT_AMBIGUOUS);
            return false;
        }
        ip.wrap(memory, parser.ip());
        if (ip.ttl() <= 1) {
            errors.timeExceeded(parser.ip(), address, nowNanos);
            drop(frame, MuxDrop.TTL_EXCEEDED);
            return false;
        }
        if (parser.ipLength() > port.mtu() - OVERHEAD) {
            if (ip.dontFragment()) {
                errors.fragmentationNeeded(parser.ip(), address, port.mtu() - OVERHEAD, nowNanos);
            }
            drop(frame, ip.dontFragment() ? MuxDrop.TOO_BIG : MuxDrop.TOO_BIG_UNFRAGMENTED);
            return false;
        }
        int at = pending++;
        frames[at] = frame;
        lengths[at] = parser.ipLength();
        endpoints[at] = plan.endpoints[endpoint];
        kinds[at] = kind;
        int bothPorts = parser.sourcePort() << 16 | parser.destinationPort();
        setFlow(at, parser.source(), parser.destination(), parser.protocol(), bothPorts);
        return true;
    }

    private void setFlow(int at, int source, int vip, int protocol, int bothPorts) {
        sources[at] = source;
        vips[at] = vip;
        protocols[at] = protocol;
        ports[at] = bothPorts;
        hashes[at] = flows.hash(source, vip, bothPorts, protocol);
        flows.touch(hashes[at]);
    }

    private void forward(int at, int nowMillis, long nowNanos) {
        var endpoint = endpoints[at];
        var active = endpoint.active;
        byte kind = kinds[at];
        int entry = flows.find(hashes[at], sources[at], vips[at], ports[at], protocols[at], nowMillis);
        int slot = active == null ? 0 : slot(at, endpoint.affinity, active.table());
        int member = active == null ? -1 : active.owner(slot);
        int generation = endpoint.generation();
        int flags = 0;
        if (entry != FlowTable.ABSENT && keeps(at, entry, endpoint, nowMillis)) {
            member = flows.member(entry);
            generation = active == null ? flows.generation(entry) : generation;
            flags = FrameTag.FROM_FLOW_TABLE;
            note(kind, entry, nowMillis);
        } else if (member < 0) {
            drop(frames[at], MuxDrop.NO_MEMBER);
            return;
        } else {
            learn(at, entry, member, nowMillis);
        }
        if (active != null && endpoint.use.usedGeneration != generation) {
            endpoint.use.usedGeneration = generation;
            notices.firstPacket(endpoint);
        }
        endpoint.use.traffic.add(Traffic.PACKETS, 1);
        endpoint.use.traffic.add(Traffic.OCTETS, lengths[at]);
        encapsulate(at, member, FrameTag.bits(number, generation, 0, flags, slot), nowNanos);
    }

    private int slot(int at, Affinity affinity, MaglevTable table) {
        byte kind = kinds[at];
        var by = kind == FRAGMENT || kind == QUOTES_FRAGMENT ? SlotHash.affinityOfFragments(affinity) : affinity;
        int bothPorts = ports[at];
        return table.slot(SlotHash.ipv4(
                table.seed(), by, sources[at], vips[at], protocols[at], bothPorts >>> 16, bothPorts & 0xFFFF));
    }

    /** Whether a known flow stays at its member: not when a connection begins anew, nor when another endpoint serves the port now. */
    private boolean keeps(int at, int entry, PlannedEndpoint endpoint, int nowMillis) {
        return plan.endpointOfMember[flows.member(entry)] == endpoint.index
                && (kinds[at] != OPENS || flows.isRepeatedSyn(entry, nowMillis) || endpoint.active == null);
    }

    private void note(byte kind, int entry, int nowMillis) {
        switch (kind) {
            case OPENS -> flows.repeated(entry, nowMillis);
            case QUOTES, QUOTES_FRAGMENT -> {}
            default -> flows.seen(entry, nowMillis);
        }
    }

    /** A flow got its member from its slot: enters it in the flow table, if it is a flow and there is room. */
    private void learn(int at, int entry, int member, int nowMillis) {
        var endpoint = endpoints[at];
        byte kind = kinds[at];
        if (kind == QUOTES || kind == QUOTES_FRAGMENT || kind == RESETS) {
            return;
        }
        int generation = endpoint.generation();
        boolean learnt = entry == FlowTable.ABSENT
                ? flows.insert(
                        hashes[at], sources[at], vips[at], ports[at], protocols[at], member, generation, nowMillis)
                : flows.chooseAnew(entry, member, generation, nowMillis);
        if (learnt) {
            endpoint.use.traffic.add(Traffic.NEW_FLOWS, 1);
        }
        if (kind == ORDINARY && protocols[at] == IpProtocol.TCP) {
            endpoint.use.traffic.add(Traffic.TAKEN_OVER, 1);
            if (nowMillis - lastTakeover >= TAKEOVER_QUIET_MILLIS) {
                notices.takenOver(endpoint);
            }
            lastTakeover = nowMillis;
        }
    }

    private void encapsulate(int at, int member, long tag, long nowNanos) {
        long frame = frames[at];
        ip.wrap(memory, frame + Ethernet.LENGTH).decrementTtl();
        ethernet.wrap(memory, frame);
        ethernet.setDestination(plan.macs[member]);
        ethernet.setSource(tag);
        int inner = Ethernet.LENGTH + lengths[at];
        // The addresses of the outer Ethernet header are the neighbour cache's to write.
        long outer = Vxlan.encapsulate(
                memory,
                frame,
                inner,
                0,
                0,
                address,
                plan.hosts[member],
                Vxlan.sourcePort(hashes[at]),
                plan.vnis[member]);
        var peer = plan.peers[member];
        if (peer != null) {
            peer.add(Peer.PACKETS, 1);
            peer.add(Peer.OCTETS, lengths[at] + OVERHEAD);
        }
        totals.add(Total.FORWARDED, 1);
        neighbors.send(gateway, outer, inner + Vxlan.ENCAPSULATION, nowNanos);
    }

    private boolean isOwn(int destination) {
        if (destination == address) {
            return true;
        }
        for (int candidate : own) {
            if (candidate == destination) {
                return true;
            }
        }
        return false;
    }

    private void toKernel(long frame) {
        totals.add(Total.TO_KERNEL, 1);
        pool.release(frame);
    }

    private void drop(long frame, MuxDrop reason) {
        drops.count(reason);
        pool.release(frame);
    }
}

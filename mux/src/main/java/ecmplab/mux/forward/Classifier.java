package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Icmp;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.packet.Vxlan;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/**
 * The first stage: judges each packet, drops what is not to be forwarded with its one reason, answers what the MUX answers itself, and
 * puts the rest into {@link Pending} with its flow.
 */
final class Classifier {
    private final int address;
    private final int gateway;
    private final int[] own;
    private final Port port;
    private final FramePool pool;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final FlowTable flows;
    private final IcmpErrors errors;
    private final MuxCounts counts;
    private final Pending pending;

    private final PacketParser parser = new PacketParser();
    private final Ipv4 quote = new Ipv4();
    private final Icmp icmp = new Icmp();
    private final Tcp tcp = new Tcp();

    private Plan plan = Plan.EMPTY;

    Classifier(
            MuxSettings settings,
            Port port,
            NeighborCache neighbors,
            FlowTable flows,
            MuxCounts counts,
            Pending pending) {
        address = Ipv4.bits(settings.address());
        gateway = Ipv4.bits(settings.gateway());
        own = settings.ownAddresses().stream().mapToInt(Ipv4::bits).toArray();
        this.port = port;
        pool = port.pool();
        memory = pool.memory();
        this.neighbors = neighbors;
        this.flows = flows;
        this.counts = counts;
        this.pending = pending;
        errors = new IcmpErrors(pool, neighbors, gateway, counts.totals());
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
    }

    /** Takes over the frame. */
    void classify(long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            malformed(frame, fault);
            return;
        }
        long to = parser.destinationMac();
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
                    malformed(frame, wrong);
                }
            }
            case Ethernet.TYPE_IPV6 -> toKernel(frame);
            default -> drop(frame, MuxDrop.NOT_IP);
        }
    }

    private void classifyIpv4(long frame, long nowNanos) {
        int destination = parser.destination();
        // Nearly every packet is for an endpoint: asked first. No address of the MUX itself is a VIP.
        int endpoint = parser.isFragment()
                ? Plan.NONE
                : plan.endpoint(destination, parser.protocol(), parser.destinationPort());
        if (endpoint >= 0) {
            admit(frame, endpoint, kind(), nowNanos);
        } else if (isOwn(destination) || Ipv4.isMulticast(destination) || destination == -1) {
            toKernel(frame);
        } else if (!plan.isVip(destination)) {
            drop(frame, MuxDrop.NOT_A_VIP);
        } else if (parser.isFragment()) {
            admit(frame, plan.fragmentEndpoint(destination, parser.protocol()), Pending.FRAGMENT, nowNanos);
        } else if (parser.protocol() == IpProtocol.ICMP) {
            classifyIcmp(frame, nowNanos);
        } else {
            admit(frame, Plan.NONE, Pending.ORDINARY, nowNanos);
        }
    }

    private byte kind() {
        if (parser.protocol() != IpProtocol.TCP) {
            return Pending.ORDINARY;
        }
        tcp.wrap(memory, parser.transport());
        return tcp.opens() ? Pending.OPENS : tcp.has(Tcp.RST) ? Pending.RESETS : Pending.ORDINARY;
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
            malformed(frame, fault);
            return;
        }
        Icmp.replyToEcho(memory, parser.ip());
        counts.totals().add(Total.ECHOES_ANSWERED, 1);
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
        if (admit(frame, endpoint, isFragment ? Pending.QUOTES_FRAGMENT : Pending.QUOTES, nowNanos)) {
            setFlow(pending.count - 1, quote.destination(), quote.source(), protocol, reversed);
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
        if (parser.hopLimit() <= 1) {
            errors.timeExceeded(parser.ip(), address, nowNanos);
            drop(frame, MuxDrop.TTL_EXCEEDED);
            return false;
        }
        if (parser.ipLength() > port.mtu() - Vxlan.ENCAPSULATION) {
            if (parser.dontFragment()) {
                errors.fragmentationNeeded(parser.ip(), address, port.mtu() - Vxlan.ENCAPSULATION, nowNanos);
            }
            drop(frame, parser.dontFragment() ? MuxDrop.TOO_BIG : MuxDrop.TOO_BIG_UNFRAGMENTED);
            return false;
        }
        int at = pending.count++;
        pending.frames[at] = frame;
        pending.lengths[at] = parser.ipLength();
        pending.endpoints[at] = plan.endpoints[endpoint];
        pending.kinds[at] = kind;
        int bothPorts = parser.sourcePort() << 16 | parser.destinationPort();
        setFlow(at, parser.source(), parser.destination(), parser.protocol(), bothPorts);
        return true;
    }

    private void setFlow(int at, int source, int vip, int protocol, int bothPorts) {
        pending.sources[at] = source;
        pending.vips[at] = vip;
        pending.protocols[at] = protocol;
        pending.ports[at] = bothPorts;
        pending.hashes[at] = flows.hash(source, vip, bothPorts, protocol);
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

    private void malformed(long frame, PacketFault fault) {
        counts.malformed().count(fault);
        pool.drop(frame, fault);
    }

    private void toKernel(long frame) {
        counts.totals().add(Total.TO_KERNEL, 1);
        pool.release(frame);
    }

    private void drop(long frame, MuxDrop reason) {
        counts.drops().count(reason);
        pool.drop(frame, reason);
    }
}

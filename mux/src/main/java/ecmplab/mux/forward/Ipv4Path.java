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
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/** The first stage's judgement of IPv4 packets. */
final class Ipv4Path {
    private final int address;
    private final int gateway;
    private final int[] own;
    private final PacketParser parser;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final FlowTable flows;
    private final Admission admission;
    private final Outcomes outcomes;
    private final Pending pending;

    private final Ipv4 quote = new Ipv4();
    private final Icmp icmp = new Icmp();
    private final Tcp tcp = new Tcp();

    private Plan plan = Plan.EMPTY;

    Ipv4Path(
            MuxSettings settings,
            PacketParser parser,
            NeighborCache neighbors,
            FlowTable flows,
            Admission admission,
            Outcomes outcomes,
            Pending pending) {
        address = Ipv4.bits(settings.address());
        gateway = Ipv4.bits(settings.gateway());
        own = settings.ownIpv4().stream().mapToInt(Ipv4::bits).toArray();
        this.parser = parser;
        memory = outcomes.pool().memory();
        this.neighbors = neighbors;
        this.flows = flows;
        this.admission = admission;
        this.outcomes = outcomes;
        this.pending = pending;
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
    }

    void classify(long frame, long nowNanos) {
        int destination = parser.destination();
        long vip = EndpointIndex.ipv4(destination);
        // Nearly every packet is for an endpoint: asked first. No address of the MUX itself is a VIP.
        int endpoint = parser.isFragment()
                ? EndpointIndex.NONE
                : plan.index.endpoint(vip, parser.protocol(), parser.destinationPort());
        if (endpoint >= 0) {
            admit(frame, endpoint, admission.kind(), nowNanos);
        } else if (isOwn(destination) || Ipv4.isMulticast(destination) || destination == -1) {
            outcomes.toKernel(frame);
        } else if (plan.index.anyEndpoint(vip) < 0) {
            outcomes.drop(frame, MuxDrop.NOT_A_VIP);
        } else if (parser.isFragment()) {
            admit(frame, plan.index.fragmentEndpoint(vip, parser.protocol()), Pending.FRAGMENT, nowNanos);
        } else if (parser.protocol() == IpProtocol.ICMP) {
            classifyIcmp(frame, vip, nowNanos);
        } else {
            admit(frame, EndpointIndex.NONE, Pending.ORDINARY, nowNanos);
        }
    }

    private void classifyIcmp(long frame, long vip, long nowNanos) {
        icmp.wrap(memory, parser.transport());
        if (icmp.type() == Icmp.ECHO_REQUEST) {
            answerEcho(frame, vip, nowNanos);
        } else if (!icmp.isError()) {
            outcomes.drop(frame, MuxDrop.ICMP_UNSERVED);
        } else {
            classifyQuote(frame, vip, nowNanos);
        }
    }

    private void answerEcho(long frame, long vip, long nowNanos) {
        if (!admission.admitsAnswer(frame, plan.index.anyEndpoint(vip))) {
            return;
        }
        var fault = Icmp.check(memory, parser.transport(), parser.transportLength());
        if (fault != PacketFault.NONE) {
            outcomes.malformed(frame, fault);
            return;
        }
        Icmp.replyToEcho(memory, parser.ip());
        outcomes.counts().totals().add(Total.ECHOES_ANSWERED, 1);
        neighbors.send(gateway, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
    }

    /** An error goes to the member that sent the packet it quotes: the flow is the quoted one reversed. */
    private void classifyQuote(long frame, long vip, long nowNanos) {
        int available = parser.transportLength() - Icmp.LENGTH;
        long quoted = icmp.quoted();
        if (available < Ipv4.MIN_LENGTH) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        quote.wrap(memory, quoted);
        int headerLength = quote.headerLength();
        boolean isFragment = quote.isFragment();
        int protocol = quote.protocol();
        boolean hasPorts = !isFragment && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP);
        if (headerLength < Ipv4.MIN_LENGTH || available < headerLength + (hasPorts ? 4 : 0)) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        if (quote.source() != parser.destination()) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_FOREIGN);
            return;
        }
        tcp.wrap(memory, quote.payload()); // UDP has its ports in the same place
        int reversed = hasPorts ? tcp.destinationPort() << 16 | tcp.sourcePort() : 0;
        int endpoint = isFragment
                ? plan.index.fragmentEndpoint(vip, protocol)
                : plan.index.endpoint(vip, protocol, reversed & 0xFFFF);
        byte kind = isFragment ? Pending.QUOTES_FRAGMENT : Pending.QUOTES;
        int at = admission.admit(pending, frame, endpoint, kind, nowNanos);
        if (at >= 0) {
            setFlow(at, quote.destination(), quote.source(), protocol, reversed);
        }
    }

    private void admit(long frame, int endpoint, byte kind, long nowNanos) {
        int at = admission.admit(pending, frame, endpoint, kind, nowNanos);
        if (at >= 0) {
            int bothPorts = parser.sourcePort() << 16 | parser.destinationPort();
            setFlow(at, parser.source(), parser.destination(), parser.protocol(), bothPorts);
        }
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
}

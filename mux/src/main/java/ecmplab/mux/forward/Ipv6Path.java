package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.packet.Ethernet;
import ecmplab.packet.ExtensionHeaders;
import ecmplab.packet.Icmpv6;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/**
 * The first stage's judgement of IPv6 packets. Neighbour discovery is the kernel's: its messages go to groups or to own addresses. What the MUX sends
 * goes to the same gateway as IPv4, whose Ethernet address ARP knows.
 */
final class Ipv6Path {
    private final int gateway;
    private final long[] ownHighs;
    private final long[] ownLows;
    private final PacketParser parser;
    private final MemorySegment memory;
    private final NeighborCache neighbors;
    private final FlowTable flows;
    private final Admission admission;
    private final Outcomes outcomes;
    private final Pending pending;

    private final Ipv6 quote = new Ipv6();
    private final Icmpv6 icmp = new Icmpv6();
    private final Tcp tcp = new Tcp();

    private Plan plan = Plan.EMPTY;

    Ipv6Path(
            MuxSettings settings,
            PacketParser parser,
            NeighborCache neighbors,
            FlowTable flows,
            Admission admission,
            Outcomes outcomes,
            Pending pending) {
        gateway = Ipv4.bits(settings.gateway());
        ownHighs = settings.ownIpv6().stream().mapToLong(Ipv6::high).toArray();
        ownLows = settings.ownIpv6().stream().mapToLong(Ipv6::low).toArray();
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
        long high = parser.destinationHigh();
        if (Ipv6.isMulticast(high) || Ipv6.isLinkLocal(high) || isOwn(high, parser.destinationLow())) {
            outcomes.toKernel(frame);
            return;
        }
        long vip = plan.index.ipv6(high, parser.destinationLow());
        if (vip == EndpointIndex.NO_VIP) {
            outcomes.drop(frame, MuxDrop.NOT_A_VIP);
        } else if (!isRoutable(parser.sourceHigh(), parser.sourceLow())) {
            outcomes.drop(frame, MuxDrop.BAD_SOURCE);
        } else if (parser.isFragment()) {
            admit(frame, plan.index.fragmentEndpoint(vip, parser.protocol()), Pending.FRAGMENT, nowNanos);
        } else if (parser.protocol() == IpProtocol.ICMPV6) {
            classifyIcmp(frame, vip, nowNanos);
        } else {
            int endpoint = plan.index.endpoint(vip, parser.protocol(), parser.destinationPort());
            admit(frame, endpoint, admission.kind(), nowNanos);
        }
    }

    /** A link-local source must not leave its link, and the others are no host's (RFC 4291 sections 2.5.2, 2.5.3, 2.5.6, 2.7). */
    private static boolean isRoutable(long high, long low) {
        return !Ipv6.isLinkLocal(high) && !Ipv6.isMartianSource(high, low) && !Ipv6.isUnspecified(high, low);
    }

    private void classifyIcmp(long frame, long vip, long nowNanos) {
        icmp.wrap(memory, parser.transport());
        if (icmp.type() == Icmpv6.ECHO_REQUEST) {
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
        var fault = Icmpv6.check(memory, parser.ip(), parser.transport(), parser.transportLength());
        if (fault != PacketFault.NONE) {
            outcomes.malformed(frame, fault);
            return;
        }
        Icmpv6.replyToEcho(memory, parser.ip(), parser.transport());
        outcomes.counts().totals().add(Total.ECHOES_ANSWERED, 1);
        neighbors.send(gateway, frame, Ethernet.LENGTH + parser.ipLength(), nowNanos);
    }

    /** An error goes to the member that sent the packet it quotes: the flow is the quoted one reversed. */
    private void classifyQuote(long frame, long vip, long nowNanos) {
        int available = parser.transportLength() - Icmpv6.LENGTH;
        long quoted = icmp.quoted();
        if (available < Ipv6.LENGTH) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        quote.wrap(memory, quoted);
        int whole = Ipv6.LENGTH + quote.payloadLength();
        // Parts of datagrams come in multiples of eight octets, quotations of them need not.
        long found = ExtensionHeaders.find(memory, quoted, available < whole ? available & ~7 : whole);
        boolean isFragment = ExtensionHeaders.isFragment(found);
        int protocol = ExtensionHeaders.protocol(found);
        boolean hasPorts = !isFragment && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP);
        int at = ExtensionHeaders.at(found);
        if (ExtensionHeaders.faultOf(found) != PacketFault.NONE || (hasPorts && at + 4 > available)) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_SHORT);
            return;
        }
        if (quote.sourceHigh() != parser.destinationHigh() || quote.sourceLow() != parser.destinationLow()) {
            outcomes.drop(frame, MuxDrop.ICMP_QUOTE_FOREIGN);
            return;
        }
        tcp.wrap(memory, quoted + at); // UDP has its ports in the same place
        int reversed = hasPorts ? tcp.destinationPort() << 16 | tcp.sourcePort() : 0;
        int endpoint = isFragment
                ? plan.index.fragmentEndpoint(vip, protocol)
                : plan.index.endpoint(vip, protocol, reversed & 0xFFFF);
        byte kind = isFragment ? Pending.QUOTES_FRAGMENT : Pending.QUOTES;
        int place = admission.admit(pending, frame, endpoint, kind, nowNanos);
        if (place >= 0) {
            setFlow(place, quote.destinationHigh(), quote.destinationLow(), protocol, reversed);
        }
    }

    private void admit(long frame, int endpoint, byte kind, long nowNanos) {
        int at = admission.admit(pending, frame, endpoint, kind, nowNanos);
        if (at >= 0) {
            int bothPorts = parser.sourcePort() << 16 | parser.destinationPort();
            setFlow(at, parser.sourceHigh(), parser.sourceLow(), parser.protocol(), bothPorts);
        }
    }

    /** The VIP is the packet's destination, whatever the flow. */
    private void setFlow(int at, long sourceHigh, long sourceLow, int protocol, int bothPorts) {
        long vipHigh = parser.destinationHigh();
        long vipLow = parser.destinationLow();
        pending.sourceHighs[at] = sourceHigh;
        pending.sourceLows[at] = sourceLow;
        pending.vipHighs[at] = vipHigh;
        pending.vipLows[at] = vipLow;
        pending.protocols[at] = protocol;
        pending.ports[at] = bothPorts;
        pending.hashes[at] = flows.hash(sourceHigh, sourceLow, vipHigh, vipLow, bothPorts, protocol);
    }

    private boolean isOwn(long high, long low) {
        for (int i = 0; i < ownHighs.length; i++) {
            if (ownHighs[i] == high && ownLows[i] == low) {
                return true;
            }
        }
        return false;
    }
}

package ecmplab.mux.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;
import java.lang.foreign.MemorySegment;

/**
 * The first stage: judges each packet, drops what is not to be forwarded with its one reason, answers what the MUX answers itself, and
 * puts the rest into {@link Pending} of its family with its flow.
 */
final class Classifier {
    private final long mac;
    private final MemorySegment memory;
    private final PacketParser parser;
    private final NeighborCache neighbors;
    private final Outcomes outcomes;
    private final Admission admission;
    private final Ipv4Path ipv4;
    private final Ipv6Path ipv6;

    Classifier(
            MuxSettings settings,
            Port port,
            NeighborCache neighbors,
            Steering steering4,
            Steering steering6,
            MuxCounts counts,
            Overload overload) {
        mac = port.mac().bits();
        memory = port.pool().memory();
        parser = new PacketParser();
        this.neighbors = neighbors;
        outcomes = new Outcomes(counts, port.pool());
        var errors = new IcmpErrors(settings, port.pool(), neighbors, counts.totals());
        admission = new Admission(parser, port, errors, outcomes, overload);
        ipv4 = new Ipv4Path(settings, parser, neighbors, steering4.flows(), admission, outcomes, steering4.pending());
        ipv6 = new Ipv6Path(settings, parser, neighbors, steering6.flows(), admission, outcomes, steering6.pending());
    }

    void adopt(Plan plan) {
        admission.adopt(plan);
        ipv4.adopt(plan);
        ipv6.adopt(plan);
    }

    /** Takes over the frame. */
    void classify(long frame, int length, long nowNanos) {
        var fault = parser.parse(memory, frame, length);
        if (fault != PacketFault.NONE) {
            outcomes.malformed(frame, fault);
            return;
        }
        long to = parser.destinationMac();
        if (to != mac && !Ethernet.isGroup(to)) {
            outcomes.drop(frame, MuxDrop.NOT_FOR_US);
            return;
        }
        switch (parser.etherType()) {
            case Ethernet.TYPE_IPV4 -> ipv4.classify(frame, nowNanos);
            case Ethernet.TYPE_IPV6 -> ipv6.classify(frame, nowNanos);
            case Ethernet.TYPE_ARP -> {
                var wrong = neighbors.input(memory, parser.ip(), length - Ethernet.LENGTH, nowNanos);
                if (wrong == PacketFault.NONE) {
                    outcomes.toKernel(frame);
                } else {
                    outcomes.malformed(frame, wrong);
                }
            }
            default -> outcomes.drop(frame, MuxDrop.NOT_IP);
        }
    }
}

package ecmplab.mux.forward;

import ecmplab.packet.IpProtocol;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Tcp;
import ecmplab.port.Port;

/**
 * Whether a packet of an endpoint may be forwarded: what both families have in common. Drops it otherwise, and tells its sender where that is
 * due.
 */
final class Admission {
    private final PacketParser parser;
    private final Port port;
    private final IcmpErrors errors;
    private final Outcomes outcomes;
    private final Overload overload;
    private final Tcp tcp = new Tcp();

    private Plan plan = Plan.EMPTY;

    Admission(PacketParser parser, Port port, IcmpErrors errors, Outcomes outcomes, Overload overload) {
        this.parser = parser;
        this.port = port;
        this.errors = errors;
        this.outcomes = outcomes;
        this.overload = overload;
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
    }

    /** What an unfragmented packet tells of its flow's life, as {@link Pending} has it. */
    byte kind() {
        if (parser.protocol() != IpProtocol.TCP) {
            return Pending.ORDINARY;
        }
        tcp.wrap(port.pool().memory(), parser.transport());
        return tcp.opens() ? Pending.OPENS : tcp.has(Tcp.RST) ? Pending.RESETS : Pending.ORDINARY;
    }

    /** A packet to a VIP that is answered here, not forwarded: whether it is within the VIP's share of the thread's time. */
    boolean admitsAnswer(long frame, int anyEndpoint) {
        if (overload.admits(plan.endpoints[anyEndpoint].load)) {
            return true;
        }
        outcomes.drop(frame, MuxDrop.OVERLOAD);
        return false;
    }

    /**
     * Lets the parsed packet pass to stage two and gives its place there, or drops it and gives -1.
     *
     * @param endpoint as {@link EndpointIndex} found it
     */
    int admit(Pending pending, long frame, int endpoint, byte kind, long nowNanos) {
        if (endpoint < 0) {
            if (endpoint == EndpointIndex.NONE) {
                errors.portUnreachable(parser, nowNanos);
            }
            outcomes.drop(frame, endpoint == EndpointIndex.NONE ? MuxDrop.NO_ENDPOINT : MuxDrop.FRAGMENT_AMBIGUOUS);
            return -1;
        }
        var planned = plan.endpoints[endpoint];
        if (!overload.admits(planned.load)) {
            outcomes.drop(frame, MuxDrop.OVERLOAD);
            return -1;
        }
        if (parser.hopLimit() <= 1) {
            errors.timeExceeded(parser, nowNanos);
            outcomes.drop(frame, MuxDrop.TTL_EXCEEDED);
            return -1;
        }
        int room = port.mtu() - planned.overhead;
        if (parser.ipLength() > room) {
            if (parser.dontFragment()) {
                errors.tooBig(parser, room, nowNanos);
            }
            outcomes.drop(frame, parser.dontFragment() ? MuxDrop.TOO_BIG : MuxDrop.TOO_BIG_UNFRAGMENTED);
            return -1;
        }
        int at = pending.count++;
        pending.frames[at] = frame;
        pending.lengths[at] = parser.ipLength();
        pending.endpoints[at] = planned;
        pending.kinds[at] = kind;
        return at;
    }
}

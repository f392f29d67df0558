package ecmplab.mux.forward;

import ecmplab.mux.announce.VipChange;
import ecmplab.mux.table.EndpointId;
import java.net.InetAddress;
import java.time.Instant;

/** Something that happened to a MUX, with the wall time, for drills and for a person to read. */
public sealed interface MuxEvent {
    Instant at();

    /** Packets are forwarded by this policy from now on. */
    record PolicyInPath(Instant at, PathReport report) implements MuxEvent {}

    /** A policy of an SLB manager that has been replaced was not applied. */
    record EpochRefused(Instant at, long cfg, long epoch, long highestSeen) implements MuxEvent {}

    /** An endpoint of a policy cannot be served as written: it stays as it was, or out. */
    record EndpointRefused(Instant at, long cfg, EndpointId endpoint, String why) implements MuxEvent {}

    /** An endpoint of the VIP has an active generation with members in the forwarding path, for the first time or again. */
    record VipReady(Instant at, InetAddress vip) implements MuxEvent {}

    /** BGP was told. */
    record VipRoute(Instant at, InetAddress vip, VipChange.State state) implements MuxEvent {}

    /** The first packet of an endpoint since this generation became active here. */
    record FirstPacket(Instant at, EndpointId endpoint, int generation) implements MuxEvent {}

    /**
     * An established flow came that this MUX never saw: another MUX had it before. Told once for all that follow within a second of
     * each other.
     */
    record FlowsTakenOver(Instant at, EndpointId endpoint) implements MuxEvent {}

    /**
     * More comes than can be forwarded, so VIPs beyond their fair share lose packets.
     *
     * @param worst the VIP with the most packets, {@code packetsPerSecond} what comes for it
     * @param forwardedPerSecond packets of all VIPs that were forwarded
     */
    record OverloadBegan(Instant at, InetAddress worst, long packetsPerSecond, long forwardedPerSecond)
            implements MuxEvent {}

    /** All that comes is forwarded again. */
    record OverloadEnded(Instant at) implements MuxEvent {}

    /** A drain began. */
    record Draining(Instant at) implements MuxEvent {}

    /** A drain is over: no packet is to be expected. */
    record Drained(Instant at) implements MuxEvent {}
}

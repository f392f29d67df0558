package ecmplab.hostagent.forward;

import ecmplab.hostagent.forward.PolicyOutcome.EndpointFault;
import ecmplab.hostagent.forward.PolicyOutcome.GenerationInPlace;
import ecmplab.hostagent.probe.ProbeChange;
import ecmplab.packet.FlowKey;
import java.time.Instant;
import java.util.List;

/** Something that happened on a host, with the wall time at which it did. */
public sealed interface HostEvent {
    Instant at();

    record PolicyApplied(Instant at, long epoch, long cfg, List<GenerationInPlace> inPlace, List<EndpointFault> faults)
            implements HostEvent {}

    record PolicyRefused(Instant at, long epoch, long newestEpoch) implements HostEvent {}

    /**
     * Second chance found a flow, for the first time.
     *
     * @param generation of the frame that came to the wrong place
     * @param hops hosts that had passed it on: 0 when it came to the wrong VM of this host
     * @param vm where the flow lives
     */
    record FlowRescued(Instant at, FlowKey flow, int generation, int hops, String vm) implements HostEvent {}

    /** A client was told that nobody knows its flow. */
    record ResetSent(Instant at, FlowKey flow, int generation, int hops) implements HostEvent {}

    /** A backend on this host changed its health. */
    record ProbeChanged(Instant at, ProbeChange change) implements HostEvent {}

    /** More happened in the forwarding path than was fetched: the counters have it all. */
    record EventsLost(Instant at, long count) implements HostEvent {}
}

package ecmplab.mux.forward;

import ecmplab.mux.table.EndpointId;
import java.util.List;

/** What came of applying a policy. */
public sealed interface PolicyOutcome {
    /**
     * On its way into the forwarding path; {@link MuxEvent.PolicyInPath} tells when it is there.
     *
     * @param refused endpoints left as they were, or out, because this MUX cannot serve them as written
     */
    record Accepted(long cfg, List<Refusal> refused) implements PolicyOutcome {
        public Accepted {
            refused = List.copyOf(refused);
        }
    }

    /** Written by an SLB manager that has been replaced: not applied. */
    record EpochRefused(long epoch, long highestSeen) implements PolicyOutcome {}

    /** An endpoint that cannot be served as written, and why in words. */
    record Refusal(EndpointId endpoint, String why) {}
}

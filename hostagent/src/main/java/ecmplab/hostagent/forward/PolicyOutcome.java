package ecmplab.hostagent.forward;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.TableVersion;
import java.util.List;

/** What became of a policy that was handed in. */
public sealed interface PolicyOutcome {
    /**
     * It is what the next burst of packets is forwarded by.
     *
     * @param inPlace every generation that this host can forward by now: what it may acknowledge
     * @param faults endpoints that could not be used, and are not there
     */
    record Applied(long epoch, long cfg, List<GenerationInPlace> inPlace, List<EndpointFault> faults)
            implements PolicyOutcome {
        public Applied {
            inPlace = List.copyOf(inPlace);
            faults = List.copyOf(faults);
        }
    }

    /** It comes from an SLB manager that has been replaced: nothing changed (fencing). */
    record Refused(long epoch, long newestEpoch) implements PolicyOutcome {}

    /** @param digest of the Maglev table, equal on every node that has the same one */
    record GenerationInPlace(EndpointId endpoint, int generation, TableVersion.State state, long digest) {}

    /** @param why for people */
    record EndpointFault(EndpointId endpoint, String why) {}
}

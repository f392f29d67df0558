package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatFlow;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.FlowKey;
import java.util.List;
import java.util.Optional;

/**
 * What a host would do with a packet of a flow, client to VIP, that a MUX sent it by the slot of the generation in force.
 *
 * @param state of the flow, if it lives here
 * @param endpoint that the flow's destination belongs to
 * @param owners of the flow's slot, newest generation first
 * @param verdict of a packet that opens no connection
 * @param next whom the packet would be passed on to, if it would
 * @param why in words
 */
public record Explanation(
        FlowKey flow,
        Optional<NatFlow> state,
        Optional<EndpointId> endpoint,
        List<Owner> owners,
        Verdict verdict,
        Optional<Member> next,
        String why) {
    public Explanation {
        owners = List.copyOf(owners);
    }

    /** @param member empty when no member takes flows in that generation */
    public record Owner(
            int generation, TableVersion.State state, int slot, Optional<Member> member, boolean onThisHost) {}

    public enum Verdict {
        /** State exists: translated and delivered. */
        DELIVER,
        /** Passed on to the next owner. */
        PASS_ON,
        /** Nobody is left to ask: reset. */
        RESET,
        /** Nobody is left to ask, and it is not TCP: the owner in force takes it. */
        ADOPT,
        DROP
    }
}

package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.FlowKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a MUX would send the next packet of a flow, and why.
 *
 * @param endpoint that serves the flow, or null
 * @param views what each generation says, newest first
 * @param known the flow in the flow table, or null
 * @param choice the member it goes to, or null
 * @param why in words
 */
public record Explanation(
        FlowKey flow,
        @Nullable EndpointId endpoint,
        List<View> views,
        @Nullable Flow known,
        @Nullable Choice choice,
        String why) {
    public Explanation {
        views = List.copyOf(views);
    }

    /**
     * What one generation says.
     *
     * @param owner of the slot, or null when nobody takes flows
     */
    public record View(
            int generation,
            TableVersion.State state,
            String digest,
            long hash,
            int slot,
            @Nullable Member owner) {}

    /** @param fromFlowTable whether the flow table knew, or else the slot of the active generation */
    public record Choice(Member member, boolean fromFlowTable) {}
}

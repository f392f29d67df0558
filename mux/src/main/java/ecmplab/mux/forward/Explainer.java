package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Explanation.Choice;
import ecmplab.mux.forward.Explanation.View;
import ecmplab.mux.forward.PlannedEndpoint.Generation;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import java.net.Inet6Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Repeats what {@link Steering} would decide about a packet that opens nothing, and changes nothing. Any thread. */
final class Explainer {
    private final Plan plan;
    private final FlowTable flows;
    private final FlowTable ipv6Flows;

    Explainer(Plan plan, FlowTable flows, FlowTable ipv6Flows) {
        this.plan = plan;
        this.flows = flows;
        this.ipv6Flows = ipv6Flows;
    }

    Explanation explain(FlowKey flow, int nowMillis) {
        long vip = plan.index.number(flow.destination());
        if (plan.index.anyEndpoint(vip) == EndpointIndex.NONE) {
            return unserved(flow, "no VIP of this MUX");
        }
        int index = plan.index.endpoint(vip, flow.protocol(), flow.destinationPort());
        if (index == EndpointIndex.NONE) {
            return unserved(flow, "the VIP has no endpoint of this protocol and port");
        }
        var endpoint = plan.endpoints[index];
        var views = endpoint.generations.stream()
                .map(generation -> view(flow, endpoint, generation))
                .toList();
        var known = (flow.isIpv4() ? flows : ipv6Flows).peek(flow, nowMillis);
        var choice = choose(endpoint, views, known);
        return new Explanation(flow, endpoint.id(), views, known, choice, why(endpoint, choice));
    }

    private static Explanation unserved(FlowKey flow, String why) {
        return new Explanation(flow, null, List.of(), null, null, why);
    }

    private static View view(FlowKey flow, PlannedEndpoint endpoint, Generation generation) {
        var version = generation.version();
        var table = generation.table();
        long hash = hash(flow, endpoint, table);
        int slot = table.slot(hash);
        return new View(version.generation(), version.state(), table.digestText(), hash, slot, table.member(slot));
    }

    private static long hash(FlowKey flow, PlannedEndpoint endpoint, MaglevTable table) {
        return flow.source() instanceof Inet6Address source && flow.destination() instanceof Inet6Address vip
                ? SlotHash.ipv6(
                        table.seed(),
                        endpoint.affinity,
                        Ipv6.high(source),
                        Ipv6.low(source),
                        Ipv6.high(vip),
                        Ipv6.low(vip),
                        flow.protocol(),
                        flow.sourcePort(),
                        flow.destinationPort())
                : SlotHash.ipv4(
                        table.seed(),
                        endpoint.affinity,
                        Ipv4.bits(flow.source()),
                        Ipv4.bits(flow.destination()),
                        flow.protocol(),
                        flow.sourcePort(),
                        flow.destinationPort());
    }

    private @Nullable Choice choose(PlannedEndpoint endpoint, List<View> views, @Nullable Flow known) {
        if (known != null) {
            var tunnel = plan.tunnel(known.member());
            if (tunnel != null && tunnel.endpoint == endpoint.index) {
                return new Choice(tunnel.member, true);
            }
        }
        if (endpoint.active == null) {
            return null;
        }
        var owner = views.get(endpoint.generations.indexOf(endpoint.active)).owner();
        return owner == null ? null : new Choice(owner, false);
    }

    private static String why(PlannedEndpoint endpoint, @Nullable Choice choice) {
        if (choice == null) {
            return "no active generation with members, and the flow is not in the flow table";
        }
        return choice.fromFlowTable()
                ? "by the flow table"
                : "by its slot in the active generation " + endpoint.generation();
    }
}

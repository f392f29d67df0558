package ecmplab.hostagent.forward;

import ecmplab.hostagent.forward.Explanation.Owner;
import ecmplab.hostagent.forward.Explanation.Verdict;
import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.hostagent.nat.NatFlow;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.Member;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv6;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what {@link Steering} would do, by the same tables and the same {@link SecondChance}, on any thread. */
final class Explainer {
    private final HostAddresses own;
    private final Vm[] vms;

    Explainer(HostAddresses own, Vm[] vms) {
        this.own = own;
        this.vms = vms;
    }

    Explanation explain(FlowKey flow, Optional<NatFlow> state, PolicyTables policy) {
        var tuple = new FlowTuple().of(flow);
        var endpoint = policy.endpoint(tuple);
        List<Owner> owners = endpoint == null ? List.of() : owners(endpoint, tuple);
        if (state.isPresent()) {
            var lives = state.get();
            var why = lives.state().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " on " + vms[lives.vm()].name()
                    + " as " + text(lives.local()) + ":" + lives.localPort();
            return new Explanation(flow, state, id(endpoint), owners, Verdict.DELIVER, Optional.empty(), why);
        }
        if (endpoint == null) {
            var why = policy.isVip(tuple.destinationHigh(), tuple.destinationLow())
                    ? "the VIP has no endpoint for this protocol and port"
                    : flow.destination().getHostAddress() + " is no VIP of the policy";
            return new Explanation(flow, state, id(null), owners, Verdict.DROP, Optional.empty(), why);
        }
        return withoutState(flow, endpoint, owners);
    }

    private static String text(InetAddress address) {
        return address instanceof Inet6Address ipv6
                ? "[" + Ipv6.text(Ipv6.high(ipv6), Ipv6.low(ipv6)) + "]"
                : address.getHostAddress();
    }

    private Explanation withoutState(FlowKey flow, EndpointTable endpoint, List<Owner> owners) {
        boolean isTcp = flow.protocol() == IpProtocol.TCP;
        if (endpoint.inForce() < 0) {
            return answer(flow, endpoint, owners, Verdict.DROP, null, "no generation is in force yet");
        }
        int generation = endpoint.generation(endpoint.inForce());
        long tag = FrameTag.bits(0, generation, 0, 0, 0);
        var next = new SecondChance(own).next(endpoint, new FlowTuple().of(flow), tag);
        var start =
                "no state here" + (isTcp ? "; a SYN makes it at the VM that it is sent to; anything else " : "; it ");
        if (next != null) {
            var where = next.member().host().getHostAddress();
            return answer(
                    flow,
                    endpoint,
                    owners,
                    Verdict.PASS_ON,
                    next.member(),
                    start + "is passed on to " + next.member().id() + " on " + where);
        }
        return isTcp
                ? answer(flow, endpoint, owners, Verdict.RESET, null, start + "is reset: no other host owned its slot")
                : answer(flow, endpoint, owners, Verdict.ADOPT, null, start + "is taken by the owner in force");
    }

    private static Explanation answer(
            FlowKey flow,
            EndpointTable endpoint,
            List<Owner> owners,
            Verdict verdict,
            @Nullable Member next,
            String why) {
        return new Explanation(flow, Optional.empty(), id(endpoint), owners, verdict, Optional.ofNullable(next), why);
    }

    private static Optional<EndpointId> id(@Nullable EndpointTable endpoint) {
        return endpoint == null ? Optional.empty() : Optional.of(endpoint.id());
    }

    private List<Owner> owners(EndpointTable endpoint, FlowTuple flow) {
        var owners = new ArrayList<Owner>(endpoint.depth());
        for (int depth = 0; depth < endpoint.depth(); depth++) {
            var owner = endpoint.owner(depth, flow);
            owners.add(new Owner(
                    endpoint.generation(depth),
                    endpoint.version(depth).state(),
                    endpoint.slot(depth, flow),
                    Optional.ofNullable(owner == null ? null : owner.member()),
                    owner != null && owner.here()));
        }
        return owners;
    }
}

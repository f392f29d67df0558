package ecmplab.mux.forward;

import ecmplab.mux.forward.Plan.NumberedMember;
import ecmplab.mux.forward.PlannedEndpoint.Generation;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.IpProtocol;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles policies into plans, one after another; keeps what carries over: tables of generations that did not change, numbers of
 * members, counts. An endpoint that cannot be served as written stays as it was. One thread at a time.
 */
final class Planner {
    private static final int MOST_ENDPOINTS = 65_536;
    private static final int MOST_GENERATIONS = 64;

    /** @param refused endpoints of the policy that are not in the plan as written */
    record Result(Plan plan, List<PolicyOutcome.Refusal> refused) {}

    private final Set<InetAddress> own;
    private final boolean overIpv6;
    private final MemberNumbers numbers = new MemberNumbers();
    private Map<EndpointId, PlannedEndpoint> last = Map.of();
    private Map<InetAddress, HostTraffic> trafficByHost = Map.of();
    private final Map<InetAddress, VipLoad> loads = new HashMap<>();
    private long serial;

    /**
     * @param own addresses of the MUX itself, which cannot be VIPs: packets to them are its kernel's
     * @param overIpv6 whether it can send to IPv6 hosts
     */
    Planner(Set<? extends InetAddress> own, boolean overIpv6) {
        this.own = Set.copyOf(own);
        this.overIpv6 = overIpv6;
    }

    /** @param purged serial of the last plan by which flow tables have been purged of members that left */
    Result plan(SlbPolicy policy, long purged) {
        serial++;
        numbers.purged(purged);
        var refused = new ArrayList<PolicyOutcome.Refusal>();
        var endpoints = new LinkedHashMap<EndpointId, PlannedEndpoint>();
        for (var wanted : policy.endpoints()) {
            var id = wanted.id();
            if (endpoints.containsKey(id) || endpoints.size() == MOST_ENDPOINTS) {
                var why = endpoints.containsKey(id) ? "occurs twice" : "more than " + MOST_ENDPOINTS + " endpoints";
                refused.add(new PolicyOutcome.Refusal(id, why));
                continue;
            }
            try {
                endpoints.put(id, endpoint(endpoints.size(), wanted));
            } catch (IllegalArgumentException unusable) {
                refused.add(new PolicyOutcome.Refusal(id, String.valueOf(unusable.getMessage())));
                var before = last.get(id);
                if (before != null) {
                    endpoints.put(id, endpoint(endpoints.size(), before.policy));
                }
            }
        }
        return new Result(assemble(policy, endpoints), refused);
    }

    /** @throws IllegalArgumentException when it cannot be served as written, saying why */
    private PlannedEndpoint endpoint(int index, EndpointPolicy policy) {
        requireServable(policy);
        var before = last.get(policy.id());
        var known = before == null ? List.<Generation>of() : before.generations;
        var generations = new ArrayList<Generation>();
        for (var version : policy.versions()) {
            var table = known.stream()
                    .filter(generation -> isSameTable(generation.version(), version))
                    .findFirst()
                    .map(Generation::table)
                    .orElseGet(() -> MaglevTable.of(version));
            generations.add(new Generation(version, table, numbersOf(policy.id(), table)));
        }
        var use = before == null ? new PlannedEndpoint.Use() : before.use;
        var load = loads.computeIfAbsent(policy.id().vip(), VipLoad::new);
        return new PlannedEndpoint(index, policy, List.copyOf(generations), use, load);
    }

    private void requireServable(EndpointPolicy endpoint) {
        require(!own.contains(endpoint.id().vip()), "an address of this MUX itself");
        require(
                endpoint.id().protocol() != IpProtocol.ICMP && endpoint.id().protocol() != IpProtocol.ICMPV6,
                "ICMP is not balanced: it goes with the flows it is about");
        require(isGlobal(endpoint.id().vip()), "no address that packets are routed to");
        int generations = endpoint.versions().size();
        require(generations <= MOST_GENERATIONS, generations + " generations: must be at most " + MOST_GENERATIONS);
        long active = endpoint.versions().stream()
                .filter(version -> version.state() == TableVersion.State.ACTIVE)
                .count();
        require(active <= 1, active + " active generations: must be one at most");
        for (var version : endpoint.versions()) {
            for (var member : version.members()) {
                require(
                        overIpv6 || member.host() instanceof Inet4Address,
                        "member " + member.id() + " on an IPv6 host, and this MUX has no IPv6 address");
            }
        }
    }

    private static boolean isGlobal(InetAddress vip) {
        return !vip.isMulticastAddress()
                && !vip.isLinkLocalAddress()
                && !vip.isLoopbackAddress()
                && !vip.isAnyLocalAddress();
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static boolean isSameTable(TableVersion one, TableVersion other) {
        return one.slots() == other.slots()
                && one.seed() == other.seed()
                && one.members().equals(other.members());
    }

    private int[] numbersOf(EndpointId endpoint, MaglevTable table) {
        int[] numbered = new int[table.members().size()];
        for (int i = 0; i < numbered.length; i++) {
            numbered[i] = numbers.of(
                    new MemberNumbers.Key(endpoint, table.members().get(i).id()));
            if (numbered[i] < 0) {
                throw new IllegalArgumentException("more than " + MemberNumbers.MOST + " members in all");
            }
        }
        return numbered;
    }

    private Plan assemble(SlbPolicy policy, Map<EndpointId, PlannedEndpoint> endpoints) {
        var numbered = new HashMap<Integer, NumberedMember>();
        var keys = new HashSet<MemberNumbers.Key>();
        var hosts = new HashMap<InetAddress, HostTraffic>();
        for (var endpoint : endpoints.values()) {
            // Where a member is differs between generations when it moved: the active one knows, then the newest.
            endpoint.generations.stream()
                    .sorted(Comparator.comparingInt(Planner::rank))
                    .forEach(generation -> {
                        for (int i = 0; i < generation.table().members().size(); i++) {
                            var member = generation.table().members().get(i);
                            numbered.putIfAbsent(
                                    generation.number(i),
                                    new NumberedMember(
                                            member,
                                            endpoint.index,
                                            policy.deadHosts().contains(member.host())));
                            keys.add(new MemberNumbers.Key(endpoint.id(), member.id()));
                            hosts.computeIfAbsent(member.host(), this::traffic);
                        }
                    });
        }
        numbers.retain(keys, serial);
        last = endpoints;
        loads.keySet()
                .retainAll(endpoints.keySet().stream().map(EndpointId::vip).collect(Collectors.toSet()));
        trafficByHost = hosts;
        return new Plan(
                serial,
                policy.epoch(),
                policy.cfg(),
                List.copyOf(endpoints.values()),
                numbered,
                numbers.limit(),
                hosts);
    }

    private HostTraffic traffic(InetAddress host) {
        var before = trafficByHost.get(host);
        return before == null ? new HostTraffic() : before;
    }

    private static int rank(Generation generation) {
        return switch (generation.version().state()) {
            case ACTIVE -> 0;
            case RETIRED -> 1;
            case PREPARED -> 2;
        };
    }
}

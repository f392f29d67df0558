package ecmplab.hostagent.forward;

import ecmplab.hostagent.forward.PolicyOutcome.EndpointFault;
import ecmplab.hostagent.forward.PolicyOutcome.GenerationInPlace;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The policy in force: tables are built on the thread that brings a policy, and published as a whole. A table that was there
 * before is used again, so that a change of state costs nothing.
 */
final class HostPolicy {
    /** What a table is computed from; the state is not in it. */
    private record TableInput(int slots, long seed, List<Member> members) {}

    private final HostAddresses own;
    private final Vm[] vms;
    private volatile PolicyTables current = PolicyTables.EMPTY;
    private Map<TableInput, MaglevTable> built = Map.of();
    private long newestEpoch = Long.MIN_VALUE;

    HostPolicy(HostAddresses own, Vm[] vms) {
        this.own = own;
        this.vms = vms;
    }

    /** To be read once per burst. */
    PolicyTables current() {
        return current;
    }

    synchronized PolicyOutcome apply(SlbPolicy policy) {
        if (policy.epoch() < newestEpoch) {
            return new PolicyOutcome.Refused(policy.epoch(), newestEpoch);
        }
        newestEpoch = policy.epoch();
        var tables = new HashMap<TableInput, MaglevTable>();
        var endpoints = new ArrayList<EndpointTable>();
        var faults = new ArrayList<EndpointFault>();
        var ids = new HashSet<>();
        for (var endpoint : policy.endpoints()) {
            try {
                if (!ids.add(endpoint.id())) {
                    throw new IllegalArgumentException("occurs twice");
                }
                endpoints.add(compile(endpoint, policy.deadHosts(), tables));
            } catch (IllegalArgumentException unusable) {
                faults.add(new EndpointFault(endpoint.id(), String.valueOf(unusable.getMessage())));
            }
        }
        built = tables;
        var compiled = new PolicyTables(endpoints);
        current = compiled;
        return new PolicyOutcome.Applied(policy.epoch(), policy.cfg(), inPlace(compiled), faults);
    }

    private EndpointTable compile(
            EndpointPolicy endpoint, Set<InetAddress> deadHosts, Map<TableInput, MaglevTable> tables) {
        var versions = endpoint.versions();
        if (versions.size() > EndpointTable.MAX_GENERATIONS) {
            throw new IllegalArgumentException(
                    versions.size() + " generations: must be at most " + EndpointTable.MAX_GENERATIONS);
        }
        var ofVersions = new ArrayList<MaglevTable>(versions.size());
        for (int i = 0; i < versions.size(); i++) {
            var version = versions.get(i);
            if (i > 0 && !EndpointTable.isNewer(versions.get(i - 1).generation(), version.generation())) {
                throw new IllegalArgumentException("generation " + version.generation() + " after "
                        + versions.get(i - 1).generation() + ": must be newest first");
            }
            var input = new TableInput(version.slots(), version.seed(), version.members());
            var table = tables.get(input);
            if (table == null) {
                table = built.get(input);
                table = table == null ? MaglevTable.of(version) : table;
                tables.put(input, table);
            }
            ofVersions.add(table);
        }
        return new EndpointTable(endpoint, ofVersions, own, deadHosts, vms);
    }

    static List<GenerationInPlace> inPlace(PolicyTables tables) {
        var all = new ArrayList<GenerationInPlace>();
        for (var endpoint : tables.endpoints()) {
            for (int depth = 0; depth < endpoint.depth(); depth++) {
                TableVersion version = endpoint.version(depth);
                all.add(new GenerationInPlace(
                        endpoint.id(),
                        version.generation(),
                        version.state(),
                        endpoint.table(depth).digest()));
            }
        }
        return all;
    }
}

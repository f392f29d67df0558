package ecmplab.controller.slb;

import ecmplab.controller.PolicyRows;
import ecmplab.controller.slb.ServiceDefinition.Backend;
import ecmplab.controller.slb.ServiceDefinition.Pool;
import ecmplab.controller.slb.SlbState.Dip;
import ecmplab.controller.slb.SlbState.Endpoint;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Mutation;
import ecmplab.ovsdb.data.Operation;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Composes one transaction of the SLB manager. It begins with two guards: the epoch is still this manager's (operation 0), and the
 * policy is still the one that was decided on (operation 1).
 */
final class SlbWrites {
    static final int EPOCH_GUARD = 0;

    private final SlbState state;
    private final Instant now;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<Member, Atom> members = new HashMap<>();
    private int names;

    private SlbWrites(SlbState state, Instant now) {
        this.state = state;
        this.now = now;
        state.memberRows().forEach((member, row) -> members.put(member, new Atom.Ref(row)));
    }

    /** Takes the database over: from here on every other manager's guards fail. */
    static List<Operation> claim(SlbState state, String manager) {
        var claimed = Map.of(
                "epoch", Datum.of(state.epoch() + 1),
                "next_cfg", Datum.of(state.cfg() + 1),
                "manager", Datum.of(manager));
        if (!state.isClaimed()) {
            return List.of(Operation.insert("SLB_Global", claimed), new Operation.Commit(true));
        }
        return List.of(
                Operation.require("SLB_Global", List.of(), Map.of("epoch", Datum.of(state.epoch()))),
                new Operation.Update("SLB_Global", List.of(), claimed),
                new Operation.Commit(true));
    }

    static List<Operation> steps(SlbState state, List<Step> steps, Instant now) {
        var writes = new SlbWrites(state, now);
        steps.forEach(writes::write);
        return writes.guarded(steps.stream().anyMatch(Step::changesPolicy));
    }

    /** What makes services and pools as defined; empty when they are. Admin state and weight of backends that are there stay. */
    static List<Operation> services(SlbState state, List<Pool> pools, List<ServiceDefinition> services, Instant now) {
        var writes = new SlbWrites(state, now);
        writes.writePools(pools);
        writes.writeServices(services);
        return writes.operations.isEmpty() ? List.of() : writes.guarded(true);
    }

    /** Changes one column of a backend. */
    static List<Operation> backend(SlbState state, Dip dip, Map<String, Datum> columns, Instant now) {
        var writes = new SlbWrites(state, now);
        writes.operations.add(Operation.update("Dip", dip.row(), columns));
        return writes.guarded(true);
    }

    private List<Operation> guarded(boolean newPolicy) {
        var all = new ArrayList<Operation>();
        all.add(Operation.require("SLB_Global", List.of(), Map.of("epoch", Datum.of(state.epoch()))));
        all.add(Operation.require("SLB_Global", List.of(), Map.of("next_cfg", Datum.of(state.cfg()))));
        all.addAll(operations);
        if (newPolicy) {
            all.add(new Operation.Update("SLB_Global", List.of(), Map.of("next_cfg", Datum.of(state.cfg() + 1))));
            all.add(new Operation.Commit(true));
        }
        return List.copyOf(all);
    }

    private void write(Step step) {
        switch (step) {
            case Step.Prepare prepare -> prepare(prepare);
            case Step.Activate(Endpoint endpoint, SlbState.Generation generation) -> {
                endpoint.in(State.ACTIVE).ifPresent(old -> become(old, State.RETIRED));
                become(generation, State.ACTIVE);
            }
            case Step.Abandon(Endpoint endpoint, SlbState.Generation generation) -> drop(endpoint, generation);
            case Step.Forget(Endpoint endpoint, SlbState.Generation generation, boolean ignored) ->
                drop(endpoint, generation);
            case Step.Degrade(SlbState.AgentRow host, String why) ->
                operations.add(Operation.update("Agent", host.row(), Map.of("degraded", Datum.of(why))));
            case Step.Restore(SlbState.AgentRow host) ->
                operations.add(Operation.update("Agent", host.row(), Map.of("degraded", Datum.EMPTY_SET)));
            case Step.DeclareDead(Set<InetAddress> hosts) ->
                operations.add(new Operation.Update(
                        "SLB_Global",
                        List.of(),
                        Map.of(
                                "dead_hosts",
                                Datum.strings(hosts.stream()
                                        .map(AddressText::of)
                                        .sorted()
                                        .toList()))));
            case Step.DropResult(UUID row) -> operations.add(Operation.delete("Probe_Result", row));
        }
    }

    private void become(SlbState.Generation generation, State wanted) {
        operations.add(Operation.update(
                "Table_Version",
                generation.row(),
                Map.of("state", text(wanted), "since", Datum.of(now.toEpochMilli()))));
    }

    private static Datum text(State tableState) {
        return Datum.of(tableState.name().toLowerCase(Locale.ROOT));
    }

    private void drop(Endpoint endpoint, SlbState.Generation generation) {
        mutate("Vip_Endpoint", endpoint.row(), "versions", Mutation.Mutator.DELETE, new Atom.Ref(generation.row()));
    }

    private void mutate(String table, UUID row, String column, Mutation.Mutator mutator, Atom element) {
        operations.add(new Operation.Mutate(
                table, List.of(Condition.uuid(row)), List.of(new Mutation(column, mutator, Datum.of(element)))));
    }

    private void prepare(Step.Prepare prepare) {
        var table = prepare.table();
        var memberAtoms = new ArrayList<Atom>();
        for (var member : table.members()) {
            memberAtoms.add(members.computeIfAbsent(member, this::insertMember));
        }
        var row = new LinkedHashMap<String, Datum>();
        row.put("generation", Datum.of(table.generation()));
        row.put("algorithm", Datum.of("maglev"));
        row.put("slots", Datum.of(table.slots()));
        row.put("seed", Datum.of(table.seed()));
        row.put("members", Datum.set(memberAtoms));
        row.put("digest", Datum.of(prepare.digest()));
        row.put("cfg", Datum.of(state.cfg() + 1));
        row.put("state", text(State.PREPARED));
        row.put("since", Datum.of(now.toEpochMilli()));
        var version = insert("Table_Version", row);
        mutate("Vip_Endpoint", prepare.endpoint().row(), "versions", Mutation.Mutator.INSERT, version);
        operations.add(Operation.update(
                "Vip_Endpoint", prepare.endpoint().row(), Map.of("last_generation", Datum.of(table.generation()))));
    }

    private Atom insertMember(Member member) {
        return insert("Member", PolicyRows.columns(member));
    }

    private Atom insert(String table, Map<String, Datum> row) {
        var name = "new" + ++names;
        operations.add(Operation.insert(table, name, row));
        return new Atom.Named(name);
    }

    private void writePools(List<Pool> pools) {
        var wanted = new HashSet<List<String>>();
        for (var pool : pools) {
            for (var backend : pool.backends()) {
                wanted.add(List.of(pool.name(), backend.id()));
                var there = state.dips().stream()
                        .filter(dip -> dip.pool().equals(pool.name())
                                && dip.backend().id().equals(backend.id()))
                        .findFirst();
                if (there.isEmpty()) {
                    var row = columns(backend);
                    row.put("pool", Datum.of(pool.name()));
                    row.put("id", Datum.of(backend.id()));
                    row.put("weight", Datum.of(backend.weight()));
                    row.put("admin", Datum.of(backend.admin().text()));
                    operations.add(Operation.insert("Dip", row));
                } else if (!columns(there.get().backend()).equals(columns(backend))) {
                    operations.add(Operation.update("Dip", there.get().row(), columns(backend)));
                }
            }
        }
        for (var dip : state.dips()) {
            if (!wanted.contains(List.of(dip.pool(), dip.backend().id()))) {
                operations.add(Operation.delete("Dip", dip.row()));
            }
        }
    }

    private static Map<String, Datum> columns(Backend backend) {
        var row = new LinkedHashMap<String, Datum>();
        row.put("ip", Datum.of(AddressText.of(backend.dip())));
        row.put("host", Datum.of(backend.host()));
        row.put("host_pa", Datum.of(AddressText.of(backend.hostAddress())));
        row.put("mac", Datum.of(backend.mac().toString()));
        row.put("vni", Datum.of(backend.vni().value()));
        return row;
    }

    private void writeServices(List<ServiceDefinition> services) {
        var vips = new HashMap<String, UUID>(state.vipRows());
        var fresh = new LinkedHashMap<String, List<Atom>>();
        var wanted = new HashSet<EndpointId>();
        for (var service : services) {
            wanted.add(service.id());
            var there = state.endpoints().stream()
                    .filter(endpoint -> endpoint.id().equals(service.id()))
                    .findFirst();
            if (there.isEmpty()) {
                fresh.computeIfAbsent(AddressText.of(service.id().vip()), ip -> new ArrayList<>())
                        .add(insertEndpoint(service));
            } else if (!there.get().definition().equals(service)) {
                updateEndpoint(there.get(), service);
            }
        }
        fresh.forEach((ip, endpoints) -> {
            var row = vips.get(ip);
            if (row == null) {
                operations.add(Operation.insert("Vip", Map.of("ip", Datum.of(ip), "endpoints", Datum.set(endpoints))));
            } else {
                endpoints.forEach(endpoint -> mutate("Vip", row, "endpoints", Mutation.Mutator.INSERT, endpoint));
            }
        });
        for (var endpoint : state.endpoints()) {
            var row = vips.get(AddressText.of(endpoint.id().vip()));
            if (!wanted.contains(endpoint.id()) && row != null) {
                mutate("Vip", row, "endpoints", Mutation.Mutator.DELETE, new Atom.Ref(endpoint.row()));
            }
        }
        vips.forEach((ip, row) -> {
            if (wanted.stream().noneMatch(id -> AddressText.of(id.vip()).equals(ip))) {
                operations.add(Operation.delete("Vip", row));
            }
        });
    }

    private Atom insertEndpoint(ServiceDefinition service) {
        var row = columns(service, Optional.empty());
        row.put("protocol", Datum.of(service.id().protocol()));
        row.put("port", Datum.of(service.id().port()));
        return insert("Vip_Endpoint", row);
    }

    private void updateEndpoint(Endpoint endpoint, ServiceDefinition service) {
        operations.add(Operation.update("Vip_Endpoint", endpoint.row(), columns(service, endpoint.probeRow())));
    }

    /** The columns of an endpoint; its probe is written first, in its old row where there is one. */
    private Map<String, Datum> columns(ServiceDefinition service, Optional<UUID> probeRow) {
        var row = new LinkedHashMap<String, Datum>();
        row.put("pool", Datum.of(service.pool()));
        row.put("backend_port", Datum.of(service.backendPort()));
        row.put("affinity", Datum.of(PolicyRows.text(service.affinity())));
        row.put("floating", Datum.of(service.floatingIp()));
        row.put("idle_seconds", Datum.of(service.idleTimeout().toSeconds()));
        row.put("idle_reset", Datum.of(service.resetsIdleFlows()));
        row.put("slots", Datum.of(service.slots()));
        row.put("seed", Datum.of(service.seed()));
        row.put("no_healthy_backends", Datum.of(service.noHealthyBackends().text()));
        row.put(
                "probe",
                service.probe()
                        .map(probe -> Datum.of(writeProbe(service, probe, probeRow)))
                        .orElse(Datum.EMPTY_SET));
        return row;
    }

    private Atom writeProbe(ServiceDefinition service, ServiceDefinition.Probe probe, Optional<UUID> probeRow) {
        var row = new LinkedHashMap<String, Datum>();
        row.put("protocol", Datum.of(probe.protocol().name().toLowerCase(Locale.ROOT)));
        row.put("port", Datum.of(probe.port()));
        row.put("path", Datum.of(probe.path()));
        row.put("interval_ms", Datum.of(probe.interval().toMillis()));
        row.put("timeout_ms", Datum.of(probe.timeout().toMillis()));
        row.put("threshold", Datum.of(probe.threshold()));
        if (probeRow.isPresent()) {
            operations.add(Operation.update("Probe", probeRow.get(), row));
            return new Atom.Ref(probeRow.get());
        }
        row.put("name", Datum.of(service.id().toString()));
        return insert("Probe", row);
    }
}

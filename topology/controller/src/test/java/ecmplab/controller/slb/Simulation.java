package ecmplab.controller.slb;

import ecmplab.controller.SlbDatabase;
import ecmplab.controller.southbound.TableKey;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.client.TransactionResult;
import ecmplab.ovsdb.data.Condition;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import ecmplab.ovsdb.data.Row;
import ecmplab.ovsdb.database.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** A database, managers and agents in one thread with one virtual clock; every transaction is a step that a test can stop at. */
class Simulation {
    static final SlbSettings SETTINGS =
            new SlbSettings(Duration.ofSeconds(4), Duration.ofSeconds(2), Duration.ofSeconds(3), 4);

    final Database database = Database.inMemory(SlbDatabase.schema());
    final List<SlbEvent> events = new ArrayList<>();
    final Map<String, Boolean> hosts = new TreeMap<>();
    final Set<String> deaf = new HashSet<>();
    final Set<String> wrong = new HashSet<>();
    final List<String> invariantsBroken = new ArrayList<>();
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    SlbCore manager;
    int transactions;
    private int managers;
    private long beats;
    private long acknowledged;
    private Set<String> deafThen = Set.of();

    Simulation() {
        this(List.of(Services.web()));
    }

    Simulation(List<ServiceDefinition> services) {
        manager = manager(services);
        hosts.put("host1", true);
        hosts.put("host2", true);
    }

    SlbCore manager(List<ServiceDefinition> services) {
        return new SlbCore(SETTINGS, List.of(Services.POOL), services, "manager" + ++managers, now, events::add);
    }

    /** The manager dies, and another takes over. */
    void replaceManager() {
        manager = manager(List.of(Services.web()));
    }

    Snapshot snapshot() {
        var tables = new HashMap<String, Map<UUID, Row>>();
        for (var table : database.schema().tables().keySet()) {
            var rows = new LinkedHashMap<UUID, Row>();
            database.rows(table).forEach(row -> rows.put(row.uuid(), row));
            tables.put(table, rows);
        }
        return new Snapshot(database.lastId(), 1, tables);
    }

    TransactionResult run(List<? extends Operation> operations) {
        var outcome =
                database.transact(operations.stream().map(Operation::toJson).toList(), lock -> false, 0);
        return TransactionResult.of(((Database.Outcome.Done) outcome).results());
    }

    /** One transaction of the manager; false when it has nothing to do. */
    boolean managerStep() {
        var batch = manager.next(snapshot(), now);
        batch.ifPresent(some -> {
            transactions++;
            manager.answered(run(some.operations()), now);
            checkInvariants();
        });
        return batch.isPresent();
    }

    /** Agents that are alive write their heartbeats and acknowledge what there is. */
    void agentsStep() {
        long cfg = database.rows("SLB_Global").stream()
                .mapToLong(row -> row.get("next_cfg").integer())
                .sum();
        var heard = Set.copyOf(deaf);
        if (now.toEpochMilli() % 1000 == 0 || cfg != acknowledged || !heard.equals(deafThen)) {
            beats++;
            acknowledged = cfg;
            deafThen = heard;
            var digests = digests();
            hosts.forEach((host, alive) -> {
                if (alive) {
                    agent("host", host, cfg, digests);
                }
            });
            agent("mux", "mux1", cfg, digests);
        }
    }

    private void agent(String kind, String id, long cfg, Map<String, String> digests) {
        var row = new HashMap<String, Datum>();
        row.put("last_seen", Datum.of(beats));
        if (!deaf.contains(id)) {
            row.put("cur_cfg", Datum.of(cfg));
            var own = new HashMap<>(digests);
            if (wrong.contains(id)) {
                own.replaceAll((table, digest) -> "0000000000000000");
            }
            row.put("digests", Datum.stringMap(own));
        }
        var where = List.<Condition>of(Condition.equal("kind", Datum.of(kind)), Condition.equal("id", Datum.of(id)));
        if (run(List.of(new Operation.Update("Agent", where, row))).count(0) == 0) {
            row.put("kind", Datum.of(kind));
            row.put("id", Datum.of(id));
            run(List.of(Operation.insert("Agent", row)));
        }
    }

    private Map<String, String> digests() {
        var digests = new HashMap<String, String>();
        for (var endpoint : state().endpoints()) {
            for (var generation : endpoint.generations()) {
                digests.put(
                        generation.key().toString(),
                        MaglevTable.of(generation.table()).digestText());
            }
        }
        return digests;
    }

    void probe(String member, boolean up) {
        var host = "host" + (Integer.parseInt(member.substring(2)) + 1) / 2;
        var probe = Services.WEB.toString();
        run(List.of(
                new Operation.Delete(
                        "Probe_Result",
                        List.of(
                                Condition.equal("probe", Datum.of(probe)),
                                Condition.equal("member", Datum.of(member)))),
                Operation.insert(
                        "Probe_Result",
                        Map.of(
                                "probe", Datum.of(probe),
                                "member", Datum.of(member),
                                "host", Datum.of(host),
                                "up", Datum.of(up),
                                "why", Datum.of(up ? "200 OK" : "connection refused")))));
    }

    void probeAll(boolean up) {
        for (int number = 1; number <= 4; number++) {
            probe("vm" + number, up);
        }
    }

    void admin(String member, String admin) {
        run(List.of(new Operation.Update(
                "Dip", List.of(Condition.equal("id", Datum.of(member))), Map.of("admin", Datum.of(admin)))));
    }

    /** Lets time pass in steps of 100 ms, in which agents and manager do what they have to do. */
    void pass(Duration time) {
        for (var end = now.plus(time); now.isBefore(end); now = now.plusMillis(100)) {
            agentsStep();
            while (managerStep()) {}
        }
    }

    SlbState state() {
        return SlbState.read(snapshot());
    }

    /** From nothing to an active table with all four VMs. */
    Simulation settled() {
        pass(Duration.ofMillis(300));
        probeAll(true);
        pass(Duration.ofSeconds(1));
        return this;
    }

    List<String> active() {
        return members(State.ACTIVE);
    }

    List<String> members(State wanted) {
        return endpoint().in(wanted).stream()
                .flatMap(generation -> generation.table().members().stream())
                .map(member -> member.id())
                .toList();
    }

    SlbState.Endpoint endpoint() {
        return state().endpoints().getFirst();
    }

    TableKey key(EndpointId endpoint, int generation) {
        return new TableKey(endpoint, generation);
    }

    /** What must hold after every single transaction of anybody. */
    void checkInvariants() {
        for (var endpoint : state().endpoints()) {
            var generations = endpoint.generations();
            var numbers = generations.stream()
                    .map(generation -> generation.table().generation())
                    .toList();
            check(Set.copyOf(numbers).size() == numbers.size(), "generations are distinct: " + numbers);
            check(count(endpoint, State.ACTIVE) <= 1, "at most one active: " + generations);
            check(count(endpoint, State.PREPARED) <= 1, "at most one prepared: " + generations);
            check(generations.size() <= SETTINGS.maxGenerations(), "bounded: " + generations);
            check(
                    count(endpoint, State.ACTIVE) == 1 || count(endpoint, State.RETIRED) == 0,
                    "once there was an active one there always is: " + generations);
        }
    }

    private static long count(SlbState.Endpoint endpoint, State wanted) {
        return endpoint.generations().stream()
                .filter(generation -> generation.table().state() == wanted)
                .count();
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            invariantsBroken.add(what);
        }
    }
}

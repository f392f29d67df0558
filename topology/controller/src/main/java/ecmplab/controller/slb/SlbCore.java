package ecmplab.controller.slb;

import ecmplab.controller.slb.ServiceDefinition.Pool;
import ecmplab.controller.slb.SlbState.Dip;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.TableKey;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.ovsdb.client.Replica.Snapshot;
import ecmplab.ovsdb.client.TransactionResult;
import ecmplab.ovsdb.data.Datum;
import ecmplab.ovsdb.data.Operation;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The SLB manager without its connection, threads and clock: snapshots of the database in, transactions out, one at a time. What
 * it knows beyond the database is when it saw what; so another can take over after any transaction. Belongs to one thread.
 */
final class SlbCore {
    /** After a refusal that it cannot explain, the manager tries again this much later. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** A transaction to run. Once it is committed the policy is {@code cfg}, and {@code done} are told. */
    record Batch(List<Operation> operations, long cfg, List<SlbEvent> done) {}

    private final SlbSettings settings;
    private final List<Pool> pools;
    private final List<ServiceDefinition> services;
    private final String name;
    private final Consumer<SlbEvent> listener;
    private final Vigil vigil;
    private final Map<AgentIdentity, Boolean> told = new HashMap<>();
    private final Map<EndpointId, Map<String, BackendStatus>> backends = new HashMap<>();
    private Set<String> faults = Set.of();
    private @Nullable Snapshot seen;
    /** The snapshot on which a guard failed: there is something newer. */
    private @Nullable Snapshot refusedOn;

    private @Nullable SlbState state;
    private @Nullable Batch inFlight;
    private long epoch;
    private long writtenCfg;
    private boolean servicesWritten;
    private boolean fenced;
    private Instant pausedUntil = Instant.MIN;

    /** @param name of this manager, which no other has */
    SlbCore(
            SlbSettings settings,
            List<Pool> pools,
            List<ServiceDefinition> services,
            String name,
            Instant start,
            Consumer<SlbEvent> listener) {
        this.settings = settings;
        this.pools = List.copyOf(pools);
        this.services = List.copyOf(services);
        this.name = name;
        this.vigil = new Vigil(start);
        this.listener = listener;
        check();
    }

    /** Throws {@link IllegalArgumentException} for definitions that no MUX could serve. */
    private void check() {
        var names = new HashSet<String>();
        for (var pool : pools) {
            var members = pool.backends().stream()
                    .map(backend -> new Member(
                            backend.id(),
                            backend.dip(),
                            0,
                            backend.hostAddress(),
                            backend.mac(),
                            backend.vni(),
                            backend.weight()))
                    .toList();
            var table = new TableVersion(1, 3, 0, members, TableVersion.State.PREPARED);
            if (!names.add(pool.name()) || MaglevTable.of(table).members().isEmpty()) {
                throw new IllegalArgumentException("pool " + pool.name() + ": must have backends, and occur once");
            }
        }
        var ids = new HashSet<EndpointId>();
        for (var service : services) {
            var table = new TableVersion(1, service.slots(), service.seed(), List.of(), TableVersion.State.PREPARED);
            if (!ids.add(service.id()) || MaglevTable.of(table).slots() != service.slots()) {
                throw new IllegalArgumentException("endpoint " + service.id() + ": must occur once");
            }
            if (!names.contains(service.pool())) {
                throw new IllegalArgumentException("endpoint " + service.id() + ": no pool " + service.pool());
            }
        }
    }

    boolean isFenced() {
        return fenced;
    }

    /** The database as last seen, or null before the first snapshot. */
    @Nullable
    SlbState state() {
        return state;
    }

    Vigil vigil() {
        return vigil;
    }

    boolean isClaimed() {
        return epoch > 0;
    }

    /** The next transaction, if there is one to run now. It must be answered before the next is given out. */
    Optional<Batch> next(Snapshot snapshot, Instant now) {
        var current = observe(snapshot, now);
        if (!mayWrite() || now.isBefore(pausedUntil)) {
            return Optional.empty();
        }
        if (epoch == 0 && !claimSeen(current)) {
            return give(new Batch(SlbWrites.claim(current, name), current.cfg() + 1, List.of()));
        }
        if (current.epoch() > epoch) {
            fence(current.epoch(), "epoch " + current.epoch() + " was claimed by " + current.manager());
            return Optional.empty();
        }
        if (current.epoch() < epoch || current.cfg() < writtenCfg) {
            return Optional.empty(); // the replica has not caught up with what this manager wrote
        }
        if (!servicesWritten) {
            var operations = SlbWrites.services(current, pools, services, now);
            servicesWritten = operations.isEmpty();
            if (!servicesWritten) {
                int count =
                        pools.stream().mapToInt(pool -> pool.backends().size()).sum();
                return give(new Batch(
                        operations, current.cfg() + 1, List.of(new SlbEvent.ServicesWritten(services.size(), count))));
            }
        }
        var steps = TableLifecycle.decide(settings, current, vigil, now);
        if (steps.isEmpty()) {
            return Optional.empty();
        }
        boolean newPolicy = steps.stream().anyMatch(Step::changesPolicy);
        return give(
                new Batch(SlbWrites.steps(current, steps, now), current.cfg() + (newPolicy ? 1 : 0), events(steps)));
    }

    private boolean mayWrite() {
        return inFlight == null && !fenced && !Objects.equals(seen, refusedOn);
    }

    private Optional<Batch> give(Batch batch) {
        inFlight = batch;
        return Optional.of(batch);
    }

    /** Whether the database is claimed in this manager's name: also when the answer to the claim was lost. */
    private boolean claimSeen(SlbState current) {
        if (current.isClaimed() && current.manager().equals(name)) {
            epoch = current.epoch();
            listener.accept(new SlbEvent.Claimed(epoch));
        }
        return epoch > 0;
    }

    private void fence(long other, String why) {
        fenced = true;
        listener.accept(new SlbEvent.Fenced(other, why));
    }

    /** The answer to what {@link #next} or {@link #change} gave out; null when the connection broke and it is unknown. */
    void answered(@Nullable TransactionResult result, Instant now) {
        var batch = inFlight;
        inFlight = null;
        if (result == null || batch == null) {
            return; // the next snapshot shows whether it happened
        }
        var error = result.error();
        if (error == null) {
            writtenCfg = Math.max(writtenCfg, batch.cfg);
            batch.done.forEach(listener);
        } else if (error.tag().equals("timed out")) {
            if (epoch > 0 && result.failed() == SlbWrites.EPOCH_GUARD) {
                fence(epoch, "the server refused a write of epoch " + epoch);
            }
            // Else the policy has moved on, or another was quicker to claim: decide again on a newer snapshot.
            refusedOn = seen;
        } else {
            pausedUntil = now.plus(PAUSE);
            listener.accept(new SlbEvent.WriteRefused(error.toString()));
        }
    }

    /** Changes a backend as an operator wants; empty when that cannot be done now, for a transaction is under way. */
    Optional<Batch> change(Dip dip, Map<String, Datum> columns, Instant now) {
        var current = state;
        if (current == null || !mayWrite() || epoch == 0 || current.cfg() < writtenCfg) {
            return Optional.empty();
        }
        return give(new Batch(SlbWrites.backend(current, dip, columns, now), current.cfg() + 1, List.of()));
    }

    /** Takes note of the database as it is now. */
    SlbState observe(Snapshot snapshot, Instant now) {
        var current = state;
        if (current == null || !snapshot.equals(seen)) {
            current = SlbState.read(snapshot);
            seen = snapshot;
            state = current;
        }
        vigil.observe(current, settings, now);
        tellChanges(current, now);
        return current;
    }

    private void tellChanges(SlbState current, Instant now) {
        var nowFaulty = new HashSet<>(current.faults());
        nowFaulty.stream()
                .filter(fault -> !faults.contains(fault))
                .forEach(fault -> listener.accept(new SlbEvent.MalformedRow(fault)));
        faults = nowFaulty;
        for (var agent : current.agents()) {
            boolean live = TableLifecycle.isLive(settings, vigil, agent.id(), now);
            var before = told.put(agent.id(), live);
            if (before == null || before != live) {
                listener.accept(new SlbEvent.AgentLiveness(agent.id(), live));
            }
        }
        for (var endpoint : current.endpoints()) {
            var known = backends.computeIfAbsent(endpoint.id(), id -> new HashMap<>());
            for (var status : TableLifecycle.backends(settings, current, vigil, now, endpoint)) {
                var before = known.put(status.id(), status);
                if (!status.equals(before) && (before != null || status.known())) {
                    listener.accept(
                            new SlbEvent.BackendChanged(endpoint.id(), status.id(), status.serving(), status.why()));
                }
            }
        }
    }

    private static List<SlbEvent> events(List<Step> steps) {
        var events = new ArrayList<SlbEvent>();
        for (var step : steps) {
            switch (step) {
                case Step.Prepare(SlbState.Endpoint endpoint, TableVersion table, String digest) ->
                    events.add(
                            new SlbEvent.Prepared(new TableKey(endpoint.id(), table.generation()), ids(table), digest));
                case Step.Activate(SlbState.Endpoint ignored, SlbState.Generation generation) ->
                    events.add(new SlbEvent.Activated(generation.key(), ids(generation.table())));
                case Step.Abandon(SlbState.Endpoint ignored, SlbState.Generation generation) ->
                    events.add(new SlbEvent.Abandoned(
                            generation.key(), "a backend in it is on a host that is silent or degraded"));
                case Step.Forget(SlbState.Endpoint ignored, SlbState.Generation generation, boolean early) ->
                    events.add(new SlbEvent.Forgotten(generation.key(), early));
                case Step.Degrade(SlbState.AgentRow host, String why) ->
                    events.add(new SlbEvent.HostDegraded(host.id().id(), why));
                case Step.Restore(SlbState.AgentRow host) ->
                    events.add(new SlbEvent.HostRestored(host.id().id()));
                case Step.DeclareDead(Set<InetAddress> hosts) -> events.add(new SlbEvent.HostsDeclaredDead(hosts));
                case Step.DropResult ignored -> {}
            }
        }
        return events;
    }

    private static List<String> ids(TableVersion table) {
        return table.members().stream().map(Member::id).toList();
    }
}

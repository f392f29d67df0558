package ecmplab.controller.slb;

import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.ServiceDefinition.NoHealthyBackends;
import ecmplab.controller.slb.SlbState.AgentRow;
import ecmplab.controller.slb.SlbState.Dip;
import ecmplab.controller.slb.SlbState.Endpoint;
import ecmplab.controller.slb.SlbState.Generation;
import ecmplab.controller.slb.SlbState.ResultKey;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The life of tables, decided from what is: state in, steps out, nothing remembered in between. A generation is <em>prepared</em>
 * until every live host has it at hand, then <em>active</em> (MUXes switch), then <em>retired</em> for as long as flows may be
 * there that it led to, then gone. At most one generation of an endpoint is prepared at a time; what changes meanwhile waits for
 * it, so a flood of changes costs few tables.
 *
 * <p>When no host at all is heard or keeps up, nothing changes: more likely the fault is on this side than on every host.
 */
final class TableLifecycle {
    private final SlbSettings settings;
    private final SlbState state;
    private final Vigil vigil;
    private final Instant now;
    private final List<AgentRow> liveHosts;
    private final Map<String, AgentRow> usableHosts = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    private TableLifecycle(SlbSettings settings, SlbState state, Vigil vigil, Instant now) {
        this.settings = settings;
        this.state = state;
        this.vigil = vigil;
        this.now = now;
        this.liveHosts = state.agents().stream()
                .filter(agent -> agent.id().kind() == Kind.HOST && isLive(settings, vigil, agent.id(), now))
                .toList();
        liveHosts.stream()
                .filter(host -> host.degraded().isEmpty())
                .forEach(host -> usableHosts.put(host.id().id(), host));
    }

    static boolean isLive(SlbSettings settings, Vigil vigil, AgentIdentity agent, Instant now) {
        return vigil.silence(agent, now).compareTo(settings.agentTimeout()) < 0;
    }

    static List<Step> decide(SlbSettings settings, SlbState state, Vigil vigil, Instant now) {
        return new TableLifecycle(settings, state, vigil, now).decide();
    }

    /** Which backends of the endpoint should serve it now, sorted by id, and why the others should not. */
    static List<BackendStatus> backends(
            SlbSettings settings, SlbState state, Vigil vigil, Instant now, Endpoint endpoint) {
        return new TableLifecycle(settings, state, vigil, now).backends(endpoint);
    }

    private List<Step> decide() {
        restoreHosts();
        dropResults();
        if (!liveHosts.isEmpty()) {
            declareDead();
        }
        state.endpoints().forEach(this::degradeLaggards);
        if (!usableHosts.isEmpty()) {
            state.endpoints().forEach(this::advance);
        }
        state.endpoints().forEach(this::forgetExpired);
        return steps;
    }

    private void restoreHosts() {
        for (var host : liveHosts) {
            boolean caughtUp = host.cfg() >= state.cfg()
                    && state.endpoints().stream()
                            .flatMap(endpoint -> endpoint.generations().stream())
                            .allMatch(host::acknowledged);
            if (host.degraded().isPresent() && caughtUp && !vigil.isHeldDown(host.id(), settings, now)) {
                steps.add(new Step.Restore(host));
                usableHosts.put(host.id().id(), host);
            }
        }
    }

    private void declareDead() {
        var dead = DeadHosts.of(settings, state, vigil, now);
        if (!dead.equals(state.deadHosts())) {
            steps.add(new Step.DeclareDead(dead));
        }
    }

    private void dropResults() {
        Set<ResultKey> asked = new HashSet<>();
        for (var endpoint : state.endpoints()) {
            if (endpoint.definition().probe().isPresent()) {
                dips(endpoint)
                        .forEach(dip -> asked.add(new ResultKey(
                                endpoint.id().toString(), dip.backend().id())));
            }
        }
        state.results().forEach((key, result) -> {
            if (!asked.contains(key)) {
                steps.add(new Step.DropResult(result.row()));
            }
        });
    }

    private List<Dip> dips(Endpoint endpoint) {
        return state.dips().stream()
                .filter(dip -> dip.pool().equals(endpoint.definition().pool()))
                .toList();
    }

    private List<AgentRow> missing(Generation generation) {
        return usableHosts.values().stream()
                .filter(host -> !host.acknowledged(generation))
                .sorted(Comparator.comparing(AgentRow::id))
                .toList();
    }

    /** Hosts that lack what they should have for too long are usable no more. */
    private void degradeLaggards(Endpoint endpoint) {
        for (var generation : endpoint.generations()) {
            if (generation.table().state() != State.RETIRED) {
                for (var host : missing(generation)) {
                    if (vigil.lack(host.id(), generation, now).compareTo(settings.prepareTimeout()) >= 0) {
                        usableHosts.remove(host.id().id());
                        steps.add(new Step.Degrade(host, reason(host, generation)));
                    }
                }
            }
        }
    }

    private String reason(AgentRow host, Generation generation) {
        var has = host.digests().get(generation.key().toString());
        return host.cfg() < generation.cfg()
                ? "has not acknowledged policy " + generation.cfg() + " within "
                        + settings.prepareTimeout().toMillis() + " ms"
                : generation.key() + ": digest " + (has == null ? "missing" : has) + ", expected "
                        + generation.digest();
    }

    private void advance(Endpoint endpoint) {
        var prepared = endpoint.in(State.PREPARED);
        if (prepared.isEmpty()) {
            prepare(endpoint);
        } else if (needsAbsentHost(endpoint, prepared.get())) {
            steps.add(new Step.Abandon(endpoint, prepared.get()));
        } else if (missing(prepared.get()).isEmpty()) {
            steps.add(new Step.Activate(endpoint, prepared.get()));
        }
    }

    /** Whether a backend in the table is on a host that is dead or degraded. */
    private boolean needsAbsentHost(Endpoint endpoint, Generation generation) {
        var members = generation.table().members().stream().map(Member::id).toList();
        return dips(endpoint).stream()
                .anyMatch(dip -> members.contains(dip.backend().id())
                        && !usableHosts.containsKey(dip.backend().host()));
    }

    private void prepare(Endpoint endpoint) {
        var backends = backends(endpoint);
        var newest = endpoint.in(State.ACTIVE);
        boolean early = now.isBefore(vigil.start().plus(settings.startGrace()));
        if (newest.isEmpty() && early && backends.stream().anyMatch(backend -> !backend.known())) {
            return;
        }
        var members = members(endpoint, backends);
        var definition = endpoint.definition();
        boolean same = newest.isPresent()
                ? newest.get().table().members().equals(members)
                        && newest.get().table().slots() == definition.slots()
                        && newest.get().table().seed() == definition.seed()
                : members.isEmpty();
        if (same) {
            return;
        }
        makeRoom(endpoint);
        int generation = nextGeneration(endpoint);
        var table = new TableVersion(generation, definition.slots(), definition.seed(), members, State.PREPARED);
        steps.add(new Step.Prepare(endpoint, table, MaglevTable.of(table).digestText()));
    }

    /** Counts up and wraps, past numbers that a table which is still kept has. */
    private static int nextGeneration(Endpoint endpoint) {
        int generation = endpoint.lastGeneration();
        boolean taken;
        do {
            generation = generation % 0xFFFF + 1;
            int number = generation;
            taken = endpoint.generations().stream()
                    .anyMatch(kept -> kept.table().generation() == number);
        } while (taken);
        return generation;
    }

    private List<Member> members(Endpoint endpoint, List<BackendStatus> backends) {
        var serving = backends.stream()
                .filter(BackendStatus::serving)
                .map(BackendStatus::id)
                .toList();
        return dips(endpoint).stream()
                .map(Dip::backend)
                .filter(backend -> serving.contains(backend.id()))
                .map(backend -> new Member(
                        backend.id(),
                        backend.dip(),
                        endpoint.definition().backendPort(),
                        backend.hostAddress(),
                        backend.mac(),
                        backend.vni(),
                        backend.weight()))
                .sorted(Comparator.comparing(Member::id))
                .toList();
    }

    private List<BackendStatus> backends(Endpoint endpoint) {
        var probed =
                dips(endpoint).stream().map(dip -> status(endpoint, dip, false)).toList();
        boolean believeNoProbe = endpoint.definition().noHealthyBackends() == NoHealthyBackends.ALL_PROBED_UP
                && probed.stream().noneMatch(BackendStatus::serving)
                && probed.stream().allMatch(BackendStatus::known);
        return believeNoProbe
                ? dips(endpoint).stream()
                        .map(dip -> status(endpoint, dip, true))
                        .toList()
                : probed;
    }

    private BackendStatus status(Endpoint endpoint, Dip dip, boolean ignoreProbe) {
        var backend = dip.backend();
        if (backend.admin() != Admin.UP) {
            return BackendStatus.out(backend, true, "admin " + backend.admin().text());
        }
        var host = state.agents().stream()
                .filter(agent ->
                        agent.id().kind() == Kind.HOST && agent.id().id().equals(backend.host()))
                .findFirst();
        if (host.isEmpty()) {
            return BackendStatus.out(backend, false, "host " + backend.host() + " has not been heard of");
        }
        if (!liveHosts.contains(host.get())) {
            return BackendStatus.out(backend, true, "host " + backend.host() + " is silent");
        }
        if (!usableHosts.containsKey(backend.host())) {
            return BackendStatus.out(
                    backend,
                    true,
                    "host " + backend.host() + " is degraded: "
                            + host.get().degraded().orElse("does not keep up"));
        }
        if (endpoint.in(State.ACTIVE)
                .filter(active -> !serves(active, backend) && !host.get().acknowledged(active))
                .isPresent()) {
            return BackendStatus.out(backend, true, "host " + backend.host() + " has not the active table yet");
        }
        if (endpoint.definition().probe().isEmpty() || ignoreProbe) {
            return BackendStatus.serving(backend);
        }
        return Optional.ofNullable(
                        state.results().get(new ResultKey(endpoint.id().toString(), backend.id())))
                .filter(result -> result.host().equals(backend.host()))
                .map(result -> result.up()
                        ? BackendStatus.serving(backend)
                        : BackendStatus.out(backend, true, "probe down: " + result.why()))
                .orElseGet(() -> BackendStatus.out(backend, false, "not probed yet"));
    }

    private static boolean serves(Generation generation, ServiceDefinition.Backend backend) {
        return generation.table().members().stream()
                .anyMatch(member -> member.id().equals(backend.id()));
    }

    /** Retired generations go, oldest first, when there is no room for one more. */
    private void makeRoom(Endpoint endpoint) {
        int excess = endpoint.generations().size() + 1 - settings.maxGenerations();
        endpoint.generations().reversed().stream()
                .filter(generation -> generation.table().state() == State.RETIRED)
                .limit(Math.max(0, excess))
                .forEach(generation ->
                        steps.add(new Step.Forget(endpoint, generation, !isExpired(endpoint, generation))));
    }

    private void forgetExpired(Endpoint endpoint) {
        for (var generation : endpoint.generations()) {
            boolean going = steps.stream()
                    .anyMatch(step -> step instanceof Step.Forget forget
                            && forget.generation().row().equals(generation.row()));
            if (!going && isExpired(endpoint, generation)) {
                steps.add(new Step.Forget(endpoint, generation, false));
            }
        }
    }

    private boolean isExpired(Endpoint endpoint, Generation generation) {
        return generation.table().state() == State.RETIRED
                && !now.isBefore(generation.since().plus(endpoint.definition().idleTimeout()));
    }
}

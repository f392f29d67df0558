package ecmplab.controller.slb;

import ecmplab.controller.slb.SlbState.AgentRow;
import ecmplab.controller.slb.SlbState.Generation;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.TableVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What should be and what was achieved, as the SLB manager sees it: an immutable snapshot for people.
 *
 * @param manager this manager's name
 * @param cfg number of the newest policy; an agent that acknowledges it is up to date
 */
public record SlbView(
        Role role,
        String manager,
        long epoch,
        long cfg,
        boolean connected,
        List<Endpoint> endpoints,
        List<Backend> backends,
        List<Agent> agents) {
    /** What a manager may do. */
    public enum Role {
        /** It has not claimed the database yet. */
        STARTING,
        ACTIVE,
        /** Another has claimed the database: it writes no more. */
        FENCED
    }

    /** @param backends in the order of their ids, whether they should serve or not */
    public record Endpoint(
            EndpointId id,
            String pool,
            Duration idleTimeout,
            boolean probed,
            List<BackendStatus> backends,
            List<Table> generations) {}

    /**
     * A generation of an endpoint's table.
     *
     * @param cfg the policy in which it was written
     * @param since when it came into its state
     * @param acknowledged the agents that have it at hand with the right digest
     * @param missing the live agents that have not
     */
    public record Table(
            int generation,
            TableVersion.State state,
            String digest,
            int slots,
            long cfg,
            Instant since,
            List<String> members,
            List<AgentIdentity> acknowledged,
            List<AgentIdentity> missing) {}

    public record Backend(String pool, ServiceDefinition.Backend definition) {}

    /**
     * @param silence since its last heartbeat
     * @param cfg the newest policy it has acknowledged
     * @param degraded why its backends do not serve
     */
    public record Agent(
            AgentIdentity id, boolean live, Duration silence, long cfg, boolean ready, Optional<String> degraded) {}

    static SlbView of(
            SlbSettings settings,
            SlbState state,
            Vigil vigil,
            Instant now,
            Role role,
            String manager,
            boolean connected) {
        var agents = new ArrayList<Agent>();
        for (var agent : state.agents()) {
            agents.add(new Agent(
                    agent.id(),
                    TableLifecycle.isLive(settings, vigil, agent.id(), now),
                    vigil.silence(agent.id(), now),
                    agent.cfg(),
                    agent.ready(),
                    agent.degraded()));
        }
        var endpoints = new ArrayList<Endpoint>();
        for (var endpoint : state.endpoints()) {
            endpoints.add(new Endpoint(
                    endpoint.id(),
                    endpoint.definition().pool(),
                    endpoint.definition().idleTimeout(),
                    endpoint.definition().probe().isPresent(),
                    TableLifecycle.backends(settings, state, vigil, now, endpoint),
                    endpoint.generations().stream()
                            .map(generation -> table(settings, state, vigil, now, generation))
                            .toList()));
        }
        return new SlbView(
                role,
                manager,
                state.epoch(),
                state.cfg(),
                connected,
                List.copyOf(endpoints),
                state.dips().stream()
                        .map(dip -> new Backend(dip.pool(), dip.backend()))
                        .toList(),
                List.copyOf(agents));
    }

    private static Table table(SlbSettings settings, SlbState state, Vigil vigil, Instant now, Generation generation) {
        // MUXes need prepared tables no more than hosts need MUXes: only hosts are waited for.
        var concerned = state.agents().stream()
                .filter(agent ->
                        agent.id().kind() == Kind.HOST || generation.table().state() == TableVersion.State.ACTIVE)
                .toList();
        return new Table(
                generation.table().generation(),
                generation.table().state(),
                generation.digest(),
                generation.table().slots(),
                generation.cfg(),
                generation.since(),
                generation.table().members().stream().map(member -> member.id()).toList(),
                state.agents().stream()
                        .filter(agent -> agent.acknowledged(generation))
                        .map(AgentRow::id)
                        .toList(),
                concerned.stream()
                        .filter(agent -> !agent.acknowledged(generation)
                                && TableLifecycle.isLive(settings, vigil, agent.id(), now))
                        .map(AgentRow::id)
                        .toList());
    }
}

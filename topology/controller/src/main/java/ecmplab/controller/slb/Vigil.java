package ecmplab.controller.slb;

import ecmplab.controller.slb.SlbState.AgentRow;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.mux.table.TableVersion.State;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * When this manager saw what, by its own clock: what agents write as time is for people only. A manager that takes over starts
 * with everybody just heard, and so gives all of them time.
 */
final class Vigil {
    /** @param beats whether more than one heartbeat has come since this manager began, or went on, to listen */
    private record Heard(long value, Instant at, boolean beats) {}

    /** A host does not have a generation that it should have. */
    private record Lack(AgentIdentity host, UUID generation) {}

    private final Instant start;
    private Instant observed;
    private final Map<AgentIdentity, Heard> heard = new HashMap<>();
    private final Map<Lack, Instant> lacks = new HashMap<>();
    private final Map<AgentIdentity, Trouble> troubles = new HashMap<>();

    /**
     * A host's degradations.
     *
     * @param times one after the other, without {@link #PROBATION} in between
     * @param since when it was degraded, or restored, last
     */
    private record Trouble(int times, boolean degraded, Instant since) {}

    /** When this manager itself was stopped or cut off for longer, nobody's silence says anything. */
    private static final Duration LONGEST_BLINK = Duration.ofSeconds(1);

    private static final Duration PROBATION = Duration.ofMinutes(1);
    private static final int MOST_TIMES = 16;

    Vigil(Instant start) {
        this.start = start;
        this.observed = start;
    }

    /** Takes note of heartbeats, and of who lacks which table. */
    void observe(SlbState state, SlbSettings settings, Instant now) {
        if (Duration.between(observed, now).compareTo(LONGEST_BLINK) > 0) {
            heard.replaceAll((agent, last) -> new Heard(last.value, now, false));
            lacks.clear();
        }
        observed = now;
        for (var agent : state.agents()) {
            heard.compute(
                    agent.id(),
                    (id, before) -> before != null && before.value == agent.lastSeen()
                            ? before
                            : new Heard(agent.lastSeen(), now, before != null));
        }
        heard.keySet().retainAll(state.agents().stream().map(AgentRow::id).toList());
        var lacking = new HashMap<Lack, Instant>();
        for (var host : state.agents()) {
            if (host.id().kind() == Kind.HOST && silence(host.id(), now).compareTo(settings.agentTimeout()) < 0) {
                for (var endpoint : state.endpoints()) {
                    for (var generation : endpoint.generations()) {
                        if (generation.table().state() != State.RETIRED && !host.acknowledged(generation)) {
                            var lack = new Lack(host.id(), generation.row());
                            lacking.put(lack, lacks.getOrDefault(lack, now));
                        }
                    }
                }
            }
        }
        noteTroubles(state, now);
        lacks.clear();
        lacks.putAll(lacking);
    }

    private void noteTroubles(SlbState state, Instant now) {
        for (var agent : state.agents()) {
            boolean degraded = agent.degraded().isPresent();
            var before = troubles.get(agent.id());
            if (before == null) {
                if (degraded) {
                    troubles.put(agent.id(), new Trouble(1, true, now));
                }
            } else if (degraded != before.degraded) {
                int times = degraded ? Math.min(before.times + 1, MOST_TIMES) : before.times;
                troubles.put(agent.id(), new Trouble(times, degraded, now));
            } else if (!degraded && !now.isBefore(before.since.plus(PROBATION))) {
                troubles.remove(agent.id());
            }
        }
    }

    /** Whether a host that is degraded again and again has to wait: longer each time, so that it does not churn tables. */
    boolean isHeldDown(AgentIdentity host, SlbSettings settings, Instant now) {
        var trouble = troubles.get(host);
        return trouble != null
                && trouble.degraded
                && now.isBefore(trouble.since.plus(settings.prepareTimeout().multipliedBy(trouble.times - 1)));
    }

    Instant start() {
        return start;
    }

    /** How long ago the agent's last heartbeat came. */
    Duration silence(AgentIdentity agent, Instant now) {
        var last = heard.get(agent);
        return Duration.between(last == null ? Instant.EPOCH : last.at, now);
    }

    /** Whether the agent is known to be there: a heartbeat came while this manager listened, and lately. */
    boolean beats(AgentIdentity agent, SlbSettings settings, Instant now) {
        var last = heard.get(agent);
        return last != null && last.beats && silence(agent, now).compareTo(settings.agentTimeout()) < 0;
    }

    /** How long the host, heard all the time, has lacked the generation. */
    Duration lack(AgentIdentity host, SlbState.Generation generation, Instant now) {
        return Duration.between(lacks.getOrDefault(new Lack(host, generation.row()), now), now);
    }
}

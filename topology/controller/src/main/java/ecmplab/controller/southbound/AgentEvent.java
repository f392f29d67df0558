package ecmplab.controller.southbound;

import java.time.Duration;

/** What happened between an agent and the database. */
public sealed interface AgentEvent {
    record Connected(String server) implements AgentEvent {}

    /** The agent goes on with the policy it has. */
    record Disconnected(String server, String why, Duration retryAfter) implements AgentEvent {}

    /** The policy of a manager that another has replaced: not delivered. */
    record EpochRefused(long epoch, long highestSeen) implements AgentEvent {}

    /**
     * A row cannot be understood. What it belongs to stays as it was before, or is left out if it is new.
     *
     * @param what endpoint, backend or row at fault
     */
    record Rejected(String what, String why) implements AgentEvent {}

    /** The server does not take what this agent writes, or lacks the database. */
    record WriteRefused(String why) implements AgentEvent {}
}

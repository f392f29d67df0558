package ecmplab.controller.slb;

import ecmplab.controller.slb.SlbState.AgentRow;
import ecmplab.controller.slb.SlbState.Endpoint;
import ecmplab.controller.slb.SlbState.Generation;
import ecmplab.mux.table.TableVersion;
import java.net.InetAddress;
import java.util.Set;
import java.util.UUID;

/** One thing that the SLB manager does to the database. */
sealed interface Step {
    /** Write a new table for hosts to learn. */
    record Prepare(Endpoint endpoint, TableVersion table, String digest) implements Step {}

    /** Every live host has the table: MUXes may use it, and the one before it retires. */
    record Activate(Endpoint endpoint, Generation generation) implements Step {}

    /** A host has not learnt the table in time, and backends of it are in there: drop it, nothing uses it. */
    record Abandon(Endpoint endpoint, Generation generation) implements Step {}

    /** @param early whether flows that it led to may still be there, but too many tables are kept */
    record Forget(Endpoint endpoint, Generation generation, boolean early) implements Step {}

    /** A host does not keep up: its backends leave. */
    record Degrade(AgentRow host, String why) implements Step {}

    /** A degraded host has caught up. */
    record Restore(AgentRow host) implements Step {}

    /**
     * What lives on hosts is given up, or no longer.
     *
     * @param hosts provider addresses of all that are dead
     */
    record DeclareDead(Set<InetAddress> hosts) implements Step {}

    /** The result of a probe that is no longer asked for. */
    record DropResult(UUID row) implements Step {}

    /** Whether agents see the database differently after it. */
    default boolean changesPolicy() {
        return switch (this) {
            case Prepare ignored -> true;
            case Activate ignored -> true;
            case Abandon ignored -> true;
            case Forget ignored -> true;
            case Degrade ignored -> false;
            case Restore ignored -> false;
            case DeclareDead ignored -> true;
            case DropResult ignored -> false;
        };
    }
}

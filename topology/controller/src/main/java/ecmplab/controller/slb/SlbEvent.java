package ecmplab.controller.slb;

import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.TableKey;
import ecmplab.mux.table.EndpointId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the SLB manager did and saw. */
public sealed interface SlbEvent {
    record Connected(String server) implements SlbEvent {}

    record Disconnected(String server, String why, Duration retryAfter) implements SlbEvent {}

    /** This manager is the one that writes now. */
    record Claimed(long epoch) implements SlbEvent {}

    /** Another manager has taken over: this one writes no more. */
    record Fenced(long epoch, String why) implements SlbEvent {}

    /** Services and pools were written as defined. */
    record ServicesWritten(int endpoints, int backends) implements SlbEvent {}

    record Prepared(TableKey table, List<String> members, String digest) implements SlbEvent {}

    record Activated(TableKey table, List<String> members) implements SlbEvent {}

    record Abandoned(TableKey table, String why) implements SlbEvent {}

    /** @param early before flows that it led to had their time, for there are too many tables */
    record Forgotten(TableKey table, boolean early) implements SlbEvent {}

    record HostDegraded(String host, String why) implements SlbEvent {}

    record HostRestored(String host) implements SlbEvent {}

    /** What lives on these hosts, all that are given up, is told to its clients as lost. */
    record HostsDeclaredDead(Set<InetAddress> hosts) implements SlbEvent {}

    /** No heartbeat for too long; or, with {@code live}, one again. */
    record AgentLiveness(AgentIdentity agent, boolean live) implements SlbEvent {}

    /** A backend should serve from now on, or should not. */
    record BackendChanged(EndpointId endpoint, String backend, boolean serving, String why) implements SlbEvent {}

    /** A row that somebody wrote cannot be understood; what it describes is left alone. */
    record MalformedRow(String what) implements SlbEvent {}

    /** The server refused a transaction that it should have taken. */
    record WriteRefused(String why) implements SlbEvent {}
}

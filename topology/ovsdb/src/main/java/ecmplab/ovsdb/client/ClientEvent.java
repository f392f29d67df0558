package ecmplab.ovsdb.client;

import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.time.Duration;

/** What happened to a client's connection. */
public sealed interface ClientEvent {
    record Connected(OvsdbAddress server) implements ClientEvent {}

    /** The connection is gone, or was not to be had; the next attempt is after {@code retryAfter}. */
    record Disconnected(OvsdbAddress server, String why, Duration retryAfter) implements ClientEvent {}

    /** A replica could not be set up or kept: the server lacks what it asks for, or sends what does not fit. */
    record ReplicaFault(String database, String why) implements ClientEvent {}
}

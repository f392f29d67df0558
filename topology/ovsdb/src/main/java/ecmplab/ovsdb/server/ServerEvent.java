package ecmplab.ovsdb.server;

import ecmplab.ovsdb.rpc.OvsdbAddress;

/** What happened to a server's connections. */
public sealed interface ServerEvent {
    record Listening(OvsdbAddress address) implements ServerEvent {}

    record Connected(String peer) implements ServerEvent {}

    /** {@code why} is for people. */
    record Disconnected(String peer, String why) implements ServerEvent {}

    /** A connection was not accepted because there are as many as allowed. */
    record Refused(String peer, int limit) implements ServerEvent {}
}

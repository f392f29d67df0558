package ecmplab.ovsdb.server;

/**
 * Since the server started.
 *
 * @param malformed connections closed because what came in was not JSON-RPC
 * @param stalled connections closed because the client did not read, or did not answer probes
 * @param refused connections not accepted, for there were too many
 * @param committed transactions that changed something
 * @param failed transactions that were answered with an error
 */
public record ServerCounters(
        long connections, long malformed, long stalled, long refused, long committed, long failed) {}

/**
 * The speaker as others embed it: configuration, life cycle, events, snapshots. Wires sessions to the RIB: a session's bytes and
 * timers belong to its event loop, the tables to one RIB thread, and whole batches go between them over bounded queues.
 */
@NullMarked
package ecmplab.bgp.speaker;

import org.jspecify.annotations.NullMarked;

package ecmplab.hostagent.nat;

/**
 * What the table has seen since it was made: a snapshot.
 *
 * @param flows now in the table
 * @param capacity the most it holds
 * @param created flows made
 * @param expired gone by idleness
 * @param replaced gone because their client opened the same 5-tuple anew
 * @param evicted unanswered or closed flows that a full table gave up for new ones
 * @param refusedFull new flows that found no room
 * @param refusedConflict new flows that their VM could not have told from another one of the same client
 */
public record NatCounters(
        int flows,
        int capacity,
        long created,
        long expired,
        long replaced,
        long evicted,
        long refusedFull,
        long refusedConflict) {}

package ecmplab.mux.flow;

/**
 * What a flow table holds and has done since it was made: a snapshot.
 *
 * @param capacity flows that the quotas allow, in {@code octets} of memory outside the heap
 * @param promoted flows that became trusted with their second packet
 * @param chosenAnew flows whose member was chosen again because a SYN came
 * @param refusedByQuota new flows not inserted because too many are untrusted
 * @param refusedByRate new flows not inserted because too many came in a short time
 * @param keptUntrusted packets of flows that would be trusted if the quota of the trusted were not used up
 * @param expired flows that ended by their idle timeout
 * @param memberGone flows removed because their member left the policy
 */
public record FlowCounters(
        int trusted,
        int untrusted,
        int capacity,
        long octets,
        long hits,
        long misses,
        long inserted,
        long promoted,
        long chosenAnew,
        long refusedByQuota,
        long refusedByRate,
        long keptUntrusted,
        long expired,
        long memberGone) {
    /** Of two tables together. */
    public FlowCounters plus(FlowCounters other) {
        return new FlowCounters(
                trusted + other.trusted,
                untrusted + other.untrusted,
                capacity + other.capacity,
                octets + other.octets,
                hits + other.hits,
                misses + other.misses,
                inserted + other.inserted,
                promoted + other.promoted,
                chosenAnew + other.chosenAnew,
                refusedByQuota + other.refusedByQuota,
                refusedByRate + other.refusedByRate,
                keptUntrusted + other.keptUntrusted,
                expired + other.expired,
                memberGone + other.memberGone);
    }
}

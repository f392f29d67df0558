package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import java.util.List;

/**
 * How the routes that are there now fare with a policy of one neighbour and direction. It counts routes, not events: a route that the
 * neighbour announced ten times counts once.
 *
 * @param terms in the policy's order
 * @param judged routes that came as far as the policy
 * @param accepted of those, routes that pass
 * @param byDefault of those, routes that no term decided about
 * @param notAsked routes that other rules keep away before the policy is asked: loops, NO_EXPORT and so on
 */
public record PolicyHits(
        Policy policy, List<TermHits> terms, long judged, long accepted, long byDefault, long notAsked) {
    public PolicyHits {
        terms = List.copyOf(terms);
    }

    public long rejected() {
        return judged - accepted;
    }

    /**
     * @param matched routes that all its matches hold for
     * @param decided of those, routes that it accepted or rejected
     */
    public record TermHits(String term, long matched, long decided) {}
}

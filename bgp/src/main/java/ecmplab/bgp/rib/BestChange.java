package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prefix whose best path, or set of next hops, is another after a pass than before it.
 *
 * @param before the best path before; null when there was none
 * @param now the best path now; null when there is none
 * @param fate what became of the path that was best
 * @param lost why the path that was best is not used now, or why what replaced it is not; null unless {@code fate} is {@link Fate#LOST}
 *     or {@link Fate#REPLACED}, and when the replacement is used
 * @param runnerUp the path that came closest to the best one now; null when there is no other
 * @param nextHops where packets are sent now, best first; empty when the prefix is unreachable or our own
 */
public record BestChange(
        Prefix prefix,
        @Nullable Path before,
        @Nullable Path now,
        Fate fate,
        @Nullable Reason lost,
        @Nullable RunnerUp runnerUp,
        List<NextHop> nextHops) {
    /** A path as it competed, after import policy. */
    public record Path(PeerIdentity peer, Octets block) {
        public PathAttributes attributes() {
            return PathAttributes.parse(block.toArray());
        }
    }

    /** @param reason why it is not the best */
    public record RunnerUp(PeerIdentity peer, Reason reason) {}

    /** Of the path that was best. */
    public enum Fate {
        /** There was none. */
        NONE,
        /** It is best still, among other next hops. */
        BEST,
        /** It is there, and another is better now. */
        LOST,
        /** Its peer announced the prefix with other attributes. */
        REPLACED,
        WITHDRAWN,
        /** The session with its peer is down. */
        PEER_DOWN
    }
}

package ecmplab.bgp.speaker;

import ecmplab.bgp.rib.BestChange;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.List;

/** Told what the Loc-RIB would have forwarded where. Called on the RIB thread, once per pass over the changes, and must not block. */
@FunctionalInterface
public interface RouteListener {
    /** Forwards nothing, and costs nothing. */
    RouteListener NONE = new RouteListener() {
        @Override
        public void changed(List<Change> changes) {}

        @Override
        public boolean isListening() {
            return false;
        }
    };

    /** Asked once a pass; changes of a pass before which it said no are not gathered, and never told. */
    default boolean isListening() {
        return true;
    }

    /** Asked once a pass, and by {@link Speaker#follow}; best paths that change while it is false are not gathered. */
    default boolean isFollowing() {
        return false;
    }

    /** Once a pass in which best paths changed, each with what was best before; {@code lost} further ones were too many. */
    default void bestChanged(List<BestChange> changes, long lost) {}

    /** All prefixes whose set of next hops or weights changed in this pass; a prefix occurs once. */
    void changed(List<Change> changes);

    /** {@code nextHops} are the multipath set, best first; empty when the prefix is unreachable now. */
    record Change(Prefix prefix, List<NextHop> nextHops) {
        public Change {
            nextHops = List.copyOf(nextHops);
        }
    }

    /** A next hop learnt from {@code peer}; {@code weight} is 1 unless link bandwidth says otherwise. */
    record NextHop(InetAddress address, InetAddress peer, long weight) {}
}

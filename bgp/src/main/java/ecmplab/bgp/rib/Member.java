package ecmplab.bgp.rib;

import org.jspecify.annotations.Nullable;

/** A peer in an update group. */
final class Member {
    final Peer peer;
    final UpdateGroup group;
    final Outlet outlet;
    /** Null while the member follows the group. */
    @Nullable
    Lag lag;

    boolean endOfRibSent;

    Member(Peer peer, UpdateGroup group, Outlet outlet) {
        this.peer = peer;
        this.group = group;
        this.outlet = outlet;
    }

    /** Whether the member has, as far as it was sent, a route for the prefix as path of that place. */
    boolean wasTold(int place, int prefix) {
        boolean isPending = lag != null && lag.pending.contains(prefix);
        return (lag != null && isPending)
                ? lag.isAnnounced(place, prefix)
                : group.announcedTo(peer, place, prefix) != AttributeTable.NONE;
    }
}

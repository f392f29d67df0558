package ecmplab.bgp.session;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A range of addresses from which peers may connect without being configured, and those that are here. */
final class GuestRange {
    final Prefix prefix;
    final @Nullable String md5Password;
    private volatile int limit;
    private final Guests guests;
    private final Set<ConnectedNeighbor> here = ConcurrentHashMap.newKeySet();

    GuestRange(Prefix prefix, int limit, @Nullable String md5Password, Guests guests) {
        limit(limit);
        this.prefix = prefix;
        this.md5Password = md5Password;
        this.guests = guests;
    }

    /** From now on. */
    final void limit(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("limit of " + most + " neighbours: must be at least 1");
        }
        limit = most;
    }

    boolean contains(InetAddress peer) {
        return prefix.contains(Prefix.host(peer));
    }

    /** Null when the range is full, or when the peer is not wanted. */
    @Nullable
    ConnectedNeighbor admit(InetAddress peer) {
        if (here.size() < limit && guests.admit(peer) instanceof ConnectedNeighbor guest) {
            here.add(guest);
            return guest;
        }
        return null;
    }

    boolean has(ConnectedNeighbor neighbor) {
        return here.contains(neighbor);
    }

    /** It is no neighbour any more, or no guest. */
    void forget(ConnectedNeighbor neighbor) {
        here.remove(neighbor);
    }

    void left(ConnectedNeighbor guest) {
        here.remove(guest);
        guests.left(guest);
    }

    Set<ConnectedNeighbor> here() {
        return Set.copyOf(here);
    }
}

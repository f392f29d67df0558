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
    private final int limit;
    private final Guests guests;
    /** Changed by the event loop alone. */
    private final Set<ConnectedNeighbor> here = ConcurrentHashMap.newKeySet();

    GuestRange(Prefix prefix, int limit, @Nullable String md5Password, Guests guests) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit of " + limit + " neighbours: must be at least 1");
        }
        this.prefix = prefix;
        this.limit = limit;
        this.md5Password = md5Password;
        this.guests = guests;
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

    void left(ConnectedNeighbor guest) {
        here.remove(guest);
        guests.left(guest);
    }

    Set<ConnectedNeighbor> here() {
        return Set.copyOf(here);
    }
}

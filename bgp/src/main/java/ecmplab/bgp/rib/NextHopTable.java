package ecmplab.bgp.rib;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Next hops as small ids, each with whether packets may be sent there. Id 0 is this speaker itself. */
final class NextHopTable {
    static final int SELF = 0;

    private final Predicate<InetAddress> usable;
    private final Map<InetAddress, Integer> ids = new HashMap<>();
    private final List<@Nullable InetAddress> addresses = new ArrayList<>();
    private final IntColumn references = new IntColumn();
    private final IntColumn forbidden = new IntColumn();
    private final IntQueue freeIds = new IntQueue();

    /** The address interned last, as successive routes of a peer have the same; no octets when there is none. */
    private byte[] lastOctets = {};

    private int lastId = SELF;

    NextHopTable(Predicate<InetAddress> usable) {
        this.usable = usable;
        addresses.add(null);
    }

    /** The id of the address (4 or 16 octets; of 32 the first 16, RFC 2545 section 3), which the caller holds until {@link #release}. */
    int intern(byte[] octets, int from, int length) {
        int to = from + Math.min(length, 16);
        if (!Arrays.equals(octets, from, to, lastOctets, 0, lastOctets.length)) {
            lastOctets = Arrays.copyOfRange(octets, from, to);
            lastId = ids.computeIfAbsent(address(lastOctets), this::assign);
        }
        references.add(lastId, 1);
        return lastId;
    }

    void release(int id) {
        if (id != SELF && references.add(id, -1) == 0) {
            ids.remove(addresses.set(id, null));
            lastOctets = id == lastId ? new byte[0] : lastOctets;
            freeIds.add(id);
        }
    }

    void retain(int id) {
        if (id != SELF) {
            references.add(id, 1);
        }
    }

    /** The id of the address, or -1 when no route has it as its next hop. */
    int find(InetAddress address) {
        var id = ids.get(address);
        return id == null ? -1 : id;
    }

    /** Asks again whether packets may be sent to each next hop; gives the ids for which the answer is another now. */
    IdSet askAgain() {
        var changed = new IdSet();
        ids.forEach((address, id) -> {
            int now = usable.test(address) ? 0 : 1;
            if (forbidden.get(id) != now) {
                forbidden.set(id, now);
                changed.add(id);
            }
        });
        return changed;
    }

    boolean usable(int id) {
        return forbidden.get(id) == 0;
    }

    /** Null for {@link #SELF}. */
    @Nullable
    InetAddress address(int id) {
        return addresses.get(id);
    }

    int size() {
        return ids.size();
    }

    private int assign(InetAddress address) {
        int id = freeIds.isEmpty() ? addresses.size() : freeIds.remove();
        if (id == addresses.size()) {
            addresses.add(address);
        } else {
            addresses.set(id, address);
        }
        forbidden.set(id, usable.test(address) ? 0 : 1);
        return id;
    }

    private static InetAddress address(byte[] octets) {
        try {
            // Not InetAddress.getByAddress for 16 octets, which makes an IPv4 address of an IPv4-mapped one.
            return octets.length == 16 ? Inet6Address.getByAddress(null, octets, -1) : InetAddress.getByAddress(octets);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(
                    "next hop of " + octets.length + " octets: must be 4 or 16", wrongLength);
        }
    }
}

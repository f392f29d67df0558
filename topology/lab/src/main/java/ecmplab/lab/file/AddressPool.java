package ecmplab.lab.file;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Hands out subnets of an IPv4 prefix one after the other, going round those that are taken. */
final class AddressPool {
    private final Prefix pool;
    private final int length;
    private final List<Prefix> taken;
    private long next;

    /**
     * @param length of each subnet; a pool that is smaller is handed out whole
     * @param first the number of the first subnet to hand out, when there are more than one
     * @param taken others' subnets; what is handed out is added
     */
    AddressPool(Prefix pool, int length, int first, List<Prefix> taken) {
        this.pool = pool;
        this.length = Math.max(length, pool.length());
        this.next = this.length > pool.length() ? first : 0;
        this.taken = taken;
    }

    Prefix pool() {
        return pool;
    }

    /** The next free subnet; none when the pool is used up. */
    Optional<Prefix> next() {
        long subnets = 1L << (length - pool.length());
        while (next < subnets) {
            var subnet = Prefix.v4((int) ((pool.high() >>> 32) + (next++ << (32 - length))), length);
            if (taken.stream().noneMatch(other -> overlap(other, subnet))) {
                taken.add(subnet);
                return Optional.of(subnet);
            }
        }
        return Optional.empty();
    }

    static boolean overlap(Prefix a, Prefix b) {
        return a.contains(b) || b.contains(a);
    }

    /** The address number {@code host} of a subnet. */
    static InetAddress address(Prefix subnet, int host) {
        return Prefix.v4((int) (subnet.high() >>> 32) + host, 32).address();
    }
}

package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** Hands out subnets of a prefix one after the other, going round those that are taken. */
final class AddressPool {
    /** No lab has so many; a /64 alone has 2^63 subnets of two addresses. */
    private static final int MOST_SUBNET_BITS = 32;

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
        long subnets = 1L << Math.min(length - pool.length(), MOST_SUBNET_BITS);
        while (next < subnets) {
            var subnet = subnet(next++);
            if (taken.stream().noneMatch(other -> overlap(other, subnet))) {
                taken.add(subnet);
                return Optional.of(subnet);
            }
        }
        return Optional.empty();
    }

    private Prefix subnet(long number) {
        int shift = pool.family().bits() - length;
        if (pool.family() == AddressFamily.IPV4_UNICAST) {
            return Prefix.v4((int) ((pool.high() >>> 32) + (number << shift)), length);
        }
        return shift >= Long.SIZE
                ? Prefix.v6(pool.high() + (number << (shift - Long.SIZE)), 0, length)
                : Prefix.v6(pool.high(), pool.low() + (number << shift), length);
    }

    static boolean overlap(Prefix a, Prefix b) {
        return a.contains(b) || b.contains(a);
    }

    /** The address number {@code host} of a subnet; in an IPv6 one it reads the same: host 11 is {@code ::11}. */
    static InetAddress address(Prefix subnet, int host) {
        if (subnet.family() == AddressFamily.IPV4_UNICAST) {
            return Prefix.v4((int) (subnet.high() >>> 32) + host, 32).address();
        }
        long number = Long.parseLong(Integer.toString(host), 16);
        return Prefix.v6(subnet.high(), subnet.low() + number, 128).address();
    }
}

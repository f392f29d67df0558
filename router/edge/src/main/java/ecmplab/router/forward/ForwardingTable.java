package ecmplab.router.forward;

import ecmplab.router.ecmp.Group;
import ecmplab.router.fib.Fib;
import ecmplab.router.fib.Ipv6Fib;
import org.jspecify.annotations.Nullable;

/**
 * Everything the forwarding thread looks up, of one moment: prefixes to groups to next hops. Immutable but for the use that
 * groups note; published as a whole by one store.
 */
public final class ForwardingTable {
    /** In place of a group: an own address, whose packets the kernel takes. */
    public static final int TO_KERNEL = 1;
    /** In place of a group: the broadcast address of an own subnet. */
    public static final int BROADCAST = 2;
    /** In place of a group: dropped without a word. */
    public static final int BLACKHOLE = 3;
    /** Groups have ids from here on. */
    public static final int FIRST_GROUP = 4;

    public static final ForwardingTable EMPTY =
            new ForwardingTable(Fib.EMPTY, Ipv6Fib.EMPTY, new Group[0], new NextHop[0], new int[0]);

    private final Fib fib;
    private final Ipv6Fib ipv6Fib;
    private final @Nullable Group[] groups;
    private final NextHop[] nextHops;
    private final int[] inUse;

    /**
     * @param groups by id; every group that a FIB names is there, and its members are in {@code nextHops}
     * @param nextHops by id
     * @param inUse ids of the next hops that are members of a group; none of the arrays is written to from now on
     */
    public ForwardingTable(Fib fib, Ipv6Fib ipv6Fib, @Nullable Group[] groups, NextHop[] nextHops, int[] inUse) {
        this.fib = fib;
        this.ipv6Fib = ipv6Fib;
        this.groups = groups;
        this.nextHops = nextHops;
        this.inUse = inUse;
    }

    /** A group, {@link #TO_KERNEL}, {@link #BROADCAST}, {@link #BLACKHOLE}, or {@link Fib#NO_ROUTE}. */
    public int lookup(int destination) {
        return fib.lookup(destination);
    }

    /** As the other one, for an IPv6 destination. */
    public int lookup(long high, long low) {
        return ipv6Fib.lookup(high, low);
    }

    Ipv6Fib ipv6Fib() {
        return ipv6Fib;
    }

    public @Nullable Group group(int id) {
        return id < groups.length ? groups[id] : null;
    }

    public NextHop nextHop(int id) {
        return nextHops[id];
    }

    /** How many next hops are in use. */
    int used() {
        return inUse.length;
    }

    /** One of the next hops in use, 0 to {@link #used} exclusive. */
    NextHop inUse(int index) {
        return nextHops[inUse[index]];
    }

    /** The ids of groups are below this. */
    public int groupLimit() {
        return groups.length;
    }
}

package ecmplab.router.kernel;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.ecmp.Group;
import ecmplab.router.fib.Fib;
import ecmplab.router.fib.FibEntry;
import ecmplab.router.forward.ForwardingTable;
import ecmplab.router.kernel.KernelObjects.Hop;
import ecmplab.router.kernel.KernelObjects.HopGroup;
import ecmplab.router.kernel.KernelObjects.Share;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel should hold: the FIB's routes by next hops and its black holes. Own addresses and connected subnets the kernel has by itself.
 * Belongs to the thread that keeps the kernel's tables.
 */
final class WantedRoutes {
    private static final int MAX_WEIGHT = 256;
    private static final int EPOCHS = 16;
    private static final int FIRST_ID = 0x2000_0000;

    private final List<String> interfaces;
    private final int firstHop;
    private final int firstGroup;
    private final Map<Prefix, Integer> groups = new HashMap<>();
    private final Map<Integer, Integer> users = new HashMap<>();
    private ForwardingTable table = ForwardingTable.EMPTY;

    /** Next hops and groups by the kernel's ids, made anew by {@link #arrange}. */
    final Map<Integer, Hop> hops = new TreeMap<>();

    final Map<Integer, HopGroup> hopGroups = new TreeMap<>();

    /**
     * @param interfaces names, by the links of next hops
     * @param epoch of 0 to 15: ids differ from those of other epochs
     */
    WantedRoutes(List<String> interfaces, int epoch) {
        this.interfaces = interfaces;
        firstHop = FIRST_ID + ((2 * epoch) << 24);
        firstGroup = firstHop + (1 << 24);
    }

    /** An epoch whose ids no object of a predecessor has. */
    static int freeEpoch(Iterable<Integer> ids) {
        int used = 0;
        for (int id : ids) {
            int epoch = (id - FIRST_ID) >>> 25;
            used |= epoch < EPOCHS ? 1 << epoch : 0;
        }
        return Math.min(EPOCHS - 1, Integer.numberOfTrailingZeros(~used));
    }

    /** Whether an id is of this epoch. */
    boolean owns(int id) {
        return ((id - firstHop) >>> 25) == 0;
    }

    void show(ForwardingTable now) {
        table = now;
    }

    void take(FibEntry change) {
        boolean wanted = isWanted(change.group());
        var before = wanted ? groups.put(change.prefix(), change.group()) : groups.remove(change.prefix());
        if (before != null) {
            users.computeIfPresent(before, (group, count) -> count == 1 ? null : count - 1);
        }
        if (wanted) {
            users.merge(change.group(), 1, Integer::sum);
        }
    }

    private boolean isWanted(int id) {
        if (id == ForwardingTable.BLACKHOLE) {
            return true;
        }
        var group = id < ForwardingTable.FIRST_GROUP ? null : table.group(id);
        return id != Fib.NO_ROUTE && group != null && !isConnected(group);
    }

    private boolean isConnected(Group group) {
        return table.nextHop(group.members().getFirst().nextHop()).onLink();
    }

    /** Next hops and groups as the table says now, for interfaces that the kernel has. */
    void arrange(Map<String, Integer> devices) {
        hops.clear();
        hopGroups.clear();
        for (int id : users.keySet()) {
            var group = id < ForwardingTable.FIRST_GROUP ? null : table.group(id);
            if (group != null) {
                hopGroups.put(firstGroup + id, hopGroup(group, devices));
            }
        }
    }

    private HopGroup hopGroup(Group group, Map<String, Integer> devices) {
        int heaviest = group.members().stream()
                .mapToInt(member -> member.weight())
                .max()
                .orElse(1);
        var shares = new ArrayList<Share>();
        for (var member : group.members()) {
            var nextHop = table.nextHop(member.nextHop());
            int id = firstHop + member.nextHop();
            int device = devices.getOrDefault(interfaces.get(nextHop.link()), 0);
            hops.put(id, new Hop(device, nextHop.address()));
            long weight = heaviest <= MAX_WEIGHT
                    ? member.weight()
                    : Math.max(1, Math.round((double) member.weight() * MAX_WEIGHT / heaviest));
            shares.add(new Share(id, (int) weight));
        }
        // By address: a successor deals the buckets out alike.
        shares.sort(Comparator.comparing(
                share -> Objects.requireNonNull(hops.get(share.hop())).gateway().getHostAddress()));
        return new HopGroup(shares);
    }

    /** The kernel's id of what a prefix is to use; null when it is not wanted. */
    @Nullable
    Integer hopOf(Prefix prefix) {
        var group = groups.get(prefix);
        if (group == null) {
            return null;
        }
        return group == ForwardingTable.BLACKHOLE ? KernelObjects.BLACKHOLE : Integer.valueOf(firstGroup + group);
    }

    Iterable<Prefix> prefixes() {
        return groups.keySet();
    }

    boolean contains(Prefix prefix) {
        return groups.containsKey(prefix);
    }

    int size() {
        return groups.size();
    }

    /** The kernel's id of a group of the FIB. */
    int groupId(int group) {
        return firstGroup + group;
    }
}

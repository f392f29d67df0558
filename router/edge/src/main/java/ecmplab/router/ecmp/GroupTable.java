package ecmplab.router.ecmp;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a router. Routes with the same members share a group, as far as that moves no flow:
 *
 * <ul>
 *   <li>when all routes of a group change to the same members, the group changes in place and keeps its buckets;
 *   <li>when they part, those who stay keep the group, or the largest part does when nobody stays; every other part takes a copy
 *       of its buckets along and changes that;
 *   <li>groups come together again only when their members <em>and</em> their buckets are equal.
 * </ul>
 *
 * A new route has no flows to lose and joins any group with its members. Belongs to the control thread.
 */
public final class GroupTable {
    private final GroupStore store;
    private final GroupVersions versions;
    /** Groups as they were before {@link #withdraw}, by id, until the next pass. */
    private final Map<Integer, Group> withdrawnFrom = new HashMap<>();

    private long coalesced;
    private long refused;

    /**
     * @param firstId ids of groups start here; above {@link Group#NONE}
     * @param maxGroups groups there may be at once; beyond that routes share where they can and lose flows, or get none
     */
    public GroupTable(EcmpPolicy policy, int firstId, int maxGroups) {
        store = new GroupStore(firstId, maxGroups);
        versions = new GroupVersions(policy);
    }

    /**
     * What a route wants.
     *
     * @param group its group so far, or {@link Group#NONE}
     * @param members in ascending order of next hop, each once; empty when the route goes
     */
    public record Request(int group, List<Member> members) {
        public Request {
            members = List.copyOf(members);
        }
    }

    /** What a route got, null for no group: the version before the pass, and the one from now on. */
    public record Grant(@Nullable Group before, @Nullable Group after) {}

    /** A group in place of which {@link #upkeep} put a new version. */
    public record Change(Group before, Group after) {}

    /** Gives every request its group, in the order of the requests. A route occurs at most once. */
    public List<Grant> apply(List<Request> requests, long nanoTime) {
        var pass = new GroupPass(store, versions, requests, withdrawnFrom, nanoTime);
        var grants = pass.run();
        withdrawnFrom.clear();
        coalesced += pass.coalesced();
        refused += pass.refused();
        return grants;
    }

    /**
     * Takes next hops out of every group that keeps another member, at once and whatever routes use it: their number does not matter. The routes ask
     * for the members that are left with the next {@link #apply}, to which the groups before this are those of now.
     *
     * @param gone ids of next hops
     * @return whether any group changed
     */
    public boolean withdraw(BitSet gone, long nanoTime) {
        boolean changed = false;
        for (var group : store.all()) {
            if (group == null) {
                continue;
            }
            var left = group.members().stream()
                    .filter(member -> !gone.get(member.nextHop()))
                    .toList();
            if (!left.isEmpty() && left.size() < group.members().size()) {
                store.put(versions.next(group.id(), group, group.use(), left, nanoTime));
                withdrawnFrom.putIfAbsent(group.id(), group);
                changed = true;
            }
        }
        return changed;
    }

    /** Moves what has become idle, or what has waited long enough, towards members that lack buckets. */
    public List<Change> upkeep(long nanoTime) {
        var changes = new ArrayList<Change>();
        for (var group : store.all()) {
            if (group == null || group.unbalancedSince().isEmpty()) {
                continue;
            }
            var after = versions.next(group.id(), group, group.use(), group.members(), nanoTime);
            if (after.lastMoved() > 0) {
                store.put(after);
                changes.add(new Change(group, after));
            }
        }
        return changes;
    }

    /** The groups by id; a copy that later changes leave alone. */
    public @Nullable Group[] groups() {
        return store.all();
    }

    public @Nullable Group group(int id) {
        return store.get(id);
    }

    /** Groups in use. */
    public int size() {
        return store.size();
    }

    /** Routes that had to share a group with other buckets because there was no room for one of their own. */
    public long coalesced() {
        return coalesced;
    }

    /** Routes that got no group because there was no room. */
    public long refused() {
        return refused;
    }
}

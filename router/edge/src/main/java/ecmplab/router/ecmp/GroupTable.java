package ecmplab.router.ecmp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a router. Routes with the same members share a group, as far as that moves no flow:
 *
 * <ul>
 *   <li>when all routes of a group change to the same members, the group changes in place and keeps its buckets;
 *   <li>when they part, the largest part that leaves nobody behind keeps the group, every other part takes a copy of its buckets
 *       along and changes that;
 *   <li>groups come together again only when their members <em>and</em> their buckets are equal.
 * </ul>
 *
 * A new route has no flows to lose and joins any group with its members. Belongs to the control thread.
 */
public final class GroupTable {
    private final EcmpPolicy policy;
    private final int firstId;
    private final int maxGroups;
    private final Map<List<Member>, List<Integer>> byMembers = new HashMap<>();
    private @Nullable Group[] groups = new Group[16];
    private int[] routes = new int[16];
    private int used;
    private long coalesced;
    private long refused;

    /**
     * @param firstId ids of groups start here; above {@link Group#NONE}
     * @param maxGroups groups there may be at once; beyond that routes share where they can and lose flows, or get none
     */
    public GroupTable(EcmpPolicy policy, int firstId, int maxGroups) {
        this.policy = policy;
        this.firstId = firstId;
        this.maxGroups = maxGroups;
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

    /** What a route got, both null when it has no group: the version before the pass, and the one from now on. */
    public record Grant(@Nullable Group before, @Nullable Group after) {}

    /** A group in place of which {@link #upkeep} put a new version. */
    public record Change(Group before, Group after) {}

    /** Gives every request its group, in the order of the requests. A route occurs at most once. */
    public List<Grant> apply(List<Request> requests, long nanoTime) {
        return new Pass(requests, nanoTime).run();
    }

    /** Moves what has become idle, or what has waited long enough, towards members that lack buckets. */
    public List<Change> upkeep(long nanoTime) {
        var changes = new ArrayList<Change>();
        for (var group : groups) {
            if (group == null || group.unbalancedSince().isEmpty()) {
                continue;
            }
            var after = version(group.id(), group, group.use(), group.members(), nanoTime);
            if (after.lastMoved() > 0 || after.unbalancedSince().isEmpty()) {
                groups[group.id()] = after;
                changes.add(new Change(group, after));
            }
        }
        return changes;
    }

    /** The groups by id; a copy that later changes leave alone. */
    public @Nullable Group[] groups() {
        return groups.clone();
    }

    public @Nullable Group group(int id) {
        return id < groups.length ? groups[id] : null;
    }

    /** Groups in use. */
    public int size() {
        return used;
    }

    /** Routes that had to share a group with other buckets because there was no room for one of their own. */
    public long coalesced() {
        return coalesced;
    }

    /** Routes that got no group because there was no room. */
    public long refused() {
        return refused;
    }

    /** One pass over the requests: groups that nobody stays in change in place, then the rest find or make theirs. */
    private final class Pass {
        private final List<Request> requests;
        private final long nanoTime;
        private final @Nullable Group[] before;
        private final int[] after;
        /** Requests that leave a group, by it and by the members they want; new routes leave {@link Group#NONE}. */
        private final Map<Integer, Map<List<Member>, List<Integer>>> leaving = new LinkedHashMap<>();

        /** The use, as it was, of groups that changed in place while others take copies. */
        private final Map<Integer, GroupUse> earlierUse = new HashMap<>();

        private final List<Integer> keepers = new ArrayList<>();
        private final Map<Integer, Integer> merged = new HashMap<>();

        Pass(List<Request> requests, long nanoTime) {
            this.requests = requests;
            this.nanoTime = nanoTime;
            before = new Group[requests.size()];
            after = new int[requests.size()];
        }

        List<Grant> run() {
            for (int i = 0; i < after.length; i++) {
                sort(i, requests.get(i));
            }
            leaving.forEach(this::keep);
            leaving.forEach((group, parts) -> parts.forEach((members, leavers) -> part(members, leavers)));
            keepers.forEach(this::merge);
            leaving.keySet().forEach(GroupTable.this::dropIfUnused);
            var grants = new ArrayList<Grant>(after.length);
            for (int i = 0; i < after.length; i++) {
                int id = after[i];
                while (merged.containsKey(id)) {
                    id = merged.get(id);
                }
                grants.add(new Grant(before[i], groups[id]));
            }
            return grants;
        }

        private void sort(int i, Request request) {
            var group = group(request.group());
            before[i] = group;
            if (group != null && group.members().equals(request.members())) {
                after[i] = group.id();
                return;
            }
            if (group != null) {
                routes[group.id()]--;
            }
            leaving.computeIfAbsent(group == null ? Group.NONE : group.id(), any -> new LinkedHashMap<>())
                    .computeIfAbsent(request.members(), any -> new ArrayList<>())
                    .add(i);
        }

        private void keep(int id, Map<List<Member>, List<Integer>> parts) {
            var group = group(id);
            if (group == null || routes[id] > 0) {
                return;
            }
            List<Member> largest = List.of();
            for (var part : parts.entrySet()) {
                if (!part.getKey().isEmpty()
                        && (largest.isEmpty() || part.getValue().size() > size(parts.get(largest)))) {
                    largest = part.getKey();
                }
            }
            var leavers = parts.remove(largest);
            if (largest.isEmpty() || leavers == null) {
                return;
            }
            if (!parts.isEmpty()) {
                earlierUse.put(id, group.use().copy());
            }
            take(version(id, group, group.use(), largest, nanoTime), leavers);
            keepers.add(id);
        }

        private void part(List<Member> members, List<Integer> leavers) {
            if (members.isEmpty()) {
                return;
            }
            var from = before[leavers.getFirst()];
            var same = byMembers.getOrDefault(members, List.of());
            if (from == null) {
                if (same.isEmpty()) {
                    create(null, new GroupUse(slots()), members, leavers);
                } else {
                    join(same.getFirst(), leavers);
                }
                return;
            }
            var use = earlierUse.getOrDefault(from.id(), from.use()).copy();
            var copy = version(Group.NONE, from, use, members, nanoTime);
            for (int id : same) {
                var group = group(id);
                if (group != null && group.table().spreadsAs(copy.table())) {
                    group.use().add(use);
                    join(id, leavers);
                    return;
                }
            }
            create(copy, use, members, leavers);
        }

        private void create(@Nullable Group copy, GroupUse use, List<Member> members, List<Integer> leavers) {
            if (used < maxGroups) {
                int id = freeId();
                used++;
                var group = copy == null ? version(id, null, use, members, nanoTime) : copy.withId(id);
                take(group, leavers);
                return;
            }
            var same = byMembers.getOrDefault(members, List.of());
            if (same.isEmpty()) {
                refused += leavers.size();
            } else {
                coalesced += leavers.size();
                join(same.getFirst(), leavers);
            }
        }

        /** Puts the version in its place, and the routes on it. */
        private void take(Group group, List<Integer> leavers) {
            replace(group.id(), group);
            join(group.id(), leavers);
        }

        private void join(int id, List<Integer> leavers) {
            routes[id] += leavers.size();
            for (int i : leavers) {
                after[i] = id;
            }
        }

        /** All routes of the group are in this pass, so they can go over to another one that is equal. */
        private void merge(int id) {
            var group = group(id);
            if (group == null) {
                return;
            }
            for (int other : byMembers.getOrDefault(group.members(), List.of())) {
                var equal = group(other);
                if (other != id && equal != null && equal.table().spreadsAs(group.table())) {
                    equal.use().add(group.use());
                    routes[other] += routes[id];
                    routes[id] = 0;
                    merged.put(id, other);
                    replace(id, null);
                    used--;
                    return;
                }
            }
        }
    }

    private static int size(@Nullable List<Integer> leavers) {
        return leavers == null ? 0 : leavers.size();
    }

    private int slots() {
        return policy.mode() == EcmpMode.RESILIENT ? policy.buckets() : 0;
    }

    private int freeId() {
        for (int id = firstId; id < groups.length; id++) {
            if (groups[id] == null) {
                return id;
            }
        }
        groups = Arrays.copyOf(groups, 2 * groups.length);
        routes = Arrays.copyOf(routes, groups.length);
        return groups.length / 2;
    }

    private void dropIfUnused(int id) {
        if (group(id) != null && routes[id] == 0) {
            replace(id, null);
            used--;
        }
    }

    private void replace(int id, @Nullable Group after) {
        var before = groups[id];
        if (before != null) {
            byMembers.computeIfPresent(before.members(), (members, ids) -> {
                ids.remove(Integer.valueOf(id));
                return ids.isEmpty() ? null : ids;
            });
        }
        groups[id] = after;
        if (after != null) {
            byMembers.computeIfAbsent(after.members(), any -> new ArrayList<>()).add(id);
        }
    }

    /** The version of {@code before} (null for a new group) with these members. */
    private Group version(int id, @Nullable Group before, GroupUse use, List<Member> members, long nanoTime) {
        var step = switch (policy.mode()) {
            case MODULO -> new Rebalancing.Outcome(BucketTable.modulo(members), true);
            case HASH_THRESHOLD -> new Rebalancing.Outcome(BucketTable.hashThreshold(members), true);
            case RESILIENT -> rebalance(before, use, members, nanoTime);
        };
        int moved = before == null ? 0 : step.table().movedSlots(before.table());
        long total = moved + (before == null ? 0 : before.totalMoved());
        OptionalLong since = OptionalLong.empty();
        if (!step.balanced()) {
            since = before != null && before.unbalancedSince().isPresent()
                    ? before.unbalancedSince()
                    : OptionalLong.of(nanoTime);
        }
        var after = new Group(id, members, step.table(), use, nanoTime, moved, total, since);
        forgetMoved(before, after);
        return after;
    }

    private Rebalancing.Outcome rebalance(@Nullable Group before, GroupUse use, List<Member> members, long nanoTime) {
        var owners = before == null
                ? Rebalancing.nobodys(policy.buckets())
                : before.table().owners();
        return Rebalancing.step(owners, members, idleness(use, nanoTime), overdue(before, nanoTime));
    }

    private void forgetMoved(@Nullable Group before, Group after) {
        if (before == null || policy.mode() != EcmpMode.RESILIENT) {
            return;
        }
        for (int slot = 0; slot < after.table().slots(); slot++) {
            if (before.table().nextHop(slot) != after.table().nextHop(slot)) {
                after.use().forget(slot);
            }
        }
    }

    private boolean overdue(@Nullable Group group, long nanoTime) {
        return group != null
                && !policy.unbalanced().isZero()
                && group.unbalancedSince().isPresent()
                && nanoTime - group.unbalancedSince().getAsLong()
                        >= policy.unbalanced().toNanos();
    }

    private Rebalancing.Idleness idleness(GroupUse use, long nanoTime) {
        long idle = policy.idle().toNanos();
        return new Rebalancing.Idleness() {
            @Override
            public long lastUsed(int bucket) {
                return use.lastUsed(bucket);
            }

            @Override
            public boolean idle(int bucket) {
                long time = use.lastUsed(bucket);
                return time == GroupUse.NEVER || nanoTime - time >= idle;
            }
        };
    }
}

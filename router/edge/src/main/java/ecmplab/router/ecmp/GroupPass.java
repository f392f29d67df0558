package ecmplab.router.ecmp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One pass of {@link GroupTable#apply}: groups that nobody stays in change in place, then the rest find or make theirs. */
final class GroupPass {
    private final GroupStore store;
    private final GroupVersions versions;
    private final List<GroupTable.Request> requests;
    private final Map<Integer, Group> withdrawnFrom;
    private final long nanoTime;
    private final @Nullable Group[] before;
    private final int[] after;

    /** Requests that leave a group, by it and by the members they want; new routes leave {@link Group#NONE}. */
    private final Map<Integer, Map<List<Member>, List<Integer>>> leaving = new LinkedHashMap<>();

    /** The use, as it was, of groups that change in place while others take copies. */
    private final Map<Integer, GroupUse> earlierUse = new HashMap<>();

    private final List<Integer> keepers = new ArrayList<>();
    private final Map<Integer, Integer> merged = new HashMap<>();
    private long coalesced;
    private long refused;

    /** @param withdrawnFrom groups as they were before next hops were taken out of them, by id */
    GroupPass(
            GroupStore store,
            GroupVersions versions,
            List<GroupTable.Request> requests,
            Map<Integer, Group> withdrawnFrom,
            long nanoTime) {
        this.store = store;
        this.versions = versions;
        this.requests = requests;
        this.withdrawnFrom = withdrawnFrom;
        this.nanoTime = nanoTime;
        before = new Group[requests.size()];
        after = new int[requests.size()];
    }

    List<GroupTable.Grant> run() {
        for (int i = 0; i < after.length; i++) {
            sort(i, requests.get(i));
        }
        leaving.forEach(this::keep);
        leaving.values().forEach(parts -> parts.forEach(this::part));
        keepers.forEach(this::merge);
        withdrawnFrom.keySet().forEach(this::merge);
        for (int id : leaving.keySet()) {
            if (store.get(id) != null && store.routes(id) == 0) {
                store.remove(id);
            }
        }
        var grants = new ArrayList<GroupTable.Grant>(after.length);
        for (int i = 0; i < after.length; i++) {
            int id = after[i];
            while (merged.containsKey(id)) {
                id = merged.get(id);
            }
            grants.add(new GroupTable.Grant(before[i], store.get(id)));
        }
        return grants;
    }

    /** See {@link GroupTable#coalesced}. */
    long coalesced() {
        return coalesced;
    }

    /** See {@link GroupTable#refused}. */
    long refused() {
        return refused;
    }

    private void sort(int i, GroupTable.Request request) {
        var group = store.get(request.group());
        before[i] = group;
        if (group != null && group.members().equals(request.members())) {
            before[i] = withdrawnFrom.getOrDefault(group.id(), group);
            after[i] = group.id();
            return;
        }
        if (group != null) {
            store.addRoutes(group.id(), -1);
        }
        leaving.computeIfAbsent(group == null ? Group.NONE : group.id(), any -> new LinkedHashMap<>())
                .computeIfAbsent(request.members(), any -> new ArrayList<>())
                .add(i);
    }

    /** Changes a group that all have left in place, for the largest part of them that goes anywhere. */
    private void keep(int id, Map<List<Member>, List<Integer>> parts) {
        var group = store.get(id);
        if (group == null || store.routes(id) > 0) {
            return;
        }
        List<Member> members = List.of();
        List<Integer> largest = List.of();
        for (var part : parts.entrySet()) {
            if (!part.getKey().isEmpty() && part.getValue().size() > largest.size()) {
                members = part.getKey();
                largest = part.getValue();
            }
        }
        if (largest.isEmpty()) {
            return;
        }
        parts.remove(members);
        if (!parts.isEmpty()) {
            earlierUse.put(id, group.use().copy());
        }
        store.put(versions.next(id, group, group.use(), members, nanoTime));
        join(id, largest);
        keepers.add(id);
    }

    /** Finds or makes a group for routes that leave theirs together, or have none. */
    private void part(List<Member> members, List<Integer> leavers) {
        if (members.isEmpty()) {
            return;
        }
        var from = before[leavers.getFirst()];
        if (from == null) {
            if (store.with(members).isEmpty()) {
                create(null, new GroupUse(versions.noted()), members, leavers);
            } else {
                join(store.with(members).getFirst(), leavers);
            }
            return;
        }
        var use = earlierUse.getOrDefault(from.id(), from.use()).copy();
        var copy = versions.next(Group.NONE, from, use, members, nanoTime);
        var equal = equalTo(copy);
        if (equal == null) {
            create(copy, use, members, leavers);
        } else {
            equal.use().add(use);
            join(equal.id(), leavers);
        }
    }

    private void create(@Nullable Group copy, GroupUse use, List<Member> members, List<Integer> leavers) {
        var same = store.with(members);
        if (!store.isFull()) {
            int id = store.freeId();
            store.put(copy == null ? versions.next(id, null, use, members, nanoTime) : copy.withId(id));
            join(id, leavers);
        } else if (same.isEmpty()) {
            refused += leavers.size();
        } else {
            coalesced += leavers.size();
            join(same.getFirst(), leavers);
        }
    }

    private void join(int id, List<Integer> leavers) {
        store.addRoutes(id, leavers.size());
        for (int i : leavers) {
            after[i] = id;
        }
    }

    /** All routes of a group that changed in place are in this pass, so they can go over to another one that is equal. */
    private void merge(int id) {
        var group = store.get(id);
        var equal = group == null ? null : equalTo(group);
        if (group != null && equal != null) {
            equal.use().add(group.use());
            store.addRoutes(equal.id(), store.routes(id));
            store.addRoutes(id, -store.routes(id));
            store.remove(id);
            merged.put(id, equal.id());
        }
    }

    /** Another group with the same members and buckets. */
    private @Nullable Group equalTo(Group group) {
        for (int id : store.with(group.members())) {
            var other = store.get(id);
            if (id != group.id() && other != null && other.table().spreadsAs(group.table())) {
                return other;
            }
        }
        return null;
    }
}

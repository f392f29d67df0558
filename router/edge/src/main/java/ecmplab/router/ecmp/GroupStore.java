package ecmplab.router.ecmp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups there are, by id and by members, and how many routes use each. */
final class GroupStore {
    private final int firstId;
    private final int maxGroups;
    private final Map<List<Member>, List<Integer>> byMembers = new HashMap<>();
    private @Nullable Group[] groups = new Group[16];
    private int[] routes = new int[16];
    private int size;

    GroupStore(int firstId, int maxGroups) {
        this.firstId = firstId;
        this.maxGroups = maxGroups;
    }

    @Nullable
    Group get(int id) {
        return id < groups.length ? groups[id] : null;
    }

    /** By id: a copy. */
    @Nullable
    Group[] all() {
        return groups.clone();
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= maxGroups;
    }

    /** Ids of the groups with these members. */
    List<Integer> with(List<Member> members) {
        return byMembers.getOrDefault(members, List.of());
    }

    /** An id that no group has. */
    int freeId() {
        int id = firstId;
        while (get(id) != null) {
            id++;
        }
        if (id >= groups.length) {
            groups = Arrays.copyOf(groups, Math.max(id + 1, 2 * groups.length));
            routes = Arrays.copyOf(routes, groups.length);
        }
        return id;
    }

    /** Puts a new group, or a new version, in its place. */
    void put(Group group) {
        remove(group.id());
        groups[group.id()] = group;
        byMembers.computeIfAbsent(group.members(), any -> new ArrayList<>()).add(group.id());
        size++;
    }

    void remove(int id) {
        var group = groups[id];
        if (group == null) {
            return;
        }
        byMembers.computeIfPresent(group.members(), (members, ids) -> {
            ids.remove(Integer.valueOf(id));
            return ids.isEmpty() ? null : ids;
        });
        groups[id] = null;
        size--;
    }

    int routes(int id) {
        return routes[id];
    }

    void addRoutes(int id, int count) {
        routes[id] += count;
    }
}

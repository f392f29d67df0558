package ecmplab.router.ecmp;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One version of a next-hop group. The group's identity over its versions is its id and its {@link GroupUse}.
 *
 * @param members in ascending order of next hop, at least one
 * @param changedNanos {@link System#nanoTime} of the change that made this version
 * @param lastMoved slots that change moved
 * @param totalMoved slots moved since the group was made
 * @param unbalancedSince when a resilient group got members without their share of buckets; empty when all have it
 */
public record Group(
        int id,
        List<Member> members,
        BucketTable table,
        GroupUse use,
        long changedNanos,
        int lastMoved,
        long totalMoved,
        OptionalLong unbalancedSince) {
    /** The id of no group. */
    public static final int NONE = 0;

    public Group {
        members = List.copyOf(members);
    }

    /** The table there would be if the member left, without changing anything; empty when it is the last. */
    public Optional<BucketTable> tableWithout(int nextHop) {
        var others =
                members.stream().filter(member -> member.nextHop() != nextHop).toList();
        if (others.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (table.mode()) {
                    case MODULO -> BucketTable.modulo(others);
                    case HASH_THRESHOLD -> BucketTable.hashThreshold(others);
                    case RESILIENT ->
                        Rebalancing.step(table.owners(), others, Rebalancing.Idleness.NONE_IDLE, false)
                                .table();
                });
    }

    Group withId(int newId) {
        return new Group(newId, members, table, use, changedNanos, lastMoved, totalMoved, unbalancedSince);
    }
}

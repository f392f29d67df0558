package ecmplab.router.ecmp;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Makes versions of groups by a policy: who gets which bucket when members change or time has passed. */
final class GroupVersions {
    private final EcmpPolicy policy;

    GroupVersions(EcmpPolicy policy) {
        this.policy = policy;
    }

    /** Buckets whose use a group of this policy notes. */
    int noted() {
        return policy.mode() == EcmpMode.RESILIENT ? policy.buckets() : 0;
    }

    /**
     * The version of {@code before} with these members; null {@code before} for a new group. Buckets that move count as unused in
     * {@code use} from now on.
     */
    Group next(int id, @Nullable Group before, GroupUse use, List<Member> members, long nanoTime) {
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

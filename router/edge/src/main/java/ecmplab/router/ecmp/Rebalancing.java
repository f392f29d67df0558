package ecmplab.router.ecmp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One step of a resilient group towards the shares its members should have. Buckets without a member move at once; buckets of
 * a member that has too many move when they are idle, the longest idle first, or when forced, to the member that lacks most.
 * Everything else stays. A pure function: equal inputs give equal tables on every router.
 */
final class Rebalancing {
    private static final int NOBODY = -1;

    private final int[] owners;
    private final List<Member> members;
    private final int[] counts;
    private final int[] wants;

    private Rebalancing(int[] nextHops, List<Member> members) {
        this.members = members;
        var indexes = new HashMap<Integer, Integer>();
        for (int i = 0; i < members.size(); i++) {
            indexes.put(members.get(i).nextHop(), i);
        }
        owners = new int[nextHops.length];
        counts = new int[members.size()];
        for (int bucket = 0; bucket < owners.length; bucket++) {
            owners[bucket] = indexes.getOrDefault(nextHops[bucket], NOBODY);
            if (owners[bucket] != NOBODY) {
                counts[owners[bucket]]++;
            }
        }
        wants = wants();
    }

    /** What a step came to, and whether every member has its share now. */
    record Outcome(BucketTable table, boolean balanced) {}

    /** When a bucket was last used, and what of that counts as idle. */
    interface Idleness {
        /** Every bucket is in use. */
        Idleness NONE_IDLE = new Idleness() {
            @Override
            public long lastUsed(int bucket) {
                return 0;
            }

            @Override
            public boolean idle(int bucket) {
                return false;
            }
        };

        /** {@link System#nanoTime} of the last packet, or {@link GroupUse#NEVER}. */
        long lastUsed(int bucket);

        boolean idle(int bucket);
    }

    /** A table for a new group: every bucket is without a member. */
    static int[] nobodys(int buckets) {
        var nextHops = new int[buckets];
        Arrays.fill(nextHops, NOBODY);
        return nextHops;
    }

    /** @param force whether busy buckets move too */
    static Outcome step(int[] nextHops, List<Member> members, Idleness idleness, boolean force) {
        var step = new Rebalancing(nextHops, members);
        step.adopt();
        step.migrate(idleness, force);
        int[] after = Arrays.stream(step.owners)
                .map(member -> members.get(member).nextHop())
                .toArray();
        return new Outcome(BucketTable.resilient(after), step.neediest() == NOBODY);
    }

    /**
     * Buckets each member should have. The rest that whole shares leave goes to those who have more than theirs already, so
     * that rounding never moves a bucket; then to the greatest remainder, then to the first.
     */
    private int[] wants() {
        long total = members.stream().mapToLong(Member::weight).sum();
        var wants = new int[members.size()];
        int rest = owners.length;
        for (int i = 0; i < wants.length; i++) {
            wants[i] = (int) ((long) owners.length * members.get(i).weight() / total);
            rest -= wants[i];
        }
        var order = IntStream.range(0, wants.length).boxed().sorted((a, b) -> {
            int holds = Boolean.compare(counts[b] > wants[b], counts[a] > wants[a]);
            int remainder = Long.compare(remainder(b, total), remainder(a, total));
            return holds != 0 ? holds : remainder != 0 ? remainder : Integer.compare(a, b);
        });
        order.limit(rest).forEach(member -> wants[member]++);
        return wants;
    }

    private long remainder(int member, long total) {
        return (long) owners.length * members.get(member).weight() % total;
    }

    private void adopt() {
        for (int bucket = 0; bucket < owners.length; bucket++) {
            if (owners[bucket] == NOBODY) {
                move(bucket, neediest());
            }
        }
    }

    private void migrate(Idleness idleness, boolean force) {
        if (neediest() == NOBODY) {
            return;
        }
        var candidates = IntStream.range(0, owners.length)
                .filter(bucket -> counts[owners[bucket]] > wants[owners[bucket]])
                .filter(bucket -> force || idleness.idle(bucket))
                .boxed()
                .sorted((a, b) -> Long.compare(idleness.lastUsed(a), idleness.lastUsed(b)))
                .toList();
        for (int bucket : candidates) {
            if (counts[owners[bucket]] > wants[owners[bucket]]) {
                counts[owners[bucket]]--;
                move(bucket, neediest());
            }
        }
    }

    private void move(int bucket, int member) {
        owners[bucket] = member;
        counts[member]++;
    }

    /** The member that lacks most buckets, the first of equals, or {@link #NOBODY} when none does. */
    private int neediest() {
        int neediest = NOBODY;
        int most = 0;
        for (int member = 0; member < wants.length; member++) {
            if (wants[member] - counts[member] > most) {
                most = wants[member] - counts[member];
                neediest = member;
            }
        }
        return neediest;
    }
}

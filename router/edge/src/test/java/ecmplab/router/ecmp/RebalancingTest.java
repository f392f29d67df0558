package ecmplab.router.ecmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebalancingTest {
    private static final int BUCKETS = 512;

    @Test
    void aNewGroupSharesItsBucketsOutEvenly() {
        for (int size = 1; size <= 64; size++) {
            var members = members(size);
            var outcome = Rebalancing.step(Rebalancing.nobodys(BUCKETS), members, IdleTimes.allBusy(), false);
            assertTrue(outcome.balanced());
            for (var member : members) {
                int count = count(outcome.table().owners(), member.nextHop());
                assertTrue(count == BUCKETS / size || count == BUCKETS / size + 1, count + " of " + size);
            }
        }
    }

    @Test
    void theDeathOfOneOfFourMovesExactlyItsQuarter() {
        var before = fresh(members(4));
        for (int dead = 1; dead <= 4; dead++) {
            int gone = dead;
            var survivors = members(4).stream()
                    .filter(member -> member.nextHop() != gone)
                    .toList();
            var after = Rebalancing.step(before, survivors, IdleTimes.allIdle(), false);
            assertTrue(after.balanced());
            int moved = 0;
            for (int bucket = 0; bucket < BUCKETS; bucket++) {
                if (before[bucket] == dead) {
                    assertNotEquals(dead, after.table().owners()[bucket]);
                    moved++;
                } else {
                    assertEquals(before[bucket], after.table().owners()[bucket], "bucket of a survivor");
                }
            }
            assertEquals(BUCKETS / 4, moved);
        }
    }

    @Test
    void aReturningMemberMovesNothingThatIsBusy() {
        var three = fresh(members(3));
        var back = Rebalancing.step(three, members(4), IdleTimes.allBusy(), false);
        assertArrayEquals(three, back.table().owners());
        assertFalse(back.balanced());
    }

    @Test
    void aReturningMemberTakesItsShareOfIdleBucketsTheLongestIdleFirst() {
        var three = fresh(members(3));
        var times = new long[BUCKETS];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            times[bucket] = (long) BUCKETS - bucket;
        }
        var back = Rebalancing.step(three, members(4), new IdleTimes(times, 401), false);
        assertTrue(back.balanced());
        assertEquals(BUCKETS / 4, count(back.table().owners(), 4));
        for (int owner = 1; owner <= 3; owner++) {
            long newestMoved = newest(three, back.table().owners(), owner, times, true);
            long oldestKept = newest(three, back.table().owners(), owner, times, false);
            assertTrue(newestMoved < oldestKept, "of " + owner + " the idlest moved");
            assertEquals(BUCKETS / 4, count(back.table().owners(), owner));
        }
    }

    @Test
    void withFewIdleBucketsOnlyThoseMove() {
        var three = fresh(members(3));
        var times = new long[BUCKETS];
        Arrays.fill(times, 100);
        for (int bucket = 0; bucket < 10; bucket++) {
            times[bucket * 7] = 1;
        }
        var back = Rebalancing.step(three, members(4), new IdleTimes(times, 50), false);
        assertFalse(back.balanced());
        assertEquals(10, count(back.table().owners(), 4));
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            assertEquals(times[bucket] == 1, back.table().owners()[bucket] == 4);
        }
    }

    @Test
    void forceMovesBusyBucketsToo() {
        var back = Rebalancing.step(fresh(members(3)), members(4), IdleTimes.allBusy(), true);
        assertTrue(back.balanced());
        assertEquals(BUCKETS / 4, count(back.table().owners(), 4));
    }

    @Test
    void weightsDecideTheShares() {
        var members = List.of(new Member(1, 1), new Member(2, 2), new Member(3, 5));
        var owners = fresh(members);
        assertEquals(64, count(owners, 1));
        assertEquals(128, count(owners, 2));
        assertEquals(320, count(owners, 3));
    }

    @Test
    void moreMembersThanBucketsIsBalancedWithSomeOfThemEmpty() {
        var outcome = Rebalancing.step(Rebalancing.nobodys(4), members(6), IdleTimes.allBusy(), false);
        assertTrue(outcome.balanced());
        for (int member = 1; member <= 6; member++) {
            assertEquals(member <= 4 ? 1 : 0, count(outcome.table().owners(), member));
        }
    }

    /** Members come, go and change weight; with all buckets busy nobody ever loses a bucket but by his own leaving. */
    @Test
    void overRandomHistoriesOnlyTheBucketsOfThoseWhoLeaveMove() {
        for (int seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var owners = fresh(members(1 + random.nextInt(8)));
            for (int i = 0; i < 40; i++) {
                var members = new ArrayList<Member>();
                for (int nextHop = 1; nextHop <= 8; nextHop++) {
                    if (random.nextBoolean() || (nextHop == 8 && members.isEmpty())) {
                        members.add(new Member(nextHop, 1 + random.nextInt(3)));
                    }
                }
                var after = Rebalancing.step(owners, members, IdleTimes.allBusy(), false)
                        .table()
                        .owners();
                for (int bucket = 0; bucket < BUCKETS; bucket++) {
                    int owner = owners[bucket];
                    boolean stays = members.stream().anyMatch(member -> member.nextHop() == owner);
                    assertTrue(!stays || after[bucket] == owner, "seed " + seed);
                    int now = after[bucket];
                    assertTrue(members.stream().anyMatch(member -> member.nextHop() == now), "seed " + seed);
                }
                owners = after;
            }
        }
    }

    private static long newest(int[] before, int[] after, int owner, long[] times, boolean moved) {
        var selected = IntStream.range(0, BUCKETS)
                .filter(bucket -> before[bucket] == owner && (after[bucket] != owner) == moved)
                .mapToLong(bucket -> times[bucket]);
        return (moved ? selected.max() : selected.min()).orElseThrow();
    }

    private static int[] fresh(List<Member> members) {
        return Rebalancing.step(Rebalancing.nobodys(BUCKETS), members, IdleTimes.allBusy(), false)
                .table()
                .owners();
    }

    private static List<Member> members(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(nextHop -> new Member(nextHop, 1))
                .toList();
    }

    private static int count(int[] owners, int nextHop) {
        return (int) IntStream.of(owners).filter(owner -> owner == nextHop).count();
    }
}

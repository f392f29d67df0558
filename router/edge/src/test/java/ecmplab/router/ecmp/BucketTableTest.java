package ecmplab.router.ecmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketTableTest {
    @Test
    void moduloMovesThreeQuartersOfTheFlowsWhenOneOfFourLeaves() {
        var four = BucketTable.modulo(members(1, 2, 3, 4));
        for (int dead = 1; dead <= 4; dead++) {
            var three = BucketTable.modulo(without(dead));
            assertEquals(0.75, three.movedShare(four), 1e-9, "without " + dead);
            assertEquals(0.75, measured(four, three), 0.02);
        }
    }

    @Test
    void hashThresholdMovesAThirdToAHalfByThePositionOfTheDead() {
        var four = BucketTable.hashThreshold(members(1, 2, 3, 4));
        double[] closedForm = {1 / 2.0, 1 / 3.0, 1 / 3.0, 1 / 2.0};
        for (int dead = 1; dead <= 4; dead++) {
            var three = BucketTable.hashThreshold(without(dead));
            assertEquals(closedForm[dead - 1], three.movedShare(four), 1e-6, "without " + dead);
            assertEquals(closedForm[dead - 1], four.movedShare(three), 1e-6, "return of " + dead);
            assertEquals(closedForm[dead - 1], measured(four, three), 0.02);
        }
    }

    @Test
    void theWholeHashSpaceIsCovered() {
        for (var table : List.of(
                BucketTable.modulo(members(1, 2, 3)),
                BucketTable.hashThreshold(members(1, 2, 3)),
                BucketTable.resilient(new int[] {1, 2, 3, 1, 2, 3, 1}))) {
            assertEquals(0, table.slot(0));
            assertTrue(
                    table.slot(-1L) >= 0 && table.slot(-1L) < table.slots(),
                    table.mode().label());
        }
        assertEquals(2, BucketTable.hashThreshold(members(1, 2, 3)).slot(-1L));
    }

    @Test
    void everyModeGivesEachMemberItsWeight() {
        var weighted = List.of(new Member(1, 10), new Member(2, 30), new Member(3, 60));
        var step = Rebalancing.step(Rebalancing.nobodys(1000), weighted, IdleTimes.allIdle(), false);
        for (var table : List.of(BucketTable.modulo(weighted), BucketTable.hashThreshold(weighted), step.table())) {
            var random = new Random(7);
            var hits = new int[4];
            for (int i = 0; i < 100_000; i++) {
                hits[table.nextHop(table.slot(random.nextLong()))]++;
            }
            assertEquals(10_000, hits[1], 500, table.mode().label());
            assertEquals(30_000, hits[2], 1000, table.mode().label());
            assertEquals(60_000, hits[3], 1000, table.mode().label());
        }
    }

    @Test
    void weightsFarApartKeepAModuloTableSmallAndNobodyEmpty() {
        var table = BucketTable.modulo(List.of(new Member(1, 1), new Member(2, 2_000_000_000)));
        assertTrue(table.slots() <= 257, table.slots() + " slots");
        assertEquals(1, table.slotsOf(1));
    }

    @Test
    void equalTablesMoveNothing() {
        var table = BucketTable.hashThreshold(members(1, 2, 3));
        assertEquals(0, table.movedShare(BucketTable.hashThreshold(members(1, 2, 3))));
        assertTrue(table.spreadsAs(BucketTable.hashThreshold(members(1, 2, 3))));
        assertArrayEquals(new int[] {1, 2, 3}, table.owners());
    }

    private static List<Member> members(int... nextHops) {
        return IntStream.of(nextHops)
                .mapToObj(nextHop -> new Member(nextHop, 1))
                .toList();
    }

    private static List<Member> without(int dead) {
        var members = new ArrayList<>(members(1, 2, 3, 4));
        members.removeIf(member -> member.nextHop() == dead);
        return members;
    }

    private static double measured(BucketTable before, BucketTable after) {
        var random = new Random(11);
        int moved = 0;
        for (int i = 0; i < 40_000; i++) {
            long hash = random.nextLong();
            moved += before.nextHop(before.slot(hash)) == after.nextHop(after.slot(hash)) ? 0 : 1;
        }
        return moved / 40_000.0;
    }
}

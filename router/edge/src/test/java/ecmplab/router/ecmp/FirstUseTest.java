package ecmplab.router.ecmp;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FirstUseTest {
    private final FirstUse use = new FirstUse();

    @Test
    void eachMemberOfANewGroupHasAFirstPacketOnce() {
        var table = BucketTable.resilient(new int[] {1, 2, 1, 2});
        assertTrue(packet(table, 0));
        assertFalse(packet(table, 2));
        assertTrue(packet(table, 1));
        assertFalse(packet(table, 3));
    }

    @Test
    void afterADeathOnlyAPacketOfAMovedBucketCounts() {
        var before = BucketTable.resilient(new int[] {1, 2, 3, 3});
        settle(before);
        var after = BucketTable.resilient(new int[] {1, 2, 1, 2});
        assertFalse(packet(after, 0), "went to 1 before");
        assertTrue(packet(after, 2));
        assertFalse(packet(after, 2));
        assertTrue(packet(after, 3));
    }

    @Test
    void aGainOutlivesALaterChangeThatComesBeforeItsFirstPacket() {
        settle(BucketTable.resilient(new int[] {1, 2, 3, 3}));
        var second = BucketTable.resilient(new int[] {1, 2, 1, 2});
        assertTrue(packet(second, 3), "2 had its packet, 1 is waiting");
        var third = BucketTable.resilient(new int[] {1, 4, 1, 2});
        assertFalse(packet(third, 3));
        assertTrue(packet(third, 2), "1 still waits for what it gained from 3");
        assertTrue(packet(third, 1));
    }

    @Test
    void aMemberThatLeavesWaitsNoMore() {
        settle(BucketTable.resilient(new int[] {1, 1, 1, 1}));
        packet(BucketTable.resilient(new int[] {1, 1, 1, 2}), 0);
        var without = BucketTable.resilient(new int[] {1, 1, 1, 1});
        assertTrue(packet(without, 3), "1 got the bucket back");
        for (int slot = 0; slot < 4; slot++) {
            assertFalse(packet(without, slot));
        }
    }

    private void settle(BucketTable table) {
        for (int slot = 0; slot < table.slots(); slot++) {
            packet(table, slot);
        }
    }

    private boolean packet(BucketTable table, int slot) {
        long hash = (long) slot << 62;
        return use.isFirst(table, hash, table.nextHop(slot));
    }
}

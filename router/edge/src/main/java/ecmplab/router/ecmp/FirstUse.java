package ecmplab.router.ecmp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Notices the first packet that each member of a group gets because of a change of its table. As long as a member has had none,
 * the table from before its gain is kept, to tell packets that went to it anyway. Belongs to the forwarding thread.
 */
final class FirstUse {
    private @Nullable BucketTable current;
    private int[] waiting = new int[4];
    private @Nullable BucketTable[] before = new BucketTable[4];
    private int count;

    boolean isFirst(BucketTable table, long hash, int nextHop) {
        if (table != current) {
            change(table);
        }
        return count != 0 && settle(hash, nextHop);
    }

    private void change(BucketTable table) {
        var earlier = current;
        current = table;
        for (int slot = 0; slot < table.slots(); slot++) {
            int nextHop = table.nextHop(slot);
            boolean keptSlot = earlier != null && earlier.slots() == table.slots() && earlier.nextHop(slot) == nextHop;
            if (!keptSlot && indexOf(nextHop) < 0) {
                add(nextHop, earlier);
            }
        }
        for (int i = count - 1; i >= 0; i--) {
            if (table.slotsOf(waiting[i]) == 0) {
                remove(i);
            }
        }
    }

    private boolean settle(long hash, int nextHop) {
        int index = indexOf(nextHop);
        if (index < 0) {
            return false;
        }
        var table = before[index];
        if (table != null && table.nextHop(table.slot(hash)) == nextHop) {
            return false;
        }
        remove(index);
        return true;
    }

    private int indexOf(int nextHop) {
        for (int i = 0; i < count; i++) {
            if (waiting[i] == nextHop) {
                return i;
            }
        }
        return -1;
    }

    private void add(int nextHop, @Nullable BucketTable earlier) {
        if (count == waiting.length) {
            waiting = Arrays.copyOf(waiting, 2 * count);
            before = Arrays.copyOf(before, 2 * count);
        }
        waiting[count] = nextHop;
        before[count++] = earlier;
    }

    private void remove(int index) {
        waiting[index] = waiting[--count];
        before[index] = before[count];
        before[count] = null;
    }
}

package ecmplab.bgp.policy;

import java.util.Arrays;

/**
 * Numbers that somebody looks for among many, each with the conditions (bits) that it fulfils: a small table with open addressing, so that
 * time does not depend on how many are looked for. Not changed once it is asked.
 */
final class NumberSearch {
    private int[] numbers = new int[8];
    /** Zero where there is no number. */
    private long[] conditions = new long[8];

    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** From now on the number fulfils the condition, beside others. */
    void add(int number, long condition) {
        if (2 * size >= numbers.length) {
            grow();
        }
        int slot = slot(number);
        size += conditions[slot] == 0 ? 1 : 0;
        numbers[slot] = number;
        conditions[slot] |= condition;
    }

    /** What the number fulfils; zero when nobody looks for it. */
    long find(int number) {
        return conditions[slot(number)];
    }

    /** Where the number is, or where it would be. */
    private int slot(int number) {
        int mask = numbers.length - 1;
        int slot = ((number * 0x9E37_79B1) >>> 16) & mask;
        while (conditions[slot] != 0 && numbers[slot] != number) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        var before = Arrays.copyOf(numbers, numbers.length);
        var conditionsBefore = Arrays.copyOf(conditions, conditions.length);
        numbers = new int[2 * before.length];
        conditions = new long[2 * before.length];
        for (int i = 0; i < before.length; i++) {
            if (conditionsBefore[i] != 0) {
                int slot = slot(before[i]);
                numbers[slot] = before[i];
                conditions[slot] = conditionsBefore[i];
            }
        }
    }
}

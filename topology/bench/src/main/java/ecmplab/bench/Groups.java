package ecmplab.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Prefixes that are announced together, because a source says the same of them. Prefixes are indexes into their set. */
final class Groups {
    private final int[] members;
    private final int[] starts;
    private final int[] groupOf;

    /** @param groupOf by prefix, -1 for none; groups count from 0 and none is empty */
    Groups(int[] groupOf, int count) {
        this.groupOf = groupOf;
        starts = new int[count + 1];
        for (int group : groupOf) {
            if (group >= 0) {
                starts[group + 1]++;
            }
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        members = new int[starts[count]];
        var next = starts.clone();
        for (int prefix = 0; prefix < groupOf.length; prefix++) {
            if (groupOf[prefix] >= 0) {
                members[next[groupOf[prefix]]++] = prefix;
            }
        }
    }

    /** Neighbours in the set: sizes are geometric, 5 on average, at most 60. */
    static Groups random(int prefixes, SplittableRandom random) {
        var groupOf = new int[prefixes];
        int groups = 0;
        for (int at = 0; at < prefixes; groups++) {
            int size = 1;
            while (size < 60 && random.nextInt(5) != 0) {
                size++;
            }
            int end = Math.min(prefixes, at + size);
            Arrays.fill(groupOf, at, end, groups);
            at = end;
        }
        return new Groups(groupOf, groups);
    }

    int count() {
        return starts.length - 1;
    }

    /** Group after group; not to be written to. */
    int[] members() {
        return members;
    }

    /** Where a group begins among the members; also of one past the last. */
    int start(int group) {
        return starts[group];
    }

    int size(int group) {
        return starts[group + 1] - starts[group];
    }

    /** The group of a prefix; -1 for none. */
    int of(int prefix) {
        return groupOf[prefix];
    }
}

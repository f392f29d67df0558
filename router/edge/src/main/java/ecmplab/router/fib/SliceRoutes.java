package ecmplab.router.fib;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The prefixes of one slice of an {@link Ipv6Fib}, 17 to 128 bits long, and what they were encoded to. Belongs to a writer. */
final class SliceRoutes {
    /** Prefixes of 17 to 32 bits. */
    private long[] outer = BlockRoutes.NONE;

    /** The /32s with longer prefixes in them, in order; the arrays below go along. */
    private List<Inner> inner = new ArrayList<>();

    private boolean outerChanged = true;

    /** A /32 with longer prefixes. */
    private static final class Inner {
        /** Bits 16 to 31. */
        final int key;

        long[] routes = Ipv6Routes.NONE;
        int[] block = {};
        int base;
        boolean changed = true;

        Inner(int key) {
            this.key = key;
        }
    }

    boolean isEmpty() {
        return outer.length == 0 && inner.isEmpty();
    }

    /** Returns by how many prefixes there are more. */
    int changeOuter(long[] changes, int count) {
        int before = outer.length;
        outer = BlockRoutes.merge(outer, changes, count);
        outerChanged = true;
        return outer.length - before;
    }

    /**
     * Changes prefixes in one or more /32s.
     *
     * @param keys bits 16 to 31 of each change, ascending
     * @param changes two words each, see {@link Ipv6Routes}
     */
    int changeInner(int[] keys, long[] changes, int count) {
        int grown = 0;
        var merged = new ArrayList<Inner>(inner.size() + 8);
        int i = 0;
        for (int from = 0; from < count; ) {
            int to = from + 1;
            while (to < count && keys[to] == keys[from]) {
                to++;
            }
            while (i < inner.size() && inner.get(i).key < keys[from]) {
                merged.add(inner.get(i++));
            }
            boolean known = i < inner.size() && inner.get(i).key == keys[from];
            var one = known ? inner.get(i++) : new Inner(keys[from]);
            int before = Ipv6Routes.count(one.routes);
            one.routes = Ipv6Routes.merge(one.routes, Arrays.copyOfRange(changes, 2 * from, 2 * to), to - from);
            one.changed = true;
            grown += Ipv6Routes.count(one.routes) - before;
            outerChanged |= !known;
            if (one.routes.length > 0) {
                merged.add(one);
            } else {
                outerChanged = true;
            }
            from = to;
        }
        merged.addAll(inner.subList(i, inner.size()));
        inner = merged;
        return grown;
    }

    /**
     * The slice as it is now.
     *
     * @param before shares what did not change
     * @param base the group of what nothing here covers
     * @param baseChanged since the last call
     */
    Ipv6Fib.Slice encode(
            Ipv6Fib.Slice before, int base, boolean baseChanged, BlockEncoder encoder, Ipv6Block.Encoder blocks) {
        boolean nodesChanged = outerChanged || baseChanged;
        if (nodesChanged) {
            findBases(base);
        }
        var encoded = new int[inner.size()][];
        for (int i = 0; i < encoded.length; i++) {
            var one = inner.get(i);
            if (one.changed) {
                one.block = blocks.encode(one.routes, one.base);
                one.changed = false;
            }
            encoded[i] = one.block;
        }
        outerChanged = false;
        return new Ipv6Fib.Slice(nodesChanged ? encoder.encode(withBlocks(), base) : before.nodes(), encoded);
    }

    /** What covers each /32 from outside: a walk through both, in order. */
    private void findBases(int base) {
        var around = new long[17];
        int depth = 0;
        int next = 0;
        for (var one : inner) {
            while (next < outer.length && BlockRoutes.low16(outer[next]) <= one.key) {
                depth = leave(around, depth, BlockRoutes.low16(outer[next]));
                around[depth++] = outer[next++];
            }
            depth = leave(around, depth, one.key);
            int found = depth == 0 ? base : BlockRoutes.value(around[depth - 1]);
            one.changed |= found != one.base;
            one.base = found;
        }
    }

    private static int leave(long[] around, int depth, int key) {
        int left = depth;
        while (left > 0
                && BlockRoutes.low16(around[left - 1]) >>> (32 - BlockRoutes.length(around[left - 1]))
                        != key >>> (32 - BlockRoutes.length(around[left - 1]))) {
            left--;
        }
        return left;
    }

    /** The outer prefixes, with each block in place of the /32 it covers. */
    private long[] withBlocks() {
        var all = new long[outer.length + inner.size()];
        int length = 0;
        int next = 0;
        for (int i = 0; i < inner.size(); i++) {
            long place = BlockRoutes.pack(inner.get(i).key, 32, ~i);
            while (next < outer.length && outer[next] >>> 32 < place >>> 32) {
                all[length++] = outer[next++];
            }
            next += next < outer.length && outer[next] >>> 32 == place >>> 32 ? 1 : 0;
            all[length++] = place;
        }
        System.arraycopy(outer, next, all, length, outer.length - next);
        return Arrays.copyOf(all, length + outer.length - next);
    }
}

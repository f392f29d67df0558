package ecmplab.router.fib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Owns the prefixes and makes a new {@link Fib} of each batch of changes. Only the blocks (65536 addresses each) that a batch
 * touches are rebuilt, each once. Belongs to the control thread.
 */
public final class FibWriter {
    private final ShortRoutes shortRoutes = new ShortRoutes();

    /** Prefixes of 17 to 32 bits by first and second octet. */
    private final long[] @Nullable [][] longRoutes = new long[256][][];

    /** Prefixes of more than 8 bits by first octet: where there is none, all 256 blocks are one. */
    private final int[] beyondFirstOctet = new int[256];

    private final BlockEncoder encoder = new BlockEncoder();
    private Fib current = Fib.EMPTY;
    private int size;

    /** Prefixes held. */
    public int size() {
        return size;
    }

    /**
     * Applies all changes and returns the generation with all of them in it. Where a prefix occurs more than once the last one
     * counts. What the earlier generation answers does not change.
     *
     * @throws IllegalArgumentException for a prefix that is not IPv4; nothing has changed then
     */
    public Fib apply(List<FibEntry> changes) {
        var sorted = new ArrayList<>(changes);
        for (var change : sorted) {
            if (change.prefix().family() != AddressFamily.IPV4_UNICAST) {
                throw new IllegalArgumentException(change.prefix() + ": not an IPv4 prefix");
            }
        }
        sorted.sort(Comparator.comparing(FibEntry::prefix));
        var dirty = new BitSet(1 << 16);
        for (int from = 0; from < sorted.size(); ) {
            int block = (int) (sorted.get(from).prefix().high() >>> 48);
            int to = from;
            while (to < sorted.size() && (int) (sorted.get(to).prefix().high() >>> 48) == block) {
                to++;
            }
            change(block, sorted.subList(from, to), dirty);
            from = to;
        }
        if (!dirty.isEmpty()) {
            current = rebuild(dirty);
        }
        return current;
    }

    private void change(int block, List<FibEntry> changes, BitSet dirty) {
        var added = new long[changes.size()];
        int count = 0;
        for (int i = 0; i < changes.size(); i++) {
            var prefix = changes.get(i).prefix();
            if (i + 1 < changes.size() && changes.get(i + 1).prefix().equals(prefix)) {
                continue;
            }
            if (prefix.length() <= 16) {
                changeShort(prefix, changes.get(i).group());
                dirty.set(block, block + (1 << (16 - prefix.length())));
            } else {
                added[count++] = BlockRoutes.pack(prefix, changes.get(i).group());
            }
        }
        if (count > 0) {
            merge(block, added, count);
            dirty.set(block);
        }
    }

    private void changeShort(Prefix prefix, int group) {
        int grown = shortRoutes.change((int) (prefix.high() >>> 48), prefix.length(), group);
        size += grown;
        if (prefix.length() > 8) {
            beyondFirstOctet[(int) (prefix.high() >>> 56)] += grown;
        }
    }

    private void merge(int block, long[] changes, int count) {
        var second = longRoutes[block >>> 8];
        var held = second == null ? BlockRoutes.NONE : second[block & 0xFF];
        var merged = BlockRoutes.merge(held, changes, count);
        size += merged.length - held.length;
        beyondFirstOctet[block >>> 8] += merged.length - held.length;
        if (second == null) {
            second = new long[256][];
            Arrays.fill(second, BlockRoutes.NONE);
            longRoutes[block >>> 8] = second;
        }
        second[block & 0xFF] = merged;
    }

    private Fib rebuild(BitSet dirty) {
        var top = current.top.clone();
        var leaves = new HashMap<Integer, int[]>();
        var chunks = new HashMap<Integer, int[][]>();
        for (int first = 0; first < 256; first++) {
            int at = dirty.nextSetBit(first << 8);
            if (at < 0 || at >>> 8 != first) {
                continue;
            }
            if (beyondFirstOctet[first] == 0) {
                longRoutes[first] = null;
                top[first] = chunks.computeIfAbsent(shortRoutes.match(first << 8), FibWriter::uniformChunk);
                continue;
            }
            var chunk = top[first].clone();
            for (; at >= 0 && at >>> 8 == first; at = dirty.nextSetBit(at + 1)) {
                chunk[at & 0xFF] = block(at, leaves);
            }
            top[first] = chunk;
        }
        return new Fib(top);
    }

    private int[] block(int block, Map<Integer, int[]> leaves) {
        int base = shortRoutes.match(block);
        var second = longRoutes[block >>> 8];
        var routes = second == null ? BlockRoutes.NONE : second[block & 0xFF];
        return routes.length == 0
                ? leaves.computeIfAbsent(base, group -> new int[] {group})
                : encoder.encode(routes, base);
    }

    /** The 256 blocks of a first octet in which all addresses have one group. */
    static int[][] uniformChunk(int group) {
        var chunk = new int[256][];
        Arrays.fill(chunk, new int[] {group});
        return chunk;
    }
}

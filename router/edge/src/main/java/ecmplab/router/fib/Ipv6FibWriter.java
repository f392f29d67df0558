package ecmplab.router.fib;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.router.fib.Ipv6Fib.Slice;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Owns the IPv6 prefixes and makes a new {@link Ipv6Fib} of each batch of changes. Only what a batch touches is encoded again: a
 * slice's nodes, or one block of it. Belongs to the control thread.
 */
public final class Ipv6FibWriter {
    private final ShortRoutes shortRoutes = new ShortRoutes();

    /** By first 16 bits; null where no prefix is longer. */
    private final @Nullable SliceRoutes[] slices = new SliceRoutes[1 << 16];

    private final BlockEncoder encoder = new BlockEncoder();
    private final Ipv6Block.Encoder blockEncoder = new Ipv6Block.Encoder();
    private Ipv6Fib current = Ipv6Fib.EMPTY;
    private int size;

    /** Prefixes held. */
    public int size() {
        return size;
    }

    /** As {@link FibWriter#apply}. */
    public Ipv6Fib apply(List<FibEntry> changes) {
        var sorted = new ArrayList<>(changes);
        for (var change : sorted) {
            if (change.prefix().family() != AddressFamily.IPV6_UNICAST) {
                throw new IllegalArgumentException(change.prefix() + ": not an IPv6 prefix");
            }
        }
        sorted.sort(Comparator.comparing(FibEntry::prefix));
        var dirty = new BitSet(1 << 16);
        var based = new BitSet(1 << 16);
        for (int from = 0; from < sorted.size(); ) {
            int slice = first16(sorted.get(from));
            int to = from;
            while (to < sorted.size() && first16(sorted.get(to)) == slice) {
                to++;
            }
            change(slice, lastOfEach(sorted.subList(from, to)), dirty, based);
            from = to;
        }
        if (!dirty.isEmpty()) {
            current = rebuild(dirty, based);
        }
        return current;
    }

    private static int first16(FibEntry entry) {
        return (int) (entry.prefix().high() >>> 48);
    }

    private static List<FibEntry> lastOfEach(List<FibEntry> sorted) {
        var last = new ArrayList<FibEntry>(sorted.size());
        for (int i = 0; i < sorted.size(); i++) {
            if (i + 1 == sorted.size()
                    || !sorted.get(i + 1).prefix().equals(sorted.get(i).prefix())) {
                last.add(sorted.get(i));
            }
        }
        return last;
    }

    private void change(int slice, List<FibEntry> changes, BitSet dirty, BitSet based) {
        var outer = new long[changes.size()];
        var keys = new int[changes.size()];
        var inner = new long[2 * changes.size()];
        int outers = 0;
        int inners = 0;
        for (var change : changes) {
            var prefix = change.prefix();
            int length = prefix.length();
            if (length <= 16) {
                size += shortRoutes.change(slice, length, change.group());
                based.set(slice, slice + (1 << (16 - length)));
            } else if (length <= 32) {
                outer[outers++] = BlockRoutes.pack(prefix, change.group());
            } else {
                keys[inners] = (int) (prefix.high() >>> 32) & 0xFFFF;
                inner[2 * inners] = Ipv6Routes.first(prefix.high(), length, change.group());
                inner[2 * inners++ + 1] = prefix.low();
            }
        }
        if (outers + inners > 0) {
            var routes = slices[slice] == null ? new SliceRoutes() : slices[slice];
            size += outers == 0 ? 0 : routes.changeOuter(outer, outers);
            size += inners == 0 ? 0 : routes.changeInner(keys, inner, inners);
            slices[slice] = routes.isEmpty() ? null : routes;
            dirty.set(slice);
        }
        dirty.or(based);
    }

    private Ipv6Fib rebuild(BitSet dirty, BitSet based) {
        var top = current.top.clone();
        Map<Integer, Slice> uniform = new HashMap<>();
        for (int first = 0; first < 256; first++) {
            int at = dirty.nextSetBit(first << 8);
            if (at < 0 || at >>> 8 != first) {
                continue;
            }
            var chunk = top[first].clone();
            for (; at >= 0 && at >>> 8 == first; at = dirty.nextSetBit(at + 1)) {
                int base = shortRoutes.match(at);
                var routes = slices[at];
                chunk[at & 0xFF] = routes == null
                        ? uniform.computeIfAbsent(base, Slice::uniform)
                        : routes.encode(chunk[at & 0xFF], base, based.get(at), encoder, blockEncoder);
            }
            top[first] = chunk;
        }
        return new Ipv6Fib(top);
    }
}

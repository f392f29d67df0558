package ecmplab.bench;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What one source announces: its own AS path of 2 to 6 ASes, and other attributes, for each group of prefixes that share an origin
 * (about 5 of them). Encodes UPDATEs (RFC 4271 section 4.3) into direct buffers before the clock runs.
 */
final class Feed {
    private static final int HEADER = 19;
    private static final int ORIGIN_INCOMPLETE = 2;

    private final PrefixSet prefixes;
    private final int[] groupStarts;
    private final int asn;
    private final byte[] nextHop;
    private final int[][] paths;
    private final byte[] origins;
    private final SplittableRandom random;

    /** @param longestPath ASes at most; a source whose paths are all to be best has short ones */
    Feed(
            PrefixSet prefixes,
            int[] groupStarts,
            int asn,
            InetAddress nextHop,
            int shortestPath,
            int longestPath,
            SplittableRandom random) {
        this.prefixes = prefixes;
        this.groupStarts = groupStarts;
        this.asn = asn;
        this.nextHop = nextHop.getAddress();
        this.random = random;
        paths = new int[groupStarts.length - 1][];
        origins = new byte[paths.length];
        for (int group = 0; group < paths.length; group++) {
            paths[group] = path(random.nextInt(shortestPath, longestPath + 1));
            origins[group] = (byte) (random.nextInt(10) == 0 ? ORIGIN_INCOMPLETE : 0);
        }
    }

    /** Where groups begin: sizes are geometric, 5 on average, at most 60. One more entry than groups. */
    static int[] groups(int prefixes, SplittableRandom random) {
        var starts = new int[prefixes + 1];
        int groups = 0;
        for (int at = 0; at < prefixes; ) {
            starts[groups++] = at;
            int size = 1;
            while (size < 60 && random.nextInt(5) != 0) {
                size++;
            }
            at += size;
        }
        starts[groups] = prefixes;
        return Arrays.copyOf(starts, groups + 1);
    }

    /** Smaller wins: path length, then origin, then the source, in the order of their BGP Identifiers. */
    int preference(int group, int source) {
        return (paths[group].length << 16) | (origins[group] << 8) | source;
    }

    /** What the sink sees of the group's path. */
    int fingerprint(int group) {
        return Fingerprint.of(paths[group]);
    }

    /** All routes, a message for each group, in an order of this source's own. */
    ByteBuffer table() {
        var order = order(paths.length);
        var out = ByteBuffer.allocateDirect(size(order));
        for (int group : order) {
            announce(out, group, groupStarts[group], groupStarts[group + 1]);
        }
        return out.flip();
    }

    /** Withdrawals of everything, as many as fit into each message. */
    ByteBuffer withdrawal() {
        var out = ByteBuffer.allocateDirect(12 * prefixes.size() + 8192);
        var order = order(prefixes.size());
        for (int at = 0; at < order.length; ) {
            int start = header(out);
            if (prefixes.isV6()) {
                int attribute = out.putShort((short) 0).putShort((short) 0).position();
                out.put((byte) 0x90).put((byte) 15).putShort((short) 0);
                out.putShort((short) 2).put((byte) 1);
                at = withdraw(out, order, at, start);
                out.putShort(attribute + 2, (short) (out.position() - attribute - 4));
                out.putShort(attribute - 2, (short) (out.position() - attribute));
            } else {
                int list = out.putShort((short) 0).position();
                at = withdraw(out, order, at, start);
                out.putShort(list - 2, (short) (out.position() - list)).putShort((short) 0);
            }
            finish(out, start);
        }
        return out.flip();
    }

    /** Announces one prefix alone with a new path, whose fingerprint it returns. */
    int change(ByteBuffer out, int prefix) {
        int[] path = path(2);
        announce(out, path, (byte) 0, prefix, prefix + 1);
        return Fingerprint.of(path);
    }

    private int withdraw(ByteBuffer out, int[] order, int from, int start) {
        int at = from;
        while (at < order.length && out.position() - start < 4080) {
            prefix(out, prefixes.keys()[order[at++]]);
        }
        return at;
    }

    private int[] path(int length) {
        var path = new int[length];
        path[0] = asn;
        for (int i = 1; i < length; i++) {
            path[i] = random.nextInt(4) == 0 ? random.nextInt(196_608, 400_000) : random.nextInt(1000, 64_000);
        }
        return path;
    }

    private int[] order(int count) {
        var order = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    private int size(int[] order) {
        int perMessage = HEADER + 4 + 4 + 6 + 4 * 6 + 7 + 7 + 3 + 16 + 8 + nextHop.length;
        return order.length * perMessage + 9 * prefixes.size();
    }

    private void announce(ByteBuffer out, int group, int from, int to) {
        announce(out, paths[group], origins[group], from, to);
    }

    private void announce(ByteBuffer out, int[] path, byte origin, int from, int to) {
        int start = header(out);
        int attributes = out.putShort((short) 0).putShort((short) 0).position();
        out.put((byte) 0x40).put((byte) 1).put((byte) 1).put(origin);
        out.put((byte) 0x40).put((byte) 2).put((byte) (2 + 4 * path.length));
        out.put((byte) 2).put((byte) path.length);
        for (int as : path) {
            out.putInt(as);
        }
        if (!prefixes.isV6()) {
            out.put((byte) 0x40).put((byte) 3).put((byte) 4).put(nextHop);
        }
        extras(out, path);
        if (prefixes.isV6()) {
            int reach = out.position();
            out.put((byte) 0x90).put((byte) 14).putShort((short) 0);
            out.putShort((short) 2)
                    .put((byte) 1)
                    .put((byte) nextHop.length)
                    .put(nextHop)
                    .put((byte) 0);
            for (int i = from; i < to; i++) {
                prefix(out, prefixes.keys()[i]);
            }
            out.putShort(reach + 2, (short) (out.position() - reach - 4));
        }
        out.putShort(attributes - 2, (short) (out.position() - attributes));
        for (int i = from; i < to && !prefixes.isV6(); i++) {
            prefix(out, prefixes.keys()[i]);
        }
        finish(out, start);
    }

    /** MED on some, communities on half, as the path's own bits say. */
    private static void extras(ByteBuffer out, int[] path) {
        int bits = Fingerprint.of(path);
        if ((bits & 7) == 0) {
            out.put((byte) 0x80).put((byte) 4).put((byte) 4).putInt(bits >>> 20);
        }
        if ((bits & 8) != 0) {
            int communities = 1 + ((bits >>> 4) & 3);
            out.put((byte) 0xC0).put((byte) 8).put((byte) (4 * communities));
            for (int i = 0; i < communities; i++) {
                out.putInt((path[0] << 16) | ((bits >>> (6 + i)) & 0x3FF));
            }
        }
    }

    private static void prefix(ByteBuffer out, long key) {
        out.put((byte) PrefixSet.length(key));
        for (int i = 1; i < PrefixSet.wireSize(key); i++) {
            out.put((byte) (key >>> (64 - 8 * i)));
        }
    }

    private static int header(ByteBuffer out) {
        int start = out.position();
        out.putLong(-1).putLong(-1).putShort((short) 0).put((byte) 2);
        return start;
    }

    private static void finish(ByteBuffer out, int start) {
        out.putShort(start + 16, (short) (out.position() - start));
    }
}

package ecmplab.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What one source announces. Encodes UPDATEs (RFC 4271 section 4.3) into direct buffers before the clock runs. */
final class Feed {
    private static final int HEADER = 19;
    private static final int LONGEST = 4096;
    private static final byte[] NO_NEXT_HOP = {};

    private final PrefixSet prefixes;
    private final Groups groups;
    private final TestPath[] paths;
    private final Layout.Neighbor source;
    private final byte[] nextHop;
    private final SplittableRandom random;

    /** @param paths one for each group */
    Feed(PrefixSet prefixes, Groups groups, TestPath[] paths, Layout.Neighbor source, SplittableRandom random) {
        this.prefixes = prefixes;
        this.groups = groups;
        this.paths = paths;
        this.source = source;
        this.nextHop = source.address().getAddress();
        this.random = random;
    }

    /** What is said of the prefix with the index; null when nothing is. */
    @Nullable
    TestPath path(int prefix) {
        int group = groups.of(prefix);
        return group < 0 ? null : paths[group];
    }

    /** All routes, at least a message for each group, in an order of this source's own. */
    ByteBuffer table() {
        int size = 9 * prefixes.size();
        for (int group = 0; group < paths.length; group++) {
            int overhead = HEADER + 4 + 9 + nextHop.length + paths[group].size();
            int messages = 1 + groups.size(group) / ((LONGEST - 16 - overhead) / 9);
            size += messages * overhead;
        }
        var out = ByteBuffer.allocateDirect(size);
        for (int group : order(paths.length)) {
            int at = groups.start(group);
            while (at < groups.start(group + 1)) {
                at = announce(out, paths[group], groups.members(), at, groups.start(group + 1));
            }
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

    /** Announces one prefix alone with a new path, which it returns. */
    TestPath change(ByteBuffer out, int prefix) {
        var path = TestPath.random(source.asn(), 2, 2, true, random);
        announce(out, path, new int[] {prefix}, 0, 1);
        return path;
    }

    /** One message with as many of the prefixes as it holds; returns the first that is left. */
    private int announce(ByteBuffer out, TestPath path, int[] members, int from, int to) {
        int start = header(out);
        int attributes = out.putShort((short) 0).putShort((short) 0).position();
        path.write(out, prefixes.isV6() ? NO_NEXT_HOP : nextHop);
        int reach = out.position();
        if (prefixes.isV6()) {
            out.put((byte) 0x90)
                    .put((byte) 14)
                    .putShort((short) 0)
                    .putShort((short) 2)
                    .put((byte) 1);
            out.put((byte) nextHop.length).put(nextHop).put((byte) 0);
        } else {
            out.putShort(attributes - 2, (short) (out.position() - attributes));
        }
        int at = from;
        while (at < to && out.position() - start < LONGEST - 16) {
            prefix(out, prefixes.keys()[members[at++]]);
        }
        if (prefixes.isV6()) {
            out.putShort(reach + 2, (short) (out.position() - reach - 4));
            out.putShort(attributes - 2, (short) (out.position() - attributes));
        }
        finish(out, start);
        return at;
    }

    private int withdraw(ByteBuffer out, int[] order, int from, int start) {
        int at = from;
        while (at < order.length && out.position() - start < LONGEST - 16) {
            prefix(out, prefixes.keys()[order[at++]]);
        }
        return at;
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

package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Replays batches into the tables, some hundreds of routes at a time: first all their prefixes are looked up and their rows read, so that
 * the processor waits for the memory of many at once and not for one after the other; then they are taken in runs that share their
 * attributes, which are looked up once.
 */
final class BatchReader {
    /** Routes that are looked up before the first of them is taken. */
    private static final int AHEAD = 512;

    private static final int IPV4 = AddressFamily.IPV4_UNICAST.ordinal();

    private final AttributeTable attributes;
    /** By family. */
    private final LocRib[] tables;

    private final @Nullable AdjRibIn[] ins;
    private final int[] ids = new int[AHEAD + RouteBatch.LONGEST_RUN];
    private final long[] hashes = new long[ids.length];
    private final int[] blockHashes = new int[AHEAD];
    private Peer peer;
    private int attribute = AttributeTable.NONE;
    private int announced;
    private int withdrawn;
    /** Keeps reads from being optimised away that are to fetch memory early. */
    @SuppressWarnings("UnusedVariable") // reading is all that is wanted
    private long touched;

    /** @param local whom nothing is replayed of; stands for a peer until there is one */
    BatchReader(AttributeTable attributes, Function<AddressFamily, LocRib> tables, Peer local) {
        this.attributes = attributes;
        this.tables = Arrays.stream(AddressFamily.values()).map(tables).toArray(LocRib[]::new);
        ins = new AdjRibIn[this.tables.length];
        peer = local;
    }

    Rib.Applied replay(Peer from, RouteBatch batch) {
        peer = from;
        announced = 0;
        withdrawn = 0;
        for (int i = 0; i < ins.length; i++) {
            ins[i] = from.in(tables[i].family());
        }
        for (int at = 0; at < batch.end(); ) {
            for (var table : tables) {
                table.makeRoom(ids.length);
            }
            int to = touch(batch, at);
            lookUp(batch, at, to);
            touchRows(batch, at, to);
            take(batch, at, to);
            at = to;
        }
        attributes.release(attribute);
        attribute = AttributeTable.NONE;
        from.in.values().forEach(AdjRibIn::forget);
        return new Rib.Applied(announced, withdrawn);
    }

    /** Computes where to look for the next prefixes and blocks and reads there; returns where the entry begins after the last of them. */
    private int touch(RouteBatch batch, int from) {
        long[] words = batch.words();
        long seen = 0;
        int blocks = 0;
        int count = 0;
        int first = 0;
        int family = IPV4;
        int at = from;
        for (; at < batch.end() && count < AHEAD && blocks < AHEAD; at = batch.next(at)) {
            long head = words[at];
            if (RouteBatch.kind(head) == RouteBatch.ATTRIBUTES) {
                blockHashes[blocks++] = attributes.hash(batch.blocks(), (int) words[at + 1], RouteBatch.count(head));
            } else if (isRun(head)) {
                if (RouteBatch.family(head) != family) {
                    seen += tables[family].prefixes.touch(hashes, first, count);
                    first = count;
                    family = RouteBatch.family(head);
                }
                hash(words, at, batch.next(at), count);
                count += RouteBatch.count(head);
            }
        }
        touched = seen + tables[family].prefixes.touch(hashes, first, count) + attributes.touch(blockHashes, blocks);
        return at;
    }

    /** Of the prefixes of a run, which ends where the next entry begins. */
    private void hash(long[] words, int at, int end, int first) {
        int stride = RouteBatch.stride(words[at]);
        int family = RouteBatch.family(words[at]);
        var prefixes = tables[family].prefixes;
        int count = first;
        for (int i = at + 1; i < end; i += stride) {
            hashes[count++] = family == IPV4
                    ? prefixes.hash(RouteBatch.highOfV4(words[i]), 0, length(words[i]))
                    : prefixes.hash(words[i], words[i + 1], length(words[i + 2]));
        }
    }

    /** Finds the ids of the prefixes; those announced get one. */
    private void lookUp(RouteBatch batch, int from, int to) {
        long[] words = batch.words();
        int count = 0;
        for (int at = from; at < to; at = batch.next(at)) {
            long head = words[at];
            if (isRun(head)) {
                int stride = RouteBatch.stride(head);
                var prefixes = tables[RouteBatch.family(head)].prefixes;
                boolean v4 = RouteBatch.family(head) == IPV4;
                boolean isNew = RouteBatch.kind(head) == RouteBatch.REACH && ins[RouteBatch.family(head)] != null;
                for (int i = at + 1, end = batch.next(at); i < end; i += stride, count++) {
                    long high = v4 ? RouteBatch.highOfV4(words[i]) : words[i];
                    long low = v4 ? 0 : words[i + 1];
                    int length = length(words[v4 ? i : i + 2]);
                    ids[count] = isNew
                            ? prefixes.add(hashes[count], high, low, length)
                            : prefixes.find(hashes[count], high, low, length);
                }
            }
        }
    }

    /** Reads what deciding about the prefixes will read. */
    private void touchRows(RouteBatch batch, int from, int to) {
        long[] words = batch.words();
        long seen = 0;
        int count = 0;
        for (int at = from; at < to; at = batch.next(at)) {
            long head = words[at];
            if (isRun(head)) {
                var in = ins[RouteBatch.family(head)];
                int end = count + RouteBatch.count(head);
                if (in != null) {
                    seen += tables[RouteBatch.family(head)].touch(in, ids, count, end);
                }
                count = end;
            }
        }
        for (var table : tables) {
            seen += table.touchRivals();
        }
        touched = seen;
    }

    private void take(RouteBatch batch, int from, int to) {
        long[] words = batch.words();
        int count = 0;
        int blocks = 0;
        for (int at = from; at < to; at = batch.next(at)) {
            long head = words[at];
            switch (RouteBatch.kind(head)) {
                case RouteBatch.ATTRIBUTES ->
                    attributes(blockHashes[blocks++], batch.blocks(), (int) words[at + 1], RouteBatch.count(head));
                case RouteBatch.END_OF_RIB -> endOfRib(RouteBatch.family(head));
                default -> {
                    takeRun(words, at, count);
                    count += RouteBatch.count(head);
                }
            }
        }
    }

    private void attributes(int hash, byte[] octets, int from, int length) {
        attributes.release(attribute);
        boolean fits = length <= AttributeArena.LONGEST;
        attribute = fits ? attributes.intern(hash, octets, from, length) : AttributeTable.NONE;
    }

    /**
     * @param at where its head is
     * @param first where its ids begin
     */
    private void takeRun(long[] words, int at, int first) {
        long head = words[at];
        int count = RouteBatch.count(head);
        var in = ins[RouteBatch.family(head)];
        boolean reaches = RouteBatch.kind(head) == RouteBatch.REACH;
        announced += reaches ? count : 0;
        withdrawn += reaches ? 0 : count;
        if (in == null) {
            return;
        }
        var table = tables[RouteBatch.family(head)];
        if (reaches && attribute == AttributeTable.NONE) {
            // Longer than any message of ours can carry, as the path of a peer with two-octet AS numbers may
            // become.
            peer.refused += count;
            reaches = false;
        }
        if (reaches && attributes.any(attribute, BlockFacts.OWN_AS)) {
            peer.loops += count;
        }
        if (reaches && in.isPlain()) {
            table.reach(in, ids, first, first + count, attribute);
            return;
        }
        for (int i = 0; i < count; i++) {
            int id = ids[first + i];
            int pathId = in.hasPathIds ? pathId(words, at, i) : 0;
            if (reaches) {
                table.reach(in, id, pathId, attribute);
            } else {
                table.unreach(in, id, pathId);
            }
        }
    }

    private static int pathId(long[] words, int at, int route) {
        int stride = RouteBatch.stride(words[at]);
        long last = words[at + (route + 1) * stride];
        return stride == 3 ? (int) (last >>> 32) : stride == 2 ? (int) last : 0;
    }

    private void endOfRib(int family) {
        var in = ins[family];
        if (in != null) {
            in.endOfRib = true;
            tables[family].sweepStale(in);
        }
    }

    private static boolean isRun(long head) {
        return RouteBatch.kind(head) == RouteBatch.REACH || RouteBatch.kind(head) == RouteBatch.UNREACH;
    }

    private static int length(long word) {
        return (int) word & 0xFF;
    }
}

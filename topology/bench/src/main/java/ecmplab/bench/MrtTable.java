package ecmplab.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The table of one family in an MRT file (TABLE_DUMP_V2, RFC 6396 section 4.3; also {@code .gz}), read without the code under test. Left
 * out: paths with AS_SETs or more than 200 ASes, prefixes longer than /{@value PrefixSet#LONGEST}; and of paths well-known communities
 * but BLACKHOLE, and attributes that pass an AS only unknown or not at all, since speakers differ in what they make of those.
 */
final class MrtTable {
    private static final int TABLE_DUMP_V2 = 13;
    private static final int LONGEST_RECORD = 64 << 20;
    private static final int MOST_ASNS = 200;
    private static final byte[] NONE = {};

    /** What a peer said: for each prefix the number of a path, or -1. */
    private static final class Column {
        private int[] paths = new int[1 << 16];
        private int count;

        Column() {
            Arrays.fill(paths, -1);
        }

        void set(int prefix, int path) {
            if (prefix >= paths.length) {
                int before = paths.length;
                paths = Arrays.copyOf(paths, Math.max(2 * before, prefix + 1));
                Arrays.fill(paths, before, paths.length, -1);
            }
            count += paths[prefix] < 0 ? 1 : 0;
            paths[prefix] = path;
        }
    }

    private final boolean v6;
    private long[] keys = new long[1 << 16];
    private int size;
    private final Map<Integer, Column> columns = new HashMap<>();
    private final Map<ByteBuffer, Integer> numbers = new HashMap<>();
    private final List<@Nullable TestPath> paths = new ArrayList<>();
    private long leftOut;

    private MrtTable(boolean v6) {
        this.v6 = v6;
    }

    /** @throws IOException when it cannot be read, or is no whole MRT file */
    static MrtTable read(Path file, boolean v6) throws IOException {
        var table = new MrtTable(v6);
        try (var raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                var in = new DataInputStream(
                        file.toString().endsWith(".gz")
                                ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16)
                                : raw)) {
            while (table.record(in)) {
                // to the next
            }
        } catch (EOFException | BufferUnderflowException cut) {
            throw new IOException(file + ": damaged, or cut off", cut);
        }
        table.keys = Arrays.copyOf(table.keys, table.size);
        if (Arrays.stream(table.keys).distinct().count() < table.size) {
            throw new IOException(file + ": has records of one prefix in several places");
        }
        return table;
    }

    int peers() {
        return columns.size();
    }

    int size() {
        return size;
    }

    /** Paths and prefixes that were left out. */
    long leftOut() {
        return leftOut;
    }

    PrefixSet prefixes() {
        return PrefixSet.of(v6, keys);
    }

    /** What the peer with the most paths but {@code rank} others said; its paths go on from the source's own AS. */
    Feed feed(int rank, Layout.Neighbor source, SplittableRandom random) {
        var column = columns.entrySet().stream()
                .sorted(Comparator.<Map.Entry<Integer, Column>>comparingInt(each -> -each.getValue().count)
                        .thenComparing(Map.Entry::getKey))
                .skip(rank)
                .findFirst()
                .orElseThrow()
                .getValue();
        var groupOf = new int[size];
        var groups = new HashMap<Integer, Integer>();
        var said = new ArrayList<TestPath>();
        for (int prefix = 0; prefix < size; prefix++) {
            int number = prefix < column.paths.length ? column.paths[prefix] : -1;
            var path = number < 0 ? null : paths.get(number);
            if (path == null) {
                groupOf[prefix] = -1;
                continue;
            }
            groupOf[prefix] = groups.computeIfAbsent(number, first -> {
                said.add(path.after(source.asn()));
                return said.size() - 1;
            });
        }
        var all = said.toArray(new TestPath[0]);
        return new Feed(prefixes(), new Groups(groupOf, all.length), all, source, random);
    }

    private boolean record(DataInputStream in) throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        in.skipNBytes(3);
        int type = in.readUnsignedShort();
        int subtype = in.readUnsignedShort();
        int length = in.readInt();
        if (length < 0 || length > LONGEST_RECORD) {
            throw new IOException(
                    "a record of " + Integer.toUnsignedString(length) + " octets: no MRT file, or damaged");
        }
        var body = ByteBuffer.wrap(in.readNBytes(length));
        if (body.limit() < length) {
            throw new EOFException();
        }
        int plain = v6 ? 4 : 2;
        int addPath = v6 ? 10 : 8;
        if (type == TABLE_DUMP_V2 && (subtype == plain || subtype == addPath)) {
            entry(body, subtype == addPath);
        }
        return true;
    }

    private void entry(ByteBuffer body, boolean addPath) {
        body.getInt(); // sequence
        int length = body.get() & 0xFF;
        long bits = 0;
        for (int i = 0; i < (length + 7) / 8; i++) {
            bits |= i < 8 ? (body.get() & 0xFFL) << (56 - 8 * i) : body.get() & 0L;
        }
        int count = body.getShort() & 0xFFFF;
        if (length > PrefixSet.LONGEST || length == 0) {
            leftOut += count;
            return;
        }
        long key = (bits & (-1L << (64 - length))) | length;
        // Of ADD-PATH, records of one prefix may follow each other.
        int prefix = size > 0 && keys[size - 1] == key ? size - 1 : add(key);
        for (int i = 0; i < count; i++) {
            int peer = body.getShort() & 0xFFFF;
            body.getInt(); // when
            if (addPath) {
                body.getInt();
            }
            var octets = new byte[body.getShort() & 0xFFFF];
            body.get(octets);
            int number = numbers.computeIfAbsent(ByteBuffer.wrap(octets), each -> {
                paths.add(path(octets));
                return paths.size() - 1;
            });
            if (paths.get(number) == null) {
                leftOut++;
            } else {
                columns.computeIfAbsent(peer, each -> new Column()).set(prefix, number);
            }
        }
    }

    private int add(long key) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, 2 * size);
        }
        keys[size] = key;
        return size++;
    }

    /** Null when it is left out. */
    private static @Nullable TestPath path(byte[] octets) {
        var in = ByteBuffer.wrap(octets);
        int[] asns = null;
        int origin = 0;
        var communities = new int[0];
        var others = new ArrayList<byte[]>();
        while (in.hasRemaining()) {
            int start = in.position();
            boolean extended = (in.get() & 0x10) != 0;
            int type = in.get() & 0xFF;
            var value = new byte[extended ? in.getShort() & 0xFFFF : in.get() & 0xFF];
            in.get(value);
            switch (type) {
                case 1 -> origin = value[0];
                case 2 -> asns = asns(ByteBuffer.wrap(value));
                case 8 -> communities = communities(ByteBuffer.wrap(value));
                // MULTI_EXIT_DISC, ATOMIC_AGGREGATE, AGGREGATOR, LARGE_COMMUNITY
                case 4, 6, 7, 32 -> {
                    if (!extended && value.length == (type == 4 ? 4 : type == 6 ? 0 : type == 7 ? 8 : value.length)) {
                        others.add(Arrays.copyOfRange(octets, start, in.position()));
                    }
                }
                default -> {}
            }
        }
        return asns == null ? null : new TestPath(asns, origin, communities, joined(others));
    }

    private static int @Nullable [] asns(ByteBuffer path) {
        if (!path.hasRemaining()) {
            return new int[0];
        }
        boolean sequence = path.get() == 2;
        var asns = new int[path.get() & 0xFF];
        if (!sequence || asns.length > MOST_ASNS || path.remaining() != 4 * asns.length) {
            return null;
        }
        path.asIntBuffer().get(asns);
        return asns;
    }

    private static int[] communities(ByteBuffer values) {
        var communities = new int[values.remaining() / 4];
        values.asIntBuffer().get(communities);
        return Arrays.stream(communities)
                .filter(each -> each >>> 16 != 0xFFFF || each == UserPolicy.BLACKHOLE)
                .toArray();
    }

    private static byte[] joined(List<byte[]> attributes) {
        if (attributes.isEmpty()) {
            return NONE;
        }
        attributes.sort(Comparator.comparingInt(each -> each[1] & 0xFF));
        var out = ByteBuffer.allocate(
                attributes.stream().mapToInt(each -> each.length).sum());
        attributes.forEach(out::put);
        return out.array();
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * What one session has learnt since its last batch, in the order of arrival, as columns: no object a route. The session's
 * event loop fills it from validated UPDATEs and hands it over; from then on nobody writes, and the RIB thread replays it.
 *
 * <p>An attribute block is the path attributes of one UPDATE in wire form, valid by RFC 7606, in ascending type order, flags
 * normalised, without MP_REACH_NLRI and MP_UNREACH_NLRI, AS numbers in four octets, the next hop as attribute 3 with 4, 16 or 32
 * octets whatever the family. Equal routes therefore have equal octets, which is what the RIB interns.
 */
public final class RouteBatch {
    static final int ATTRIBUTES = 0;
    static final int REACH = 1;
    static final int UNREACH = 2;
    static final int END_OF_RIB = 3;
    /** Routes of a run at most; what is beyond is another run. */
    static final int LONGEST_RUN = 256;

    private static final AddressFamily[] FAMILIES = AddressFamily.values();
    private static final int IPV4 = AddressFamily.IPV4_UNICAST.ordinal();
    private static final int NONE = -1;

    private static final byte[] NO_BLOCKS = {};
    private static final long[] NO_WORDS = {};

    /** Most octets that a batch grows by with one UPDATE without its columns having to: see {@link #isFull}. */
    private static final int ROOM = 1 << 12;

    private static final int FIRST_BLOCKS = 1 << 16;
    private static final int FIRST_WORDS = 1 << 14;
    /** Columns that batches gave back, at most 6 MB of them: a flood makes no garbage. */
    private static final Queue<Columns> SPARE = new ArrayBlockingQueue<>(32);

    private static final class Columns {
        final byte[] blocks;
        final long[] words;

        Columns(byte[] blocks, long[] words) {
            this.blocks = blocks;
            this.words = words;
        }
    }

    private byte[] blocks = NO_BLOCKS;
    private int blocksLength;
    /**
     * Entries, each with a head: kind, family and {@link #stride} in an octet each, from the lowest on, and a count in the upper half. A
     * block's octets are counted, and a word with its place follows; a run's routes are counted, and follow with as many words each as the
     * stride says.
     */
    private long[] words = NO_WORDS;

    private int wordsLength;
    private int routes;
    /** Where the head is of the run that grows, and its lower half. */
    private int run = NONE;

    private long runHead;

    /** The following {@link #reach} calls carry these attributes. Copies {@code length} octets. */
    public void attributes(byte[] octets, int from, int length) {
        reserve(2);
        words[wordsLength++] = ATTRIBUTES | (long) length << 32;
        words[wordsLength++] = blocksLength;
        run = NONE;
        if (blocksLength + length > blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(blocks.length * 2, blocksLength + length));
        }
        System.arraycopy(octets, from, blocks, blocksLength, length);
        blocksLength += length;
    }

    /** A route to the prefix with the attributes last given. Bits as in {@link ecmplab.bgp.wire.Prefix}; path id 0 without ADD-PATH (RFC 7911). */
    public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        route(REACH, family, high, low, prefixLength, pathId);
    }

    /** The route to the prefix is gone. */
    public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        route(UNREACH, family, high, low, prefixLength, pathId);
    }

    /** End-of-RIB was received for the family (RFC 4724 section 2). */
    public void endOfRib(AddressFamily family) {
        reserve(1);
        words[wordsLength++] = END_OF_RIB | (long) family.ordinal() << 8;
        run = NONE;
    }

    /** Routes and withdrawals in the batch. */
    public int routes() {
        return routes;
    }

    public boolean isEmpty() {
        return wordsLength == 0;
    }

    /** Whether the batch is to be handed over: it would grow with more. */
    public boolean isFull() {
        return !isEmpty() && (blocksLength + ROOM > blocks.length || wordsLength + ROOM / 2 > words.length);
    }

    /** Gives the batch's memory to others. Nobody may use the batch from now on. */
    public void release() {
        if (blocks.length == FIRST_BLOCKS && words.length == FIRST_WORDS) {
            SPARE.offer(new Columns(blocks, words));
        }
        blocks = NO_BLOCKS;
        words = NO_WORDS;
        blocksLength = 0;
        wordsLength = 0;
        routes = 0;
        run = NONE;
    }

    private void takeColumns() {
        var spare = SPARE.poll();
        blocks = spare == null ? new byte[FIRST_BLOCKS] : spare.blocks;
        words = spare == null ? new long[FIRST_WORDS] : spare.words;
    }

    /** Octets of memory the batch holds on to; what the bounded queue to the RIB counts. */
    public long size() {
        return blocks.length + 8L * words.length;
    }

    /** Replays the batch in order. */
    public void replay(Sink sink) {
        for (int i = 0; i < wordsLength; i = next(i)) {
            long head = words[i];
            switch (kind(head)) {
                case ATTRIBUTES -> sink.attributes(blocks, (int) words[i + 1], count(head));
                case END_OF_RIB -> sink.endOfRib(FAMILIES[family(head)]);
                default -> {
                    for (int at = i + 1; at < next(i); at += stride(head)) {
                        replay(sink, head, at);
                    }
                }
            }
        }
    }

    private void replay(Sink sink, long head, int at) {
        var family = FAMILIES[family(head)];
        boolean v6 = family(head) != IPV4;
        long high = v6 ? words[at] : highOfV4(words[at]);
        long low = v6 ? words[at + 1] : 0;
        int length = (int) words[v6 ? at + 2 : at] & 0xFF;
        int pathId = v6 ? (int) (words[at + 2] >>> 32) : stride(head) == 2 ? (int) words[at + 1] : 0;
        if (kind(head) == REACH) {
            sink.reach(family, high, low, length, pathId);
        } else {
            sink.unreach(family, high, low, length, pathId);
        }
    }

    // What follows is for the reader in this package, which looks at runs as a whole.

    /** Heads are below. */
    int end() {
        return wordsLength;
    }

    /** Of heads and routes; not to be written to. */
    long[] words() {
        return words;
    }

    /** With the blocks; not to be written to. */
    byte[] blocks() {
        return blocks;
    }

    /** Where the entry after the one at {@code at} begins. */
    int next(int at) {
        long head = words[at];
        int kind = kind(head);
        return at + (kind == ATTRIBUTES ? 2 : kind == END_OF_RIB ? 1 : 1 + count(head) * stride(head));
    }

    static int kind(long head) {
        return (int) head & 0xFF;
    }

    /** Ordinal of the family. */
    static int family(long head) {
        return (int) (head >>> 8) & 0xFF;
    }

    /**
     * Words a route: one of IPv4 (address in the upper half, length in the low octet); two with a path id, which is the second; three of
     * IPv6 (the third has the path id in the upper half, the length in the low octet).
     */
    static int stride(long head) {
        return (int) (head >>> 16) & 0xFF;
    }

    static int count(long head) {
        return (int) (head >>> 32);
    }

    /** Bits of the prefix as in {@link ecmplab.bgp.wire.Prefix}. */
    static long highOfV4(long word) {
        return word & 0xFFFF_FFFF_0000_0000L;
    }

    private void route(int kind, AddressFamily family, long high, long low, int prefixLength, int pathId) {
        boolean v6 = family.ordinal() != IPV4;
        int stride = v6 ? 3 : pathId == 0 ? 1 : 2;
        long head = kind | (long) family.ordinal() << 8 | (long) stride << 16;
        reserve(1 + stride);
        if (run == NONE || head != runHead || count(words[run]) == LONGEST_RUN) {
            run = wordsLength;
            runHead = head;
            words[wordsLength++] = head;
        }
        words[run] += 1L << 32;
        if (v6) {
            words[wordsLength++] = high;
            words[wordsLength++] = low;
            words[wordsLength++] = (long) pathId << 32 | prefixLength;
        } else {
            words[wordsLength++] = high | prefixLength;
            if (pathId != 0) {
                words[wordsLength++] = pathId;
            }
        }
        routes++;
    }

    private void reserve(int count) {
        if (wordsLength + count > words.length) {
            grow();
        }
    }

    private void grow() {
        if (words.length == 0) {
            takeColumns();
        } else {
            words = Arrays.copyOf(words, words.length * 2);
        }
    }

    /** Where a batch goes; each call concerns the attributes given last before it. */
    public interface Sink {
        /** The block is {@code length} octets of {@code octets} from {@code from}; valid during the call only. */
        void attributes(byte[] octets, int from, int length);

        void reach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        void endOfRib(AddressFamily family);
    }
}

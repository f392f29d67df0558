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
    private static final int ATTRIBUTES = 0;
    private static final int REACH = 1;
    private static final int UNREACH = 2;
    private static final int END_OF_RIB = 3;
    private static final AddressFamily[] FAMILIES = AddressFamily.values();

    private static final byte[] NO_BLOCKS = {};
    private static final long[] NO_WORDS = {};

    /** Most octets that a batch grows by with one UPDATE without its columns having to: see {@link #isFull}. */
    private static final int ROOM = 1 << 12;

    /** Words, of two or three a route, that a sink is told of before it gets them. */
    private static final int LOOK_AHEAD = 64;

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
    private long[] words = NO_WORDS;
    private int wordsLength;
    private int routes;

    /** The following {@link #reach} calls carry these attributes. Copies {@code length} octets. */
    public void attributes(byte[] octets, int from, int length) {
        add(ATTRIBUTES | (long) length << 32, blocksLength);
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
        add(END_OF_RIB | (long) family.ordinal() << 8, 0);
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
        for (int i = 0, announced = 0; i < wordsLength; ) {
            if (i >= announced) {
                announced = announce(sink, i);
            }
            long head = words[i];
            switch ((int) (head & 0xFF)) {
                case ATTRIBUTES -> {
                    sink.attributes(blocks, (int) words[i + 1], (int) (head >>> 32));
                    i += 2;
                }
                case END_OF_RIB -> {
                    sink.endOfRib(FAMILIES[(int) (head >>> 8) & 0xFF]);
                    i += 2;
                }
                default -> {
                    var family = FAMILIES[(int) (head >>> 8) & 0xFF];
                    boolean v6 = family == AddressFamily.IPV6_UNICAST;
                    long low = v6 ? words[i + 2] : 0;
                    int prefixLength = (int) (head >>> 16) & 0xFF;
                    if ((head & 0xFF) == REACH) {
                        sink.reach(family, words[i + 1], low, prefixLength, (int) (head >>> 32));
                    } else {
                        sink.unreach(family, words[i + 1], low, prefixLength, (int) (head >>> 32));
                    }
                    i += v6 ? 3 : 2;
                }
            }
        }
    }

    /** Tells the sink which routes come next, from the word on; returns the word after them. */
    private int announce(Sink sink, int from) {
        int to = Math.min(wordsLength, from + LOOK_AHEAD);
        int i = from;
        while (i < to) {
            long head = words[i];
            int kind = (int) head & 0xFF;
            boolean v6 = (head >>> 8 & 0xFF) == AddressFamily.IPV6_UNICAST.ordinal();
            if (kind == REACH || kind == UNREACH) {
                sink.soon(
                        FAMILIES[(int) (head >>> 8) & 0xFF],
                        words[i + 1],
                        v6 ? words[i + 2] : 0,
                        (int) (head >>> 16) & 0xFF);
                i += v6 ? 3 : 2;
            } else {
                i += 2;
            }
        }
        return i;
    }

    private void route(int kind, AddressFamily family, long high, long low, int prefixLength, int pathId) {
        add(kind | (long) family.ordinal() << 8 | (long) prefixLength << 16 | (long) pathId << 32, high);
        if (family == AddressFamily.IPV6_UNICAST) {
            words[wordsLength++] = low;
        }
        routes++;
    }

    private void add(long head, long word) {
        if (wordsLength + 3 > words.length) {
            grow();
        }
        words[wordsLength++] = head;
        words[wordsLength++] = word;
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

        /** A route or withdrawal of the prefix is among the next: what it needs can be fetched already. Changes nothing. */
        default void soon(AddressFamily family, long high, long low, int prefixLength) {}
    }
}

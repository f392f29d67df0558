package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Set;

/**
 * Writes UPDATE messages (RFC 4271 section 4.3, RFC 4760) from an attribute block and prefixes, as many prefixes a message as fit:
 *
 * <pre>{@code
 * if (encoder.announce(out, family, block, 0, block.length) == Fit.FITS) {
 *     for (...) encoder.prefix(high, low, length);
 *     encoder.finish();
 * }
 * }</pre>
 *
 * Blocks are as {@link ecmplab.bgp.rib.RouteBatch} describes them. IPv4 routes with an IPv4 next hop go into the NLRI field, all
 * others into MP_REACH_NLRI. Towards a peer with two-octet AS numbers, AS_TRANS, AS4_PATH and AS4_AGGREGATOR stand in (RFC 6793
 * section 4.2.2). Holds scratch memory; for one thread.
 */
public final class UpdateEncoder {
    /** Longest message without RFC 8654. */
    public static final int STANDARD_MESSAGE = 4096;
    /** Longest message with RFC 8654. */
    public static final int EXTENDED_MESSAGE = 65535;

    /** Whether attributes leave room for a prefix. */
    public enum Fit {
        FITS,
        /** No message can carry them (RFC 4271 section 9.2): nothing was written, and the routes are to be withdrawn. */
        TOO_LARGE
    }

    private static final int HEADER = 19;
    /** Where a message has its length, behind the marker. */
    private static final int LENGTH = 16;

    private static final byte TYPE_UPDATE = 2;
    /** Where the one attribute with prefixes begins. */
    private static final int MULTIPROTOCOL = HEADER + 4;
    /** More than prefixes are written over the end of a message. */
    private static final int WORDS = 32;

    /** Length octet and address of a host prefix. */
    private static final int LONGEST_V4 = 5;

    private static final int LONGEST_V6 = 17;

    private enum Form {
        NONE,
        NLRI,
        MP_REACH,
        WITHDRAWN,
        MP_UNREACH
    }

    private final int maxMessageSize;

    private final Set<AddressFamily> addPath;
    private final MessageAttributes attributes;

    private ByteBuf out;
    private Form form = Form.NONE;
    private AddressFamily family = AddressFamily.IPV4_UNICAST;
    /** The message being written, which goes to {@link #out} as a whole; with room for words of which not all octets count. */
    private final byte[] message;

    private boolean isOpen;
    /** Octets of it so far, and how many there may be before attributes follow that come last. */
    private int end;

    private int limit;
    /** Octets of a path identifier in front of each prefix of that message. */
    private int idSize;

    public UpdateEncoder(UpdateOptions options) {
        maxMessageSize = options.maxMessageSize();
        addPath = options.addPath();
        attributes = new MessageAttributes(options.fourOctetAs());
        message = new byte[maxMessageSize + WORDS];
        Arrays.fill(message, 0, LENGTH, (byte) -1);
        message[LENGTH + 2] = TYPE_UPDATE;
        out = Unpooled.EMPTY_BUFFER;
    }

    /**
     * Without add-path.
     *
     * @param maxMessageSize octets of the longest message, {@value #STANDARD_MESSAGE} or {@value #EXTENDED_MESSAGE}
     * @param fourOctetAs whether the peers have four-octet AS numbers
     */
    public UpdateEncoder(int maxMessageSize, boolean fourOctetAs) {
        this(UpdateOptions.of(true, fourOctetAs, Set.of()).withMaxMessageSize(maxMessageSize));
    }

    /** The following {@link #prefix} calls announce, appending to {@code out}, until {@link #finish}; the block must not change until then. */
    public Fit announce(ByteBuf out, AddressFamily family, byte[] block, int from, int length) {
        assert form == Form.NONE : "finish() first";
        attributes.split(block, from, length, family);
        boolean classic = attributes.hasNextHop();
        int longest = (family == AddressFamily.IPV4_UNICAST ? LONGEST_V4 : LONGEST_V6) + idSize(family);
        int overhead = HEADER + 4 + (classic ? 0 : 9 + attributes.nextHopLength());
        if (overhead + attributes.length() + longest > maxMessageSize) {
            return Fit.TOO_LARGE;
        }
        begin(out, family, classic ? Form.NLRI : Form.MP_REACH);
        return Fit.FITS;
    }

    /** The following {@link #prefix} calls withdraw, appending to {@code out}, until {@link #finish}. */
    public void withdraw(ByteBuf out, AddressFamily family) {
        assert form == Form.NONE : "finish() first";
        begin(out, family, family == AddressFamily.IPV4_UNICAST ? Form.WITHDRAWN : Form.MP_UNREACH);
    }

    /** One more prefix, with path identifier 0 if the family has them. */
    public void prefix(long high, long low, int prefixLength) {
        prefix(high, low, prefixLength, 0);
    }

    /**
     * One more prefix; bits as in {@link ecmplab.bgp.wire.Prefix}.
     *
     * @param pathId not written without add-path for the family
     */
    public void prefix(long high, long low, int prefixLength, int pathId) {
        int octets = (prefixLength + 7) >>> 3;
        if (isOpen && end + idSize + 1 + octets > limit) {
            closeMessage();
        }
        if (!isOpen) {
            openMessage();
        }
        if (idSize > 0) {
            BigEndian.putInt32(message, end, pathId);
            end += idSize;
        }
        // Whole words, of which only what the prefix needs counts.
        BigEndian.putInt64(message, end, (long) prefixLength << 56 | high >>> 8);
        if (octets > 7) {
            BigEndian.putInt64(message, end + 8, high << 56 | low >>> 8);
            message[end + 16] = (byte) low;
        }
        end += 1 + octets;
    }

    /** Completes what {@link #announce} or {@link #withdraw} began; without a prefix nothing is written. */
    public void finish() {
        assert form != Form.NONE : "nothing was begun";
        if (isOpen) {
            closeMessage();
        }
        form = Form.NONE;
        out = Unpooled.EMPTY_BUFFER;
    }

    /** End-of-RIB for the family (RFC 4724 section 2). */
    public void endOfRib(ByteBuf out, AddressFamily family) {
        withdraw(out, family);
        openMessage();
        finish();
    }

    private void begin(ByteBuf target, AddressFamily routes, Form next) {
        out = target;
        family = routes;
        idSize = idSize(routes);
        form = next;
        isOpen = false;
    }

    private int idSize(AddressFamily routes) {
        return addPath.contains(routes) ? 4 : 0;
    }

    private void openMessage() {
        isOpen = true;
        limit = maxMessageSize;
        end = HEADER + 4;
        BigEndian.putInt32(message, HEADER, 0);
        switch (form) {
            case NLRI -> {
                BigEndian.putInt16(message, HEADER + 2, attributes.length());
                putAttributes();
            }
            case MP_REACH -> {
                openMultiprotocol(AttributeType.MP_REACH_NLRI);
                int size = attributes.nextHopLength();
                message[end] = (byte) size;
                System.arraycopy(attributes.nextHop(), 0, message, end + 1, size);
                message[end + 1 + size] = 0;
                end += 2 + size;
                limit -= attributes.length();
            }
            case WITHDRAWN -> {
                end = HEADER + 2;
                limit -= 2;
            }
            case MP_UNREACH -> openMultiprotocol(AttributeType.MP_UNREACH_NLRI);
            case NONE -> throw new IllegalStateException("nothing was begun");
        }
    }

    private void openMultiprotocol(int type) {
        message[MULTIPROTOCOL] = (byte) (AttributeType.OPTIONAL | AttributeType.EXTENDED_LENGTH);
        message[MULTIPROTOCOL + 1] = (byte) type;
        BigEndian.putInt16(message, MULTIPROTOCOL + 4, family.afi());
        message[MULTIPROTOCOL + 6] = (byte) family.safi();
        end = MULTIPROTOCOL + 7;
    }

    private void putAttributes() {
        System.arraycopy(attributes.octets(), attributes.from(), message, end, attributes.length());
        end += attributes.length();
    }

    private void closeMessage() {
        switch (form) {
            case NLRI -> {}
            case MP_REACH, MP_UNREACH -> {
                BigEndian.putInt16(message, MULTIPROTOCOL + 2, end - (MULTIPROTOCOL + 4));
                if (form == Form.MP_REACH) {
                    putAttributes();
                }
                BigEndian.putInt16(message, HEADER + 2, end - MULTIPROTOCOL);
            }
            case WITHDRAWN -> {
                BigEndian.putInt16(message, HEADER, end - (HEADER + 2));
                BigEndian.putInt16(message, end, 0);
                end += 2;
            }
            case NONE -> throw new IllegalStateException("nothing was begun");
        }
        BigEndian.putInt16(message, LENGTH, end);
        out.writeBytes(message, 0, end);
        isOpen = false;
    }
}

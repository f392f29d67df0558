package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.AddressFamily;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
    private static final int TYPE_UPDATE = 2;
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
    /** Where the message being written begins in {@link #out}; -1 between messages. */
    private int start = -1;
    /** Where the list of prefixes of that message begins. */
    private int listStart;

    private int limit;
    /** Octets of a path identifier in front of each prefix of that message. */
    private int idSize;

    public UpdateEncoder(UpdateOptions options) {
        maxMessageSize = options.maxMessageSize();
        addPath = options.addPath();
        attributes = new MessageAttributes(options.fourOctetAs());
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
        if (start >= 0 && out.writerIndex() + idSize + 1 + octets > limit) {
            closeMessage();
        }
        if (start < 0) {
            openMessage();
        }
        if (idSize > 0) {
            out.writeInt(pathId);
        }
        // Whole words, of which only what the prefix needs counts: one check of bounds instead of one an octet.
        int at = out.ensureWritable(1 + 16 + 1).writerIndex();
        out.setLong(at, (long) prefixLength << 56 | high >>> 8);
        if (octets > 7) {
            out.setLong(at + 8, high << 56 | low >>> 8);
            out.setByte(at + 16, (int) low);
        }
        out.writerIndex(at + 1 + octets);
    }

    /** Completes what {@link #announce} or {@link #withdraw} began; without a prefix nothing is written. */
    public void finish() {
        assert form != Form.NONE : "nothing was begun";
        if (start >= 0) {
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
        start = -1;
    }

    private int idSize(AddressFamily routes) {
        return addPath.contains(routes) ? 4 : 0;
    }

    private void openMessage() {
        start = out.writerIndex();
        out.writeLong(-1).writeLong(-1).writeShort(0).writeByte(TYPE_UPDATE);
        limit = start + maxMessageSize;
        switch (form) {
            case NLRI ->
                out.writeShort(0)
                        .writeShort(attributes.length())
                        .writeBytes(attributes.octets(), attributes.from(), attributes.length());
            case MP_REACH -> {
                openMultiprotocol(AttributeType.MP_REACH_NLRI);
                out.writeByte(attributes.nextHopLength())
                        .writeBytes(attributes.nextHop(), 0, attributes.nextHopLength())
                        .writeByte(0);
                limit -= attributes.length();
            }
            case WITHDRAWN -> {
                out.writeShort(0);
                limit -= 2;
            }
            case MP_UNREACH -> openMultiprotocol(AttributeType.MP_UNREACH_NLRI);
            case NONE -> throw new IllegalStateException("nothing was begun");
        }
        listStart = out.writerIndex();
    }

    private void openMultiprotocol(int type) {
        out.writeShort(0).writeShort(0);
        out.writeByte(AttributeType.OPTIONAL | AttributeType.EXTENDED_LENGTH)
                .writeByte(type)
                .writeShort(0);
        out.writeShort(family.afi()).writeByte(family.safi());
    }

    private void closeMessage() {
        int end = out.writerIndex();
        int body = start + HEADER;
        switch (form) {
            case NLRI -> {}
            case MP_REACH, MP_UNREACH -> {
                out.setShort(body + 6, end - (body + 8));
                if (form == Form.MP_REACH) {
                    out.writeBytes(attributes.octets(), attributes.from(), attributes.length());
                }
                out.setShort(body + 2, out.writerIndex() - (body + 4));
            }
            case WITHDRAWN -> {
                out.setShort(body, end - listStart);
                out.writeShort(0);
            }
            case NONE -> throw new IllegalStateException("nothing was begun");
        }
        out.setShort(start + 16, out.writerIndex() - start);
        start = -1;
    }
}

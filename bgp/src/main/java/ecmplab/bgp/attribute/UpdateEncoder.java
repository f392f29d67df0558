package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.AddressFamily;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

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
    private static final int TRANS = 23_456;
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
    private final boolean fourOctetAs;

    private byte[] attributes = new byte[512];
    private int attributesLength;
    private final byte[] nextHop = new byte[32];
    private int nextHopLength;

    private ByteBuf out;
    private Form form = Form.NONE;
    private AddressFamily family = AddressFamily.IPV4_UNICAST;
    /** Where the message being written begins in {@link #out}; -1 between messages. */
    private int start = -1;
    /** Where the list of prefixes of that message begins. */
    private int listStart;

    private int limit;

    /**
     * @param maxMessageSize octets of the longest message, {@value #STANDARD_MESSAGE} or {@value #EXTENDED_MESSAGE}
     * @param fourOctetAs whether the peers have four-octet AS numbers
     */
    public UpdateEncoder(int maxMessageSize, boolean fourOctetAs) {
        if (maxMessageSize < STANDARD_MESSAGE || maxMessageSize > EXTENDED_MESSAGE) {
            throw new IllegalArgumentException("message size " + maxMessageSize + ": must be 4096 to 65535");
        }
        this.maxMessageSize = maxMessageSize;
        this.fourOctetAs = fourOctetAs;
        this.out = Unpooled.EMPTY_BUFFER;
    }

    /** The following {@link #prefix} calls announce, appending to {@code out}, until {@link #finish}. */
    public Fit announce(ByteBuf out, AddressFamily family, byte[] block, int from, int length) {
        assert form == Form.NONE : "finish() first";
        prepare(block, from, length, family);
        boolean classic = family == AddressFamily.IPV4_UNICAST && nextHopLength == 4;
        int longest = family == AddressFamily.IPV4_UNICAST ? LONGEST_V4 : LONGEST_V6;
        int overhead = HEADER + 4 + (classic ? 0 : 9 + nextHopLength);
        if (overhead + attributesLength + longest > maxMessageSize) {
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

    /** One more prefix; bits as in {@link ecmplab.bgp.wire.Prefix}. */
    public void prefix(long high, long low, int prefixLength) {
        int octets = (prefixLength + 7) >>> 3;
        if (start >= 0 && out.writerIndex() + 1 + octets > limit) {
            closeMessage();
        }
        if (start < 0) {
            openMessage();
        }
        out.writeByte(prefixLength);
        int left = octets;
        for (int shift = 56; left > 0 && shift >= 0; shift -= 8, left--) {
            out.writeByte((int) (high >>> shift));
        }
        for (int shift = 56; left > 0; shift -= 8, left--) {
            out.writeByte((int) (low >>> shift));
        }
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
        form = next;
        start = -1;
    }

    private void openMessage() {
        start = out.writerIndex();
        out.writeLong(-1).writeLong(-1).writeShort(0).writeByte(TYPE_UPDATE);
        limit = start + maxMessageSize;
        switch (form) {
            case NLRI -> out.writeShort(0).writeShort(attributesLength).writeBytes(attributes, 0, attributesLength);
            case MP_REACH -> {
                openMultiprotocol(AttributeType.MP_REACH_NLRI);
                out.writeByte(nextHopLength)
                        .writeBytes(nextHop, 0, nextHopLength)
                        .writeByte(0);
                limit -= attributesLength;
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
                    out.writeBytes(attributes, 0, attributesLength);
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

    /** Splits the block into the next hop and what every message repeats. */
    private void prepare(byte[] block, int from, int length, AddressFamily routes) {
        attributesLength = 0;
        nextHopLength = 0;
        int to = from + length;
        int pathAt = -1;
        int aggregatorAt = -1;
        for (int at = from; at < to; ) {
            int type = block[at + 1] & 0xFF;
            int header = headerLength(block, at);
            int size = header == 4 ? (block[at + 2] & 0xFF) << 8 | (block[at + 3] & 0xFF) : block[at + 2] & 0xFF;
            if (!fourOctetAs && type > AttributeType.AS4_AGGREGATOR) {
                addWide(block, pathAt, aggregatorAt);
                pathAt = aggregatorAt = -1;
            }
            if (type == AttributeType.NEXT_HOP) {
                System.arraycopy(block, at + header, nextHop, 0, size);
                nextHopLength = size;
            }
            if (type == AttributeType.NEXT_HOP && !(routes == AddressFamily.IPV4_UNICAST && size == 4)) {
                at += header + size;
                continue;
            }
            if (!fourOctetAs && type == AttributeType.AS_PATH) {
                pathAt = addNarrowPath(block, at + header, size) ? at : -1;
            } else if (!fourOctetAs && type == AttributeType.AGGREGATOR) {
                int asn = intAt(block, at + header);
                aggregatorAt = asn >>> 16 != 0 ? at : -1;
                addHeader(block[at] & 0xFF, type, 6);
                addShort(asn >>> 16 != 0 ? TRANS : asn);
                add(block, at + header + 4, 4);
            } else {
                add(block, at, header + size);
            }
            at += header + size;
        }
        if (!fourOctetAs) {
            addWide(block, pathAt, aggregatorAt);
        }
    }

    /** AS_PATH in two octets a number. Returns whether a number did not fit. */
    private boolean addNarrowPath(byte[] block, int value, int size) {
        int asns = 0;
        int segments = 0;
        for (int at = value; at < value + size; at += 2 + 4 * (block[at + 1] & 0xFF)) {
            asns += block[at + 1] & 0xFF;
            segments++;
        }
        addHeader(AttributeType.TRANSITIVE, AttributeType.AS_PATH, 2 * segments + 2 * asns);
        boolean wide = false;
        for (int at = value; at < value + size; ) {
            int count = block[at + 1] & 0xFF;
            add(block, at, 2);
            at += 2;
            for (int i = 0; i < count; i++, at += 4) {
                int asn = intAt(block, at);
                wide |= asn >>> 16 != 0;
                addShort(asn >>> 16 != 0 ? TRANS : asn);
            }
        }
        return wide;
    }

    /** AS4_PATH, without confederation segments, and AS4_AGGREGATOR, where needed. */
    private void addWide(byte[] block, int pathAt, int aggregatorAt) {
        int flags = AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
        if (pathAt >= 0) {
            int header = headerLength(block, pathAt);
            int size = header == 4
                    ? (block[pathAt + 2] & 0xFF) << 8 | (block[pathAt + 3] & 0xFF)
                    : block[pathAt + 2] & 0xFF;
            int value = pathAt + header;
            int kept = 0;
            for (int at = value; at < value + size; at += 2 + 4 * (block[at + 1] & 0xFF)) {
                kept += isConfederation(block[at]) ? 0 : 2 + 4 * (block[at + 1] & 0xFF);
            }
            addHeader(flags, AttributeType.AS4_PATH, kept);
            for (int at = value; at < value + size; at += 2 + 4 * (block[at + 1] & 0xFF)) {
                if (!isConfederation(block[at])) {
                    add(block, at, 2 + 4 * (block[at + 1] & 0xFF));
                }
            }
        }
        if (aggregatorAt >= 0) {
            addHeader(flags, AttributeType.AS4_AGGREGATOR, 8);
            add(block, aggregatorAt + headerLength(block, aggregatorAt), 8);
        }
    }

    private static boolean isConfederation(byte segmentType) {
        return segmentType == AsPath.SegmentType.CONFED_SEQUENCE.code()
                || segmentType == AsPath.SegmentType.CONFED_SET.code();
    }

    private static int headerLength(byte[] block, int at) {
        return (block[at] & AttributeType.EXTENDED_LENGTH) != 0 ? 4 : 3;
    }

    private static int intAt(byte[] octets, int at) {
        return octets[at] << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }

    private void addHeader(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        int bit = AttributeType.EXTENDED_LENGTH;
        attributes[attributesLength++] = (byte) (extended ? flags | bit : flags & ~bit);
        attributes[attributesLength++] = (byte) type;
        if (extended) {
            attributes[attributesLength++] = (byte) (size >>> 8);
        }
        attributes[attributesLength++] = (byte) size;
    }

    private void addShort(int value) {
        reserve(2);
        attributes[attributesLength++] = (byte) (value >>> 8);
        attributes[attributesLength++] = (byte) value;
    }

    private void add(byte[] octets, int from, int count) {
        reserve(count);
        System.arraycopy(octets, from, attributes, attributesLength, count);
        attributesLength += count;
    }

    private void reserve(int count) {
        if (attributesLength + count > attributes.length) {
            attributes = Arrays.copyOf(attributes, Math.max(2 * attributes.length, attributesLength + count));
        }
    }
}

package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import java.util.Arrays;

/**
 * An attribute block as the messages to a peer have it: the next hop apart where MP_REACH_NLRI carries it, and towards a peer with
 * two-octet AS numbers with AS_TRANS, AS4_PATH and AS4_AGGREGATOR (RFC 6793 section 4.2.2). Scratch memory for one thread.
 */
final class MessageAttributes {
    private final boolean fourOctetAs;
    private byte[] scratch = new byte[512];
    /** What messages have: in the scratch memory, or in the block given where nothing is other than there. */
    private byte[] octets = scratch;

    private int from;
    private int length;
    private final byte[] nextHop = new byte[32];
    private int nextHopLength;
    private boolean classic;

    MessageAttributes(boolean fourOctetAs) {
        this.fourOctetAs = fourOctetAs;
    }

    /** Splits the block, which must not change meanwhile, into the next hop and what every message repeats. */
    void split(byte[] block, int start, int size, AddressFamily routes) {
        length = 0;
        nextHopLength = 0;
        classic = false;
        if (fourOctetAs && routes == AddressFamily.IPV4_UNICAST && hasNextHopOfV4(block, start, size)) {
            classic = true;
            octets = block;
            from = start;
            length = size;
            return;
        }
        int to = start + size;
        int pathAt = -1;
        int aggregatorAt = -1;
        for (int at = start; at < to; ) {
            int type = block[at + 1] & 0xFF;
            int header = headerLength(block, at);
            int count = header == 4 ? BigEndian.uint16(block, at + 2) : block[at + 2] & 0xFF;
            if (!fourOctetAs && type > AttributeType.AS4_AGGREGATOR) {
                addWide(block, pathAt, aggregatorAt);
                pathAt = aggregatorAt = -1;
            }
            if (type == AttributeType.NEXT_HOP) {
                System.arraycopy(block, at + header, nextHop, 0, count);
                nextHopLength = count;
            }
            classic |= type == AttributeType.NEXT_HOP && count == 4 && routes == AddressFamily.IPV4_UNICAST;
            if (type == AttributeType.NEXT_HOP && !classic) {
                at += header + count;
                continue;
            }
            if (!fourOctetAs && type == AttributeType.AS_PATH) {
                pathAt = addNarrowPath(block, at + header, count) ? at : -1;
            } else if (!fourOctetAs && type == AttributeType.AGGREGATOR) {
                int asn = BigEndian.int32(block, at + header);
                aggregatorAt = asn >>> 16 != 0 ? at : -1;
                addHeader(block[at] & 0xFF, type, 6);
                addShort(asn >>> 16 != 0 ? AttributeType.AS_TRANS : asn);
                add(block, at + header + 4, 4);
            } else {
                add(block, at, header + count);
            }
            at += header + count;
        }
        if (!fourOctetAs) {
            addWide(block, pathAt, aggregatorAt);
        }
        octets = scratch;
        from = 0;
    }

    private static boolean hasNextHopOfV4(byte[] block, int start, int size) {
        for (int at = start; at < start + size && (block[at + 1] & 0xFF) <= AttributeType.NEXT_HOP; ) {
            int header = headerLength(block, at);
            int count = header == 4 ? BigEndian.uint16(block, at + 2) : block[at + 2] & 0xFF;
            if (block[at + 1] == AttributeType.NEXT_HOP) {
                return count == 4;
            }
            at += header + count;
        }
        return false;
    }

    /** Whether the next hop is among the attributes; otherwise it is for MP_REACH_NLRI. */
    boolean hasNextHop() {
        return classic;
    }

    /** With the attributes from {@link #from} on. */
    byte[] octets() {
        return octets;
    }

    int from() {
        return from;
    }

    int length() {
        return length;
    }

    byte[] nextHop() {
        return nextHop;
    }

    int nextHopLength() {
        return nextHopLength;
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
                int asn = BigEndian.int32(block, at);
                wide |= asn >>> 16 != 0;
                addShort(asn >>> 16 != 0 ? AttributeType.AS_TRANS : asn);
            }
        }
        return wide;
    }

    /** AS4_PATH, without confederation segments, and AS4_AGGREGATOR, where needed. */
    private void addWide(byte[] block, int pathAt, int aggregatorAt) {
        int flags = AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
        if (pathAt >= 0) {
            int header = headerLength(block, pathAt);
            int size = header == 4 ? BigEndian.uint16(block, pathAt + 2) : block[pathAt + 2] & 0xFF;
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

    private void addHeader(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        int bit = AttributeType.EXTENDED_LENGTH;
        scratch[length++] = (byte) (extended ? flags | bit : flags & ~bit);
        scratch[length++] = (byte) type;
        if (extended) {
            scratch[length++] = (byte) (size >>> 8);
        }
        scratch[length++] = (byte) size;
    }

    private void addShort(int value) {
        reserve(2);
        scratch[length++] = (byte) (value >>> 8);
        scratch[length++] = (byte) value;
    }

    private void add(byte[] from, int at, int count) {
        reserve(count);
        System.arraycopy(from, at, scratch, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > scratch.length) {
            scratch = Arrays.copyOf(scratch, Math.max(2 * scratch.length, length + count));
        }
    }
}

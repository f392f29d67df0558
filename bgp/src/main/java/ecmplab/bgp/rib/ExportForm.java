package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.wire.Asn;
import java.util.Arrays;

/**
 * Rewrites attribute blocks as a kind of peer must see them (RFC 4271 sections 5.1.2 to 5.1.5). To another AS: our AS in front of the
 * path, ourselves as next hop, without LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST and another AS's MED. Within our AS: with LOCAL_PREF; the
 * next hop stays as it was learnt. Writes into memory of its own that lasts until the next call.
 */
final class ExportForm {
    private static final int AS_SEQUENCE = 2;
    private static final int LONGEST_SEGMENT = 255;
    private static final int TRANSITIVE = 0x40;
    private static final int EXTENDED_LENGTH = 0x10;

    private final PeerKind to;
    private final int localAs;
    private final byte[] self;
    private byte[] octets = new byte[256];
    private int length;

    /** @param self our own address as next hop, or no octets when there is none */
    ExportForm(PeerKind to, Asn localAs, byte[] self) {
        this.to = to;
        this.localAs = localAs.bits();
        this.self = self;
    }

    byte[] octets() {
        return octets;
    }

    int length() {
        return length;
    }

    /** @param localPref the path's local preference, whether its block says so or not */
    void rewrite(byte[] block, int from, int size, boolean isLocal, int localPref) {
        length = 0;
        boolean external = to == PeerKind.EBGP;
        boolean nextHopDue = external || isLocal;
        boolean localPrefDue = !external;
        for (int at = from; at < from + size; ) {
            int type = block[at + 1] & 0xFF;
            boolean extended = (block[at] & EXTENDED_LENGTH) != 0;
            int header = extended ? 4 : 3;
            int value = extended ? (block[at + 2] & 0xFF) << 8 | (block[at + 3] & 0xFF) : block[at + 2] & 0xFF;
            if (nextHopDue && type >= AttributeType.NEXT_HOP) {
                attribute(AttributeType.NEXT_HOP, self);
                nextHopDue = false;
            }
            if (localPrefDue && type >= AttributeType.LOCAL_PREF) {
                attribute(AttributeType.LOCAL_PREF, localPref);
                localPrefDue = false;
            }
            switch (type) {
                case AttributeType.AS_PATH -> {
                    if (external) {
                        prepend(block, at + header, value);
                    } else {
                        copy(block, at, header + value);
                    }
                }
                case AttributeType.NEXT_HOP -> {
                    if (!external && !isLocal) {
                        copy(block, at, header + value);
                    }
                }
                case AttributeType.LOCAL_PREF -> {}
                case AttributeType.MULTI_EXIT_DISC -> {
                    if (!external || isLocal) {
                        copy(block, at, header + value);
                    }
                }
                case AttributeType.ORIGINATOR_ID, AttributeType.CLUSTER_LIST -> {
                    if (!external) {
                        copy(block, at, header + value);
                    }
                }
                default -> copy(block, at, header + value);
            }
            at += header + value;
        }
        if (nextHopDue) {
            attribute(AttributeType.NEXT_HOP, self);
        }
        if (localPrefDue) {
            attribute(AttributeType.LOCAL_PREF, localPref);
        }
    }

    /** Our AS in front; a full first segment gets a new one before it. */
    private void prepend(byte[] block, int at, int size) {
        boolean extend = size > 0 && block[at] == AS_SEQUENCE && (block[at + 1] & 0xFF) < LONGEST_SEGMENT;
        int total = size + (extend ? 4 : 6);
        reserve(4 + total);
        octets[length++] = (byte) (total > 255 ? TRANSITIVE | EXTENDED_LENGTH : TRANSITIVE);
        octets[length++] = AttributeType.AS_PATH;
        if (total > 255) {
            octets[length++] = (byte) (total >>> 8);
        }
        octets[length++] = (byte) total;
        octets[length++] = AS_SEQUENCE;
        octets[length++] = (byte) (extend ? (block[at + 1] & 0xFF) + 1 : 1);
        word(localAs);
        int skip = extend ? 2 : 0;
        copy(block, at + skip, size - skip);
    }

    private void attribute(int type, byte[] value) {
        reserve(3 + value.length);
        octets[length++] = TRANSITIVE;
        octets[length++] = (byte) type;
        octets[length++] = (byte) value.length;
        copy(value, 0, value.length);
    }

    private void attribute(int type, int value) {
        reserve(7);
        octets[length++] = TRANSITIVE;
        octets[length++] = (byte) type;
        octets[length++] = 4;
        word(value);
    }

    private void word(int value) {
        reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            octets[length++] = (byte) (value >>> shift);
        }
    }

    private void copy(byte[] from, int at, int count) {
        reserve(count);
        System.arraycopy(from, at, octets, length, count);
        length += count;
    }

    private void reserve(int count) {
        if (length + count > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + count));
        }
    }
}

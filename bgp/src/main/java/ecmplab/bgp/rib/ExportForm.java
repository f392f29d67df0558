package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites attribute blocks as a kind of peer must see them (RFC 4271 sections 5.1.2 to 5.1.5). To another AS: our AS in front of the
 * path, without LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST and another AS's MED, with ONLY_TO_CUSTOMER where its role wants it (RFC 9234
 * section 5). Within our AS: with LOCAL_PREF, and with ORIGINATOR_ID and CLUSTER_LIST when reflected (RFC 4456 section 8). Writes into
 * memory of its own that lasts until the next call.
 */
final class ExportForm {
    private static final int AS_SEQUENCE = 2;
    private static final int LONGEST_SEGMENT = 255;
    private static final int OPTIONAL = 0x80;
    private static final int TRANSITIVE = 0x40;
    private static final int EXTENDED_LENGTH = 0x10;
    /** In the type of an extended community: it stays within an AS (RFC 4360 section 6). */
    private static final int NON_TRANSITIVE = 0x40;

    private final boolean external;
    private final int localAs;
    private final int clusterId;
    private final byte[] self;
    private final boolean otcDue;
    private byte[] octets = new byte[256];
    private int length;

    /** Types of attributes that are still to be put in, a bit each; none is above 63. */
    private long due;

    private int localPref;
    private int originator;

    /**
     * @param self our own address as next hop, or no octets when there is none
     * @param role what we are to the peers; null when nothing was agreed
     */
    ExportForm(PeerKind to, Asn localAs, RouterId clusterId, byte[] self, @Nullable Role role) {
        external = to == PeerKind.EBGP;
        this.localAs = localAs.bits();
        this.clusterId = clusterId.bits();
        this.self = self;
        otcDue = external && (role == Role.PROVIDER || role == Role.PEER || role == Role.ROUTE_SERVER);
    }

    byte[] octets() {
        return octets;
    }

    int length() {
        return length;
    }

    /**
     * @param origin how it is to be sent, see {@link AdjRibOut#origin}
     * @param source whom the route came from
     * @param preference the path's local preference, whether its block says so or not
     */
    void rewrite(byte[] block, int from, int size, int origin, PeerIdentity source, int preference) {
        length = 0;
        localPref = preference;
        originator = source.routerId().bits();
        boolean reflected = !external && source.kind() == PeerKind.IBGP;
        boolean isSelf = (origin & AdjRibOut.SELF) != 0;
        due = (isSelf ? 1L << AttributeType.NEXT_HOP : 0)
                | (external ? 0 : 1L << AttributeType.LOCAL_PREF)
                | (reflected ? 1L << AttributeType.ORIGINATOR_ID | 1L << AttributeType.CLUSTER_LIST : 0)
                | (otcDue ? 1L << BlockFacts.OTC_TYPE : 0);
        for (int at = from; at < from + size; ) {
            int type = block[at + 1] & 0xFF;
            int value = BlockFacts.value(block, at);
            int valueLength = BlockFacts.valueLength(block, at);
            int end = value + valueLength;
            if (due != 0) {
                putDue(Math.min(type, Long.SIZE));
            }
            switch (type) {
                case AttributeType.AS_PATH -> {
                    if (external) {
                        prepend(block, value, valueLength);
                    } else {
                        copy(block, at, end - at);
                    }
                }
                case AttributeType.NEXT_HOP -> {
                    if (!isSelf) {
                        copy(block, at, end - at);
                    }
                }
                case AttributeType.LOCAL_PREF -> {}
                case AttributeType.MULTI_EXIT_DISC -> {
                    if (!external || (origin & AdjRibOut.KEEPS_MED) != 0) {
                        copy(block, at, end - at);
                    }
                }
                case AttributeType.ORIGINATOR_ID -> {
                    if (!external) {
                        copy(block, at, end - at);
                        due &= ~(1L << AttributeType.ORIGINATOR_ID);
                    }
                }
                case AttributeType.CLUSTER_LIST -> {
                    if (!external) {
                        cluster(reflected, block, value, valueLength);
                    }
                }
                case AttributeType.AIGP -> {
                    // RFC 7311 section 3.1: not to another AS, unless somebody asks for it.
                    if (!external) {
                        copy(block, at, end - at);
                    }
                }
                case AttributeType.EXTENDED_COMMUNITIES -> {
                    if (external && (origin & AdjRibOut.KEEPS_COMMUNITIES) == 0) {
                        transitive(block, at, value, end);
                    } else {
                        copy(block, at, end - at);
                    }
                }
                case BlockFacts.OTC_TYPE -> {
                    copy(block, at, end - at);
                    due &= ~(1L << BlockFacts.OTC_TYPE);
                }
                default -> copy(block, at, end - at);
            }
            at = end;
        }
        putDue(Long.SIZE);
    }

    /** Puts in what is due before an attribute of that type; those due that stand in for one of that type are put in too. */
    private void putDue(int type) {
        long before = type == Long.SIZE ? -1L : (1L << type) - 1;
        long now = due & before;
        if (type == AttributeType.NEXT_HOP || type == AttributeType.LOCAL_PREF) {
            now |= due & 1L << type;
        }
        due &= ~now;
        for (; now != 0; now &= now - 1) {
            int next = Long.numberOfTrailingZeros(now);
            switch (next) {
                case AttributeType.NEXT_HOP -> {
                    header(TRANSITIVE, next, self.length);
                    copy(self, 0, self.length);
                }
                case AttributeType.LOCAL_PREF -> {
                    header(TRANSITIVE, next, 4);
                    word(localPref);
                }
                case AttributeType.ORIGINATOR_ID -> {
                    header(OPTIONAL, next, 4);
                    word(originator);
                }
                case AttributeType.CLUSTER_LIST -> {
                    header(OPTIONAL, next, 4);
                    word(clusterId);
                }
                default -> {
                    header(OPTIONAL | TRANSITIVE, next, 4);
                    word(localAs);
                }
            }
        }
    }

    /** CLUSTER_LIST, with our own in front when we reflect. */
    private void cluster(boolean reflected, byte[] block, int value, int size) {
        due &= ~(1L << AttributeType.CLUSTER_LIST);
        header(OPTIONAL, AttributeType.CLUSTER_LIST, size + (reflected ? 4 : 0));
        if (reflected) {
            word(clusterId);
        }
        copy(block, value, size);
    }

    /** The extended communities that may leave an AS. */
    private void transitive(byte[] block, int at, int value, int end) {
        int kept = 0;
        for (int i = value; i < end; i += 8) {
            kept += (block[i] & NON_TRANSITIVE) == 0 ? 8 : 0;
        }
        if (kept == 0) {
            return;
        }
        header(block[at] & 0xFF & ~EXTENDED_LENGTH, AttributeType.EXTENDED_COMMUNITIES, kept);
        for (int i = value; i < end; i += 8) {
            if ((block[i] & NON_TRANSITIVE) == 0) {
                copy(block, i, 8);
            }
        }
    }

    /** Our AS in front; a full first segment gets a new one before it. */
    private void prepend(byte[] block, int at, int size) {
        boolean extend = size > 0 && block[at] == AS_SEQUENCE && (block[at + 1] & 0xFF) < LONGEST_SEGMENT;
        header(TRANSITIVE, AttributeType.AS_PATH, size + (extend ? 4 : 6));
        reserve(2);
        octets[length++] = AS_SEQUENCE;
        octets[length++] = (byte) (extend ? (block[at + 1] & 0xFF) + 1 : 1);
        word(localAs);
        int skip = extend ? 2 : 0;
        copy(block, at + skip, size - skip);
    }

    private void header(int flags, int type, int size) {
        reserve(4);
        boolean extended = size > 255;
        octets[length++] = (byte) (extended ? flags | EXTENDED_LENGTH : flags);
        octets[length++] = (byte) type;
        if (extended) {
            octets[length++] = (byte) (size >>> 8);
        }
        octets[length++] = (byte) size;
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

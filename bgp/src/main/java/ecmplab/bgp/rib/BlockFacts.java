package ecmplab.bgp.rib;

/**
 * Reads from a canonical attribute block (see {@link RouteBatch}) what the decision process and export need to know, in one walk.
 * One object, reused for each new block.
 */
final class BlockFacts {
    /** How often our AS is in the path (RFC 4271 section 9, phase 2), at most that number. */
    static final int OWN_AS = 0xF;
    /** NO_ADVERTISE (RFC 1997). */
    static final int NO_ADVERTISE = 0x10;
    /** NO_EXPORT or NO_EXPORT_SUBCONFED (RFC 1997): not to another AS. */
    static final int NO_EXPORT = 0x20;
    /** GRACEFUL_SHUTDOWN (RFC 8326). */
    static final int GRACEFUL_SHUTDOWN = 0x40;
    /** ONLY_TO_CUSTOMER (RFC 9234). */
    static final int OTC = 0x80;
    /** ORIGINATOR_ID or CLUSTER_LIST (RFC 4456). */
    static final int REFLECTED = 0x100;
    /** ORIGINATOR_ID is our router id. */
    static final int OWN_ORIGINATOR = 0x200;
    /** CLUSTER_LIST has our cluster id. */
    static final int OWN_CLUSTER = 0x400;
    /** A link bandwidth (draft-ietf-idr-link-bandwidth). */
    static final int BANDWIDTH = 0x800;

    static final int FLAG_BITS = 12;

    static final int DEFAULT_LOCAL_PREF = 100;

    private static final int ORIGIN = 1;
    private static final int AS_PATH = 2;
    private static final int NEXT_HOP = 3;
    private static final int MED = 4;
    private static final int LOCAL_PREF = 5;
    private static final int COMMUNITIES = 8;
    private static final int ORIGINATOR_ID = 9;
    private static final int CLUSTER_LIST = 10;
    private static final int EXTENDED_COMMUNITIES = 16;
    /** ONLY_TO_CUSTOMER. */
    static final int OTC_TYPE = 35;

    /** Type and subtype of a link bandwidth, but for the bit that says whether it is transitive. */
    private static final int LINK_BANDWIDTH = 0x0004;

    private static final int EXTENDED_LENGTH = 0x10;
    private static final int AS_SET = 1;
    private static final int AS_SEQUENCE = 2;

    private final int localAs;
    private final int routerId;
    private final int clusterId;
    private final boolean honourGracefulShutdown;

    int origin;
    int pathLength;
    /** The neighbouring AS: first number of the path, or 0 when it is empty or begins with a set. */
    int firstAs;

    int med;
    int localPref;
    int flags;
    /** Where the next hop is, and its octets; length 0 when the block has none. */
    int nextHopAt;

    int nextHopLength;

    BlockFacts(RibConfig config) {
        localAs = config.localAs().bits();
        routerId = config.routerId().bits();
        clusterId = config.clusterId().bits();
        honourGracefulShutdown = config.honourGracefulShutdown();
    }

    /** Where the header of the attribute of that type begins in the block, or -1 when there is none. */
    static int find(byte[] octets, int from, int length, int type) {
        for (int at = from; at < from + length; at = value(octets, at) + valueLength(octets, at)) {
            if ((octets[at + 1] & 0xFF) == type) {
                return at;
            }
        }
        return -1;
    }

    /** Where the value of the attribute begins whose header is at {@code at}. */
    static int value(byte[] octets, int at) {
        return at + ((octets[at] & EXTENDED_LENGTH) != 0 ? 4 : 3);
    }

    /** Octets of the value of the attribute whose header is at {@code at}. */
    static int valueLength(byte[] octets, int at) {
        return (octets[at] & EXTENDED_LENGTH) != 0
                ? (octets[at + 2] & 0xFF) << 8 | (octets[at + 3] & 0xFF)
                : octets[at + 2] & 0xFF;
    }

    /** Whether the block has GRACEFUL_SHUTDOWN (RFC 8326). */
    static boolean isLeaving(byte[] block, int from, int length) {
        int at = find(block, from, length, COMMUNITIES);
        if (at >= 0) {
            int value = value(block, at);
            for (int i = value; i < value + valueLength(block, at); i += 4) {
                if (community(word(block, i)) == GRACEFUL_SHUTDOWN) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Octets a second of the link bandwidth at the value of extended communities, or 0 when there is none. */
    static double bandwidth(byte[] octets, int from, int size) {
        for (int at = from; at < from + size; at += 8) {
            if (isLinkBandwidth(octets, at)) {
                return Math.max(0, Float.intBitsToFloat(word(octets, at + 4)));
            }
        }
        return 0;
    }

    void read(byte[] octets, int from, int length) {
        origin = 0;
        pathLength = 0;
        firstAs = 0;
        med = 0;
        localPref = -1;
        flags = 0;
        nextHopLength = 0;
        int end = from + length;
        for (int at = from; at < end; ) {
            int type = octets[at + 1] & 0xFF;
            int size = valueLength(octets, at);
            int value = value(octets, at);
            at = value + size;
            if (at > end) {
                throw new IllegalArgumentException("attribute " + type + " of " + size + " octets overruns its block");
            }
            attribute(type, octets, value, size);
        }
        if (localPref == -1) {
            // RFC 8326 section 4.2: a route about to go away is the last choice.
            boolean leaving = honourGracefulShutdown && (flags & GRACEFUL_SHUTDOWN) != 0;
            localPref = leaving ? 0 : DEFAULT_LOCAL_PREF;
        }
    }

    /**
     * What decides first, so that smaller is better (RFC 4271 section 9.1.1 and 9.1.2.2 a, b): local preference, path length, origin.
     */
    long rank() {
        return (0xFFFF_FFFFL - Integer.toUnsignedLong(localPref)) << 18
                | (long) Math.min(pathLength, 0xFFFF) << 2
                | origin;
    }

    static int localPref(long rank) {
        return (int) (0xFFFF_FFFFL - (rank >>> 18));
    }

    static int pathLength(long rank) {
        return (int) (rank >>> 2) & 0xFFFF;
    }

    private void attribute(int type, byte[] octets, int at, int size) {
        switch (type) {
            case ORIGIN -> origin = octets[at] & 3;
            case AS_PATH -> path(octets, at, at + size);
            case NEXT_HOP -> {
                nextHopAt = at;
                nextHopLength = size;
            }
            case MED -> med = word(octets, at);
            case LOCAL_PREF -> localPref = word(octets, at);
            case COMMUNITIES -> {
                for (int i = at; i < at + size; i += 4) {
                    flags |= community(word(octets, i));
                }
            }
            case ORIGINATOR_ID -> flags |= REFLECTED | (word(octets, at) == routerId ? OWN_ORIGINATOR : 0);
            case CLUSTER_LIST -> {
                flags |= REFLECTED;
                for (int i = at; i < at + size; i += 4) {
                    flags |= word(octets, i) == clusterId ? OWN_CLUSTER : 0;
                }
            }
            case EXTENDED_COMMUNITIES -> {
                for (int i = at; i < at + size; i += 8) {
                    flags |= isLinkBandwidth(octets, i) ? BANDWIDTH : 0;
                }
            }
            case OTC_TYPE -> flags |= OTC;
            default -> {}
        }
    }

    private static boolean isLinkBandwidth(byte[] octets, int at) {
        return ((octets[at] & 0xBF) << 8 | (octets[at + 1] & 0xFF)) == LINK_BANDWIDTH;
    }

    private void path(byte[] octets, int from, int end) {
        for (int at = from; at < end; ) {
            int kind = octets[at];
            int count = octets[at + 1] & 0xFF;
            pathLength += kind == AS_SEQUENCE ? count : kind == AS_SET ? 1 : 0;
            if (at == from && kind == AS_SEQUENCE) {
                firstAs = word(octets, at + 2);
            }
            for (int i = at + 2; i < at + 2 + 4 * count; i += 4) {
                if (word(octets, i) == localAs && (flags & OWN_AS) < OWN_AS) {
                    flags++;
                }
            }
            at += 2 + 4 * count;
        }
    }

    private static int community(int value) {
        return switch (value) {
            case 0xFFFF_FF02 -> NO_ADVERTISE;
            case 0xFFFF_FF01, 0xFFFF_FF03 -> NO_EXPORT;
            case 0xFFFF_0000 -> GRACEFUL_SHUTDOWN;
            default -> 0;
        };
    }

    static int word(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }
}

package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Asn;

/**
 * Reads from a canonical attribute block (see {@link RouteBatch}) what the decision process and export need to know, in one walk.
 * One object, reused for each new block.
 */
final class BlockFacts {
    /** Our AS is in the path (RFC 4271 section 9, phase 2). */
    static final int LOOP = 1;
    /** NO_ADVERTISE (RFC 1997). */
    static final int NO_ADVERTISE = 2;
    /** NO_EXPORT or NO_EXPORT_SUBCONFED (RFC 1997): not to another AS. */
    static final int NO_EXPORT = 4;
    /** GRACEFUL_SHUTDOWN (RFC 8326). */
    static final int GRACEFUL_SHUTDOWN = 8;

    static final int DEFAULT_LOCAL_PREF = 100;

    private static final int ORIGIN = 1;
    private static final int AS_PATH = 2;
    private static final int NEXT_HOP = 3;
    private static final int MED = 4;
    private static final int LOCAL_PREF = 5;
    private static final int COMMUNITIES = 8;
    private static final int EXTENDED_LENGTH = 0x10;
    private static final int AS_SET = 1;
    private static final int AS_SEQUENCE = 2;

    private final int localAs;

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

    BlockFacts(Asn localAs) {
        this.localAs = localAs.bits();
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
            boolean extended = (octets[at] & EXTENDED_LENGTH) != 0;
            int type = octets[at + 1] & 0xFF;
            int size = extended ? (octets[at + 2] & 0xFF) << 8 | (octets[at + 3] & 0xFF) : octets[at + 2] & 0xFF;
            int value = at + (extended ? 4 : 3);
            at = value + size;
            if (at > end) {
                throw new IllegalArgumentException("attribute " + type + " of " + size + " octets overruns its block");
            }
            attribute(type, octets, value, size);
        }
        if (localPref == -1) {
            // RFC 8326 section 4.2: a route about to go away is the last choice.
            localPref = (flags & GRACEFUL_SHUTDOWN) != 0 ? 0 : DEFAULT_LOCAL_PREF;
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
            default -> {}
        }
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
                if (word(octets, i) == localAs) {
                    flags |= LOOP;
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

    private static int word(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 24
                | (octets[at + 1] & 0xFF) << 16
                | (octets[at + 2] & 0xFF) << 8
                | (octets[at + 3] & 0xFF);
    }
}

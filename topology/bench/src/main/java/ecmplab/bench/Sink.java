package ecmplab.bench;

import java.util.Arrays;

/** Checks what comes out: for each prefix the path that the peer was told last, and the one that is right. Counts as it goes. */
final class Sink implements Peer.Listener {
    private static final int AS_PATH = 2;
    private static final int MED = 4;
    private static final int COMMUNITIES = 8;
    private static final int MP_REACH = 14;
    private static final int MP_UNREACH = 15;

    private final int speakerAs;
    private final boolean policed;
    /** By turns the key, and the right fingerprint (high half) with the present one (low half). A key of zero is a free slot. */
    private final long[] slots;

    private final int mask;
    private int prefixes;
    private int right;
    private long updates;
    private long routes;
    private long wrong;

    /** @param policed whether every path must have been through {@link UserPolicy} */
    Sink(PrefixSet prefixes, int speakerAs, boolean policed) {
        this.speakerAs = speakerAs;
        this.policed = policed;
        int capacity = Integer.highestOneBit(Math.max(16, prefixes.size())) * 4;
        slots = new long[2 * capacity];
        mask = capacity - 1;
        for (long key : prefixes.keys()) {
            int at = find(key);
            slots[at] = key;
            this.prefixes++;
        }
        right = this.prefixes;
    }

    /** The path with the fingerprint is right for the prefix from now on; 0 is none. */
    void expect(long key, int fingerprint) {
        int at = find(key);
        long state = slots[at + 1];
        right += (fingerprint == (int) state ? 1 : 0) - (isRight(state) ? 1 : 0);
        slots[at + 1] = ((long) fingerprint << 32) | (state & 0xFFFF_FFFFL);
    }

    void expectNothing() {
        for (int i = 0; i < slots.length; i += 2) {
            slots[i + 1] &= 0xFFFF_FFFFL;
        }
        recount();
    }

    /** Forgets what was told, as when a session begins. */
    void forget() {
        for (int i = 0; i < slots.length; i += 2) {
            slots[i + 1] &= -1L << 32;
        }
        updates = 0;
        routes = 0;
        wrong = 0;
        recount();
    }

    boolean isRight() {
        return right == prefixes && wrong == 0;
    }

    /** UPDATEs that no speaker should have sent: about prefixes that nobody announced, or not as the policies would have them. */
    long wrong() {
        return wrong;
    }

    int missing() {
        return prefixes - right;
    }

    long updates() {
        return updates;
    }

    /** Announcements and withdrawals seen. */
    long routes() {
        return routes;
    }

    @Override
    public void update(byte[] octets, int at, int length) {
        updates++;
        int withdrawn = at + 21;
        int attributes = withdrawn + int16(octets, at + 19) + 2;
        routes(octets, withdrawn, attributes - 2, 0);
        int end = attributes + int16(octets, attributes - 2);
        int fingerprint = 0;
        int med = -1;
        boolean marked = false;
        int reachFrom = end;
        int reachTo = at + length;
        for (int i = attributes; i < end; ) {
            boolean extended = (octets[i] & 0x10) != 0;
            int value = i + (extended ? 4 : 3);
            int size = extended ? int16(octets, i + 2) : octets[i + 2] & 0xFF;
            switch (octets[i + 1]) {
                case AS_PATH -> fingerprint = path(octets, value, size);
                case MED -> med = int32(octets, value);
                case COMMUNITIES -> marked = contains(octets, value, size, UserPolicy.MARK);
                case MP_REACH -> {
                    reachFrom = value + 5 + (octets[value + 3] & 0xFF);
                    reachTo = value + size;
                }
                case MP_UNREACH -> routes(octets, value + 3, value + size, 0);
                default -> {}
            }
            i = value + size;
        }
        if (reachFrom < reachTo) {
            boolean asPolicy = !policed || (marked && med == UserPolicy.MED);
            wrong += fingerprint == 0 || !asPolicy ? 1 : 0;
            routes(octets, reachFrom, reachTo, fingerprint);
        }
    }

    private int path(byte[] octets, int value, int size) {
        int count = size < 6 ? 0 : octets[value + 1] & 0xFF;
        if (count < 2 || size != 2 + 4 * count || int32(octets, value + 2) != speakerAs) {
            return 0;
        }
        return Fingerprint.of(octets, value + 6, count - 1);
    }

    private static boolean contains(byte[] octets, int value, int size, int community) {
        for (int at = value; at < value + size; at += 4) {
            if (int32(octets, at) == community) {
                return true;
            }
        }
        return false;
    }

    private void routes(byte[] octets, int from, int to, int fingerprint) {
        for (int at = from; at < to; ) {
            int length = octets[at] & 0xFF;
            int size = (length + 7) >>> 3;
            long bits = 0;
            for (int i = 0; i < size; i++) {
                bits |= (octets[at + 1 + i] & 0xFFL) << (56 - 8 * i);
            }
            route(bits | length, fingerprint);
            at += 1 + size;
        }
    }

    private void route(long key, int fingerprint) {
        routes++;
        int at = find(key);
        if (slots[at] == 0) {
            wrong++;
            return;
        }
        long before = slots[at + 1];
        right += ((int) (before >>> 32) == fingerprint ? 1 : 0) - (isRight(before) ? 1 : 0);
        slots[at + 1] = (before & (-1L << 32)) | (fingerprint & 0xFFFF_FFFFL);
    }

    private static boolean isRight(long state) {
        return (int) (state >>> 32) == (int) state;
    }

    private int find(long key) {
        int at = (int) ((key * 0x9E37_79B9_7F4A_7C15L) >>> 40) & mask;
        while (slots[2 * at] != key && slots[2 * at] != 0) {
            at = (at + 1) & mask;
        }
        return 2 * at;
    }

    private void recount() {
        right = (int)
                Arrays.stream(indexes()).filter(i -> isRight(slots[i + 1])).count();
    }

    private int[] indexes() {
        var found = new int[prefixes];
        int count = 0;
        for (int i = 0; i < slots.length; i += 2) {
            if (slots[i] != 0) {
                found[count++] = i;
            }
        }
        return found;
    }

    private static int int16(byte[] octets, int at) {
        return ((octets[at] & 0xFF) << 8) | (octets[at + 1] & 0xFF);
    }

    static int int32(byte[] octets, int at) {
        return (int16(octets, at) << 16) | int16(octets, at + 2);
    }
}

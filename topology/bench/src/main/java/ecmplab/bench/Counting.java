package ecmplab.bench;

/** Counts announcements of a peer that is told each prefix once, and looks at nothing else. */
final class Counting implements Peer.Listener {
    private static final int MP_REACH = 14;

    private long routes;

    long routes() {
        return routes;
    }

    @Override
    public void update(byte[] octets, int at, int length) {
        int attributes = at + 23;
        int end = attributes + int16(octets, at + 21);
        for (int i = attributes; i < end; ) {
            boolean extended = (octets[i] & 0x10) != 0;
            int value = i + (extended ? 4 : 3);
            int size = extended ? int16(octets, i + 2) : octets[i + 2] & 0xFF;
            if (octets[i + 1] == MP_REACH) {
                count(octets, value + 5 + (octets[value + 3] & 0xFF), value + size);
            }
            i = value + size;
        }
        count(octets, end, at + length);
    }

    private void count(byte[] octets, int from, int to) {
        for (int at = from; at < to; at += 1 + ((octets[at] & 0xFF) + 7) / 8) {
            routes++;
        }
    }

    private static int int16(byte[] octets, int at) {
        return ((octets[at] & 0xFF) << 8) | (octets[at + 1] & 0xFF);
    }
}

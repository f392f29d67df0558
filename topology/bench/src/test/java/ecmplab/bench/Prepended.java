package ecmplab.bench;

import java.nio.ByteBuffer;

/** An UPDATE as the speaker passes it on. */
final class Prepended {
    private static final int AS_PATH_LENGTH = 29;

    /** Knows the messages of {@link Feed} only: ORIGIN, then AS_PATH. */
    static byte[] message(byte[] octets) {
        boolean announces = octets[19] == 0 && octets[20] == 0 && octets[23] == 0x40;
        if (!announces) {
            return octets;
        }
        int path = AS_PATH_LENGTH + 1;
        var out = ByteBuffer.allocate(octets.length + 4);
        out.put(octets, 0, path + 2).putInt(Layout.SPEAKER_AS).put(octets, path + 2, octets.length - path - 2);
        out.putShort(16, (short) out.capacity());
        out.putShort(21, (short) (out.getShort(21) + 4));
        out.put(AS_PATH_LENGTH, (byte) (octets[AS_PATH_LENGTH] + 4));
        out.put(path + 1, (byte) (octets[path + 1] + 1));
        return out.array();
    }

    private Prepended() {}
}

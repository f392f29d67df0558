package ecmplab.bench;

import java.nio.ByteBuffer;

/** An UPDATE as the speaker passes it on. */
final class Prepended {
    /** After the header, two lengths and ORIGIN; the flags say that the length has two octets. */
    private static final int AS_PATH = 27;

    /** Knows the messages of {@link Feed} only: ORIGIN, then AS_PATH. */
    static byte[] message(byte[] octets) {
        boolean announces = octets[19] == 0 && octets[20] == 0 && octets[23] == 0x40;
        if (!announces) {
            return octets;
        }
        int segment = AS_PATH + 4;
        var out = ByteBuffer.allocate(octets.length + 4);
        out.put(octets, 0, segment + 2).putInt(Layout.SPEAKER_AS).put(octets, segment + 2, octets.length - segment - 2);
        out.putShort(16, (short) out.capacity());
        out.putShort(21, (short) (out.getShort(21) + 4));
        out.putShort(AS_PATH + 2, (short) (out.getShort(AS_PATH + 2) + 4));
        out.put(segment + 1, (byte) (octets[segment + 1] + 1));
        return out.array();
    }

    private Prepended() {}
}

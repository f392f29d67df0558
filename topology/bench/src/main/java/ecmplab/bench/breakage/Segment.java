package ecmplab.bench.breakage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A TCP segment in IPv4 in Ethernet, written and read without the project's own packet code, so that a fault there is seen here.
 *
 * @param mss maximum segment size to announce or announced; 0 for no option
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes it, and equality looks into it
record Segment(
        int source,
        int destination,
        int sourcePort,
        int destinationPort,
        int sequence,
        int acknowledgement,
        int flags,
        int mss,
        byte[] payload) {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int PSH = 8;
    static final int ACK = 16;

    private static final int ETHERNET = 14;
    private static final int IP = 20;
    private static final int TCP = 20;
    private static final int OPTION = 4;
    private static final int TCP_PROTOCOL = 6;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TTL = 64;

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Octets of sequence space. */
    int length() {
        return payload.length + (has(SYN) ? 1 : 0) + (has(FIN) ? 1 : 0);
    }

    /** An answer from the other end. */
    @SuppressWarnings("ArgumentSelectionDefectChecker") // it goes back
    Segment answer(int answerSequence, int answerFlags, byte[] answerPayload) {
        return new Segment(
                destination,
                source,
                destinationPort,
                sourcePort,
                answerSequence,
                sequence + length(),
                answerFlags,
                0,
                answerPayload);
    }

    /** The whole frame; don't fragment, TTL 64. */
    byte[] frame(long to, long from) {
        int header = TCP + (mss > 0 ? OPTION : 0);
        int total = IP + header + payload.length;
        var out = ByteBuffer.allocate(ETHERNET + total);
        out.putShort((short) (to >>> 32)).putInt((int) to);
        out.putShort((short) (from >>> 32)).putInt((int) from);
        out.putShort((short) TYPE_IPV4);
        out.putInt(0x4500 << 16 | total).putInt(0x4000).put((byte) TTL).put((byte) TCP_PROTOCOL);
        out.putShort((short) 0).putInt(source).putInt(destination);
        out.putShort((short) sourcePort).putShort((short) destinationPort).putInt(sequence);
        out.putInt(acknowledgement).put((byte) (header << 2)).put((byte) flags);
        out.putShort((short) 0xFFFF).putInt(0);
        if (mss > 0) {
            out.putInt(0x0204 << 16 | mss);
        }
        out.put(payload);
        var octets = out.array();
        out.putShort(ETHERNET + 10, (short) ~sum(octets, ETHERNET, IP, 0));
        int length = header + payload.length;
        out.putShort(ETHERNET + IP + 16, (short) ~sum(octets, ETHERNET + IP, length, pseudo(octets, length)));
        return octets;
    }

    /** @throws IllegalStateException when anything in the frame is not as it must be, checksums included */
    static Segment read(byte[] frame) {
        var in = ByteBuffer.wrap(frame);
        int total = in.getShort(ETHERNET + 2) & 0xFFFF;
        int length = total - IP;
        int header = (in.get(ETHERNET + IP + 12) & 0xF0) >>> 2;
        require(in.getShort(12) == TYPE_IPV4 && in.get(ETHERNET) == 0x45, "IPv4 without options", frame);
        require(ETHERNET + total <= frame.length && header >= TCP && header <= length, "lengths", frame);
        require(in.get(ETHERNET + 9) == TCP_PROTOCOL, "protocol", frame);
        require(in.get(ETHERNET + 8) > 0 && in.get(ETHERNET + 8) <= TTL, "TTL", frame);
        require(sum(frame, ETHERNET, IP, 0) == 0xFFFF, "IPv4 checksum", frame);
        require(sum(frame, ETHERNET + IP, length, pseudo(frame, length)) == 0xFFFF, "TCP checksum", frame);
        int tcp = ETHERNET + IP;
        return new Segment(
                in.getInt(ETHERNET + 12),
                in.getInt(ETHERNET + 16),
                in.getShort(tcp) & 0xFFFF,
                in.getShort(tcp + 2) & 0xFFFF,
                in.getInt(tcp + 4),
                in.getInt(tcp + 8),
                in.get(tcp + 13),
                header > TCP && in.getShort(tcp + TCP) == 0x0204 ? in.getShort(tcp + TCP + 2) & 0xFFFF : 0,
                Arrays.copyOfRange(frame, tcp + header, ETHERNET + total));
    }

    private static void require(boolean so, String what, byte[] frame) {
        if (!so) {
            throw new IllegalStateException(what + " of " + HexFormat.of().formatHex(frame));
        }
    }

    private static long pseudo(byte[] frame, int length) {
        return sum(frame, ETHERNET + 12, 8, TCP_PROTOCOL + length);
    }

    /** Ones' complement sum of 16-bit words (RFC 1071), folded. */
    private static int sum(byte[] octets, int from, int length, long start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (long) (octets[from + i] & 0xFF) << ((i & 1) == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Segment segment && Arrays.equals(frame(0, 0), segment.frame(0, 0));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(frame(0, 0));
    }
}

package ecmplab.port;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import ecmplab.packet.Checksum;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The checksum that a sender left to a network card that is not there, as the kernel tells of it before a received frame
 * ({@code struct virtio_net_hdr}: flags u8, gso type u8, header length, gso size, checksum start and offset u16).
 */
final class OpenChecksum {
    private static final int NEEDS_CHECKSUM = 1;
    private static final int START = 6;
    private static final int OFFSET = 8;
    private static final ValueLayout.OfShort NATIVE_U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private OpenChecksum() {}

    /** Completes the frame of {@code length} octets at {@code frame} if {@code header} says that it needs it. */
    static void complete(MemorySegment headers, long header, MemorySegment memory, long frame, int length) {
        if ((headers.get(JAVA_BYTE, header) & NEEDS_CHECKSUM) == 0) {
            return;
        }
        int start = headers.get(NATIVE_U16, header + START) & 0xFFFF;
        int at = start + (headers.get(NATIVE_U16, header + OFFSET) & 0xFFFF);
        if (at + 2 <= length) {
            // The field holds the sum of the pseudo header: summing over it completes the checksum.
            int checksum = Checksum.of(memory, frame + start, length - start);
            memory.set(U16, frame + at, (short) (checksum == 0 ? 0xFFFF : checksum));
        }
    }
}

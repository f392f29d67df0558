package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What {@link Linux#receiveMessages} and {@link Linux#sendMessages} work on: an array of {@code struct mmsghdr}, each with
 * one {@code iovec}.
 */
public final class Messages {
    private static final int HEADER = 64;
    private static final int HEADER_IOV = 16;
    private static final int HEADER_IOV_LENGTH = 24;
    private static final int HEADER_FLAGS = 48;
    private static final int HEADER_LENGTH = 56;
    private static final int VECTOR = 16;
    private static final int VECTOR_LENGTH = 8;
    private static final int MSG_TRUNC = 0x20;

    private final MemorySegment headers;
    private final MemorySegment vectors;

    public Messages(int count, Arena arena) {
        headers = arena.allocate((long) count * HEADER, 8);
        vectors = arena.allocate((long) count * VECTOR, 8);
        for (int i = 0; i < count; i++) {
            headers.set(JAVA_LONG, (long) i * HEADER + HEADER_IOV, vectors.address() + (long) i * VECTOR);
            headers.set(JAVA_LONG, (long) i * HEADER + HEADER_IOV_LENGTH, 1);
        }
    }

    /** Address of message {@code index}, for the calls. */
    public long address(int index) {
        return headers.address() + (long) index * HEADER;
    }

    /** Lets message {@code index} be the {@code length} octets at the absolute {@code address}. */
    public void buffer(int index, long address, int length) {
        vectors.set(JAVA_LONG, (long) index * VECTOR, address);
        vectors.set(JAVA_LONG, (long) index * VECTOR + VECTOR_LENGTH, length);
    }

    /** Octets that the call received or sent. */
    public int length(int index) {
        return headers.get(JAVA_INT, (long) index * HEADER + HEADER_LENGTH);
    }

    /** Whether the received message was longer than its buffer. */
    public boolean truncated(int index) {
        return (headers.get(JAVA_INT, (long) index * HEADER + HEADER_FLAGS) & MSG_TRUNC) != 0;
    }
}

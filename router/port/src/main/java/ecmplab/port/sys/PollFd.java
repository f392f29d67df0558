package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/** {@code struct pollfd}. */
public final class PollFd {
    /** Octets. */
    public static final int SIZE = 8;

    public static final int POLLIN = 1;
    /** The socket has an error to tell; it is readable, and stays so until somebody asks. */
    public static final int POLLERR = 8;

    private static final int DESCRIPTOR = 0;
    private static final int EVENTS = 4;
    private static final int RETURNED = 6;

    private PollFd() {}

    /** A negative descriptor is skipped by the kernel. */
    public static void set(MemorySegment entries, int index, int descriptor, int events) {
        long at = (long) index * SIZE;
        entries.set(JAVA_INT, at + DESCRIPTOR, descriptor);
        entries.set(JAVA_SHORT, at + EVENTS, (short) events);
        entries.set(JAVA_SHORT, at + RETURNED, (short) 0);
    }

    /** What happened: {@link #POLLIN}, or error bits that nobody asked for. */
    public static int returned(MemorySegment entries, int index) {
        return entries.get(JAVA_SHORT, (long) index * SIZE + RETURNED);
    }

    public static int descriptor(MemorySegment entries, int index) {
        return entries.get(JAVA_INT, (long) index * SIZE + DESCRIPTOR);
    }
}

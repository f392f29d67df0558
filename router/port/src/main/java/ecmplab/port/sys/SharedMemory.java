package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory that the kernel maps into the process for a socket: its rings (mmap(2)). */
public final class SharedMemory implements AutoCloseable {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    /** Fault the pages in at once, not on the packet path. */
    private static final int MAP_POPULATE = 0x8000;

    private static final MethodHandle MMAP =
            Linux.longCall("mmap", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = Linux.intCall("munmap", JAVA_LONG, JAVA_LONG);

    private final MemorySegment memory;
    private boolean closed;

    private SharedMemory(MemorySegment memory) {
        this.memory = memory;
    }

    /**
     * Maps {@code length} octets of what {@code descriptor} offers at {@code offset}.
     *
     * @param what for the error's text, such as {@code rx ring of eth0}
     */
    public static SharedMemory map(int descriptor, long offset, long length, String what) throws SystemCallException {
        var captured = Linux.CAPTURED.get();
        long address;
        try {
            address = (long) MMAP.invokeExact(
                    captured, 0L, length, PROT_READ_WRITE, MAP_SHARED | MAP_POPULATE, descriptor, offset);
        } catch (Throwable thrown) {
            throw Linux.impossible(thrown);
        }
        if (address == -1) {
            Linux.check(Linux.errnoIfNegative(-1, captured), "mmap(" + what + ")");
        }
        return new SharedMemory(MemorySegment.ofAddress(address).reinterpret(length));
    }

    /** Touch it no more after {@link #close}: the pages are gone, and the JVM with them. */
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        var captured = Linux.CAPTURED.get();
        try {
            var _ = (int) MUNMAP.invokeExact(captured, memory.address(), memory.byteSize());
        } catch (Throwable thrown) {
            throw Linux.impossible(thrown);
        }
    }
}

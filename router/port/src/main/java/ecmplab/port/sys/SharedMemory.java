package ecmplab.port.sys;

import java.lang.foreign.MemorySegment;

/** Memory that the kernel maps into the process for a socket: its rings (mmap(2)). */
public final class SharedMemory implements AutoCloseable {
    private static final int MAP_SHARED = 1;
    /** Fault the pages in at once, not on the packet path. */
    private static final int MAP_POPULATE = 0x8000;

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
        long address = Linux.mmap(length, MAP_SHARED | MAP_POPULATE, descriptor, offset);
        if (address < 0) {
            Linux.check((int) address, "mmap(" + what + ")");
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
        Linux.munmap(memory.address(), memory.byteSize());
    }
}

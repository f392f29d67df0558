package ecmplab.port.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A table that a program in the kernel reads and this process writes. Gone when neither holds it. For any thread. */
public final class BpfMap implements AutoCloseable {
    /** Kinds of map that are used here. */
    public enum Kind {
        HASH(1),
        /** By index, of 4 octets; all values are there from the start, zero. */
        ARRAY(2),
        /** AF_XDP sockets by receive queue. */
        XDP_SOCKETS(17);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    private static final int CREATE = 0;
    private static final int LOOKUP = 1;
    private static final int UPDATE = 2;
    private static final int DELETE = 3;
    private static final int ELEMENT_ATTRIBUTES = 32;

    private final int descriptor;
    private boolean closed;

    private BpfMap(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * @param keySize octets
     * @param valueSize octets
     */
    public static BpfMap create(Kind kind, int keySize, int valueSize, int entries) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(32, 8); // map type, key size, value size, entries, flags ...: u32
            attributes.set(JAVA_INT, 0, kind.number);
            attributes.set(JAVA_INT, 4, keySize);
            attributes.set(JAVA_INT, 8, valueSize);
            attributes.set(JAVA_INT, 12, entries);
            return new BpfMap(Linux.check(BpfSystemCall.bpf(CREATE, attributes), "bpf(BPF_MAP_CREATE, " + kind + ")"));
        }
    }

    public int descriptor() {
        return descriptor;
    }

    /** Fills {@code value} with the key's. */
    public void get(MemorySegment key, MemorySegment value) throws SystemCallException {
        Linux.check(element(LOOKUP, key, value), "bpf(BPF_MAP_LOOKUP_ELEM)");
    }

    /** Adds or replaces. */
    public void put(MemorySegment key, MemorySegment value) throws SystemCallException {
        Linux.check(element(UPDATE, key, value), "bpf(BPF_MAP_UPDATE_ELEM)");
    }

    /** Removes, if it is there. */
    public void remove(MemorySegment key) throws SystemCallException {
        int result = element(DELETE, key, MemorySegment.NULL);
        if (result != -Errno.ENOENT) {
            Linux.check(result, "bpf(BPF_MAP_DELETE_ELEM)");
        }
    }

    private synchronized int element(int command, MemorySegment key, MemorySegment value) {
        if (closed) {
            return -Errno.EBADF;
        }
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(ELEMENT_ATTRIBUTES, 8); // map u32, key u64 @8, value u64 @16, flags u64
            attributes.set(JAVA_INT, 0, descriptor);
            attributes.set(JAVA_LONG, 8, key.address());
            attributes.set(JAVA_LONG, 16, value.address());
            return BpfSystemCall.bpf(command, attributes);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Linux.close(descriptor);
        }
    }
}

package ecmplab.port.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.US_ASCII;

import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A program that the kernel has verified and compiled. It stays as long as this, or what it is attached by, is open. */
public final class BpfProgram implements AutoCloseable {
    /** What a program is made for: where it may be attached, and what its context is. */
    public enum Type {
        /** Frames before the kernel makes a socket buffer; context {@code struct xdp_md}. */
        XDP(6, 37),
        /** Packets in front of the kernel's stack (tcx, ingress); context {@code struct __sk_buff}. */
        TRAFFIC_CONTROL(3, 46);

        private final int number;
        private final int attachType;

        Type(int number, int attachType) {
            this.number = number;
            this.attachType = attachType;
        }

        /** For {@code BPF_LINK_CREATE}. */
        public int attachType() {
            return attachType;
        }
    }

    private static final int LOAD = 5;
    private static final int LOAD_ATTRIBUTES = 72;
    private static final int LOG_SIZE = 64 << 10;

    private final int descriptor;
    private boolean closed;

    private BpfProgram(int descriptor) {
        this.descriptor = descriptor;
    }

    /** @throws SystemCallException with the verifier's log, if there is one */
    public static BpfProgram load(Type type, Assembler assembler) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(LOAD_ATTRIBUTES, 8);
            attributes.set(JAVA_INT, 0, type.number);
            attributes.set(JAVA_INT, 4, assembler.size());
            attributes.set(JAVA_LONG, 8, assembler.assemble(arena).address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom("GPL").address());
            attributes.set(JAVA_INT, 68, type.attachType); // expected
            int result = BpfSystemCall.bpf(LOAD, attributes);
            if (result < 0) {
                throw new SystemCallException("bpf(BPF_PROG_LOAD)" + verifierLog(attributes, arena), -result);
            }
            return new BpfProgram(result);
        }
    }

    /** Loads again, for the log, which costs the kernel time: only after a failure. */
    private static String verifierLog(MemorySegment attributes, Arena arena) {
        var log = arena.allocate(LOG_SIZE);
        attributes.set(JAVA_INT, 24, 1); // log level
        attributes.set(JAVA_INT, 28, LOG_SIZE);
        attributes.set(JAVA_LONG, 32, log.address());
        int result = BpfSystemCall.bpf(LOAD, attributes);
        if (result >= 0) {
            Linux.close(result);
        }
        int length = 0;
        while (length < LOG_SIZE && log.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        var text = new String(log.asSlice(0, length).toArray(JAVA_BYTE), US_ASCII);
        return text.isEmpty() ? "" : ": the verifier says:\n" + text;
    }

    public int descriptor() {
        return descriptor;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Linux.close(descriptor);
        }
    }
}

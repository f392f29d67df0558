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

/**
 * A program that the kernel runs on each frame an interface receives, attached by a link: it goes with {@link #close}, and
 * with the process, however that ends.
 */
public final class XdpProgram implements AutoCloseable {
    /** What the program may say becomes of a frame ({@code enum xdp_action}). */
    public static final int PASS = 2;

    /** Where in an interface's receive path the program runs. */
    public enum Mode {
        /** In the driver, before the kernel makes a socket buffer. */
        NATIVE(4),
        /** After that: for drivers that know nothing of XDP. */
        GENERIC(2);

        private final int flag;

        Mode(int flag) {
            this.flag = flag;
        }
    }

    private static final int LOAD = 5;
    private static final int CREATE_LINK = 28;
    private static final int TYPE_XDP = 6;
    private static final int ATTACH_XDP = 37;
    private static final int LOAD_ATTRIBUTES = 72;
    private static final int LOG_SIZE = 64 << 10;

    private final int program;
    private int link = -1;
    private boolean closed;

    private XdpProgram(int program) {
        this.program = program;
    }

    /**
     * Has the kernel verify and compile a program.
     *
     * @throws SystemCallException with the verifier's log, if there is one
     */
    public static XdpProgram load(Assembler assembler) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(LOAD_ATTRIBUTES, 8);
            attributes.set(JAVA_INT, 0, TYPE_XDP);
            attributes.set(JAVA_INT, 4, assembler.size());
            attributes.set(JAVA_LONG, 8, assembler.assemble(arena).address());
            attributes.set(JAVA_LONG, 16, arena.allocateFrom("GPL").address());
            attributes.set(JAVA_INT, 68, ATTACH_XDP); // expected attach type
            int result = BpfSystemCall.bpf(LOAD, attributes);
            if (result < 0) {
                throw new SystemCallException("bpf(BPF_PROG_LOAD)" + verifierLog(attributes, arena), -result);
            }
            return new XdpProgram(result);
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

    /**
     * Runs the program on what the interface receives, from now on. In the namespace of the calling thread.
     *
     * @throws SystemCallException EBUSY when another program is there, EOPNOTSUPP when the driver cannot
     */
    public void attach(int interfaceIndex, Mode mode, String interfaceName) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(32, 8);
            attributes.set(JAVA_INT, 0, program);
            attributes.set(JAVA_INT, 4, interfaceIndex);
            attributes.set(JAVA_INT, 8, ATTACH_XDP);
            attributes.set(JAVA_INT, 12, mode.flag);
            link = Linux.check(
                    BpfSystemCall.bpf(CREATE_LINK, attributes),
                    "bpf(BPF_LINK_CREATE, XDP " + mode.name().toLowerCase(java.util.Locale.ROOT) + ") on "
                            + interfaceName);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (link >= 0) {
            Linux.close(link);
        }
        Linux.close(program);
    }
}

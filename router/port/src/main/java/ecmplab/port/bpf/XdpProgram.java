package ecmplab.port.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;

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

    private static final int CREATE_LINK = 28;

    private final BpfProgram program;
    private int link = -1;
    private boolean closed;

    private XdpProgram(BpfProgram program) {
        this.program = program;
    }

    /**
     * Has the kernel verify and compile a program.
     *
     * @throws SystemCallException with the verifier's log, if there is one
     */
    public static XdpProgram load(Assembler assembler) throws SystemCallException {
        return new XdpProgram(BpfProgram.load(BpfProgram.Type.XDP, assembler));
    }

    /**
     * Runs the program on what the interface receives, from now on. In the namespace of the calling thread.
     *
     * @throws SystemCallException EBUSY when another program is there, EOPNOTSUPP when the driver cannot
     */
    public void attach(int interfaceIndex, Mode mode, String interfaceName) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(32, 8);
            attributes.set(JAVA_INT, 0, program.descriptor());
            attributes.set(JAVA_INT, 4, interfaceIndex);
            attributes.set(JAVA_INT, 8, BpfProgram.Type.XDP.attachType());
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
        program.close();
    }
}

package ecmplab.lab.traffic;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.bpf.Assembler;
import ecmplab.port.bpf.Assembler.Width;
import ecmplab.port.bpf.BpfMap;
import ecmplab.port.bpf.BpfProgram;
import ecmplab.port.bpf.Function;
import ecmplab.port.bpf.Register;
import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Sends copies of a frame out of an interface as XDP live frames ({@code BPF_PROG_TEST_RUN}): the kernel runs a small program on fresh frames,
 * and each leaves (XDP_TX), at a tenth of what a socket costs. The interface's other end must take such frames, as one with an XDP program does.
 */
final class LiveFrames implements FloodSender {
    private static final int TEST_RUN = 10;
    private static final int ATTRIBUTES = 80;
    private static final int LIVE_FRAMES = 2;
    /** Octets of {@code struct xdp_md}; in it {@code data_end} and {@code ingress_ifindex}. */
    private static final int CONTEXT = 24;

    private static final int DATA_END = 4, INGRESS = 12;
    private static final int XDP_DROP = 1, XDP_TX = 3;
    private static final String STOP = "stop";

    private final BpfMap count;
    private final BpfProgram program;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment attributes;

    private LiveFrames(BpfMap count, BpfProgram program, int octets, int interfaceIndex) {
        this.count = count;
        this.program = program;
        var context = arena.allocate(CONTEXT, 8);
        context.set(JAVA_INT, DATA_END, octets);
        context.set(JAVA_INT, INGRESS, interfaceIndex);
        attributes = arena.allocate(ATTRIBUTES, 8);
        attributes.set(JAVA_INT, 0, program.descriptor());
        attributes.set(JAVA_INT, 8, octets);
        attributes.set(JAVA_LONG, 16, arena.allocate(octets).address());
        attributes.set(JAVA_INT, 40, CONTEXT);
        attributes.set(JAVA_LONG, 48, context.address());
        attributes.set(JAVA_INT, 64, LIVE_FRAMES);
    }

    /**
     * @param ports how many source ports the frames have by turns; a power of two
     * @throws SystemCallException when this process may not load programs
     */
    static LiveFrames open(byte[] frame, int ports, int interfaceIndex) throws SystemCallException {
        var count = BpfMap.create(BpfMap.Kind.ARRAY, Integer.BYTES, Long.BYTES, 1);
        try {
            var program = BpfProgram.load(BpfProgram.Type.XDP, program(frame, ports, count.descriptor()));
            return new LiveFrames(count, program, frame.length, interfaceIndex);
        } catch (SystemCallException refused) {
            count.close();
            throw refused;
        }
    }

    /** Writes the whole frame each time, as its memory was another packet before. */
    private static Assembler program(byte[] frame, int ports, int count) {
        var program = new Assembler()
                .move(Register.R6, Register.R1)
                .store(Width.WORD, Register.FRAME, -4, 0)
                .loadMap(Register.R1, count)
                .move(Register.R2, Register.FRAME)
                .add(Register.R2, -4)
                .call(Function.MAP_LOOKUP)
                .jumpIfZero(Register.R0, STOP)
                .load(Width.WORD, Register.R7, Register.R6, 0) // data
                .load(Width.WORD, Register.R2, Register.R6, DATA_END)
                .move(Register.R3, Register.R7)
                .add(Register.R3, frame.length)
                .jumpIfGreater(Register.R3, Register.R2, STOP);
        var memory = MemorySegment.ofArray(frame);
        for (int at = 0; at < frame.length; at += Integer.BYTES) {
            program.store(Width.WORD, Register.R7, at, memory.get(JAVA_INT_UNALIGNED, at));
        }
        return program.load(Width.DOUBLE, Register.R8, Register.R0, 0)
                .move(Register.R1, Register.R8)
                .and(Register.R1, ports - 1)
                .add(Register.R1, FloodFrame.FIRST_PORT)
                .toNetworkOrder(Register.R1, 16)
                .store(Width.HALF, Register.R7, FloodFrame.SOURCE_PORT, Register.R1)
                .add(Register.R8, 1)
                .store(Width.DOUBLE, Register.R0, 0, Register.R8)
                .move(Register.R0, XDP_TX)
                .exit()
                .label(STOP)
                .move(Register.R0, XDP_DROP)
                .exit();
    }

    @Override
    public String way() {
        return "XDP live frames";
    }

    @Override
    public int send(int frames) throws SystemCallException {
        attributes.set(JAVA_INT, 32, frames); // repeat
        Linux.check(BpfSystemCall.bpf(TEST_RUN, attributes), "bpf(BPF_PROG_TEST_RUN)");
        return frames;
    }

    @Override
    public void close() {
        program.close();
        count.close();
        arena.close();
    }
}

package ecmplab.bench.dataplane;

import static ecmplab.port.bpf.Register.FRAME;
import static ecmplab.port.bpf.Register.R0;
import static ecmplab.port.bpf.Register.R1;
import static ecmplab.port.bpf.Register.R2;
import static ecmplab.port.bpf.Register.R3;
import static ecmplab.port.bpf.Register.R4;
import static ecmplab.port.bpf.Register.R5;
import static ecmplab.port.bpf.Register.R6;
import static ecmplab.port.bpf.Register.R7;
import static ecmplab.port.bpf.Register.R8;

import ecmplab.packet.Ethernet;
import ecmplab.port.bpf.Assembler;
import ecmplab.port.bpf.Assembler.Width;
import ecmplab.port.bpf.Function;
import ecmplab.port.bpf.Register;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The two programs that make packets and count those that arrive. */
final class TrafficPrograms {
    private static final int XDP_DROP = 1;
    private static final int XDP_TX = 3;
    private static final int TC_DROP = 2;
    private static final int TC_NEXT = -1;

    private static final int DATA = 0;
    private static final int DATA_END = 4;
    private static final int PROTOCOL = 16;

    private static final int SOURCE = 12;
    private static final int CHECKSUM = 10;
    /** Spreads successive packets over the flows: odd, so every flow comes once before the first comes again. */
    private static final int STRIDE = 0x1E37_79B1;

    private static final String STOP = "stop";

    private TrafficPrograms() {}

    /**
     * Writes the whole frame each time, as its memory was another packet before, and sends it while less than a window is on its way.
     *
     * @param counts descriptor of {@link Counts}
     */
    static Assembler generator(Frame frame, int counts) {
        var program = new Assembler().move(R6, R1);
        lookUp(program, counts, 2);
        program.load(Width.DOUBLE, R7, R0, 0);
        lookUp(program, counts, Counts.ARRIVED);
        program.load(Width.DOUBLE, R1, R0, 0).add(R7, R1); // arrived or lost
        lookUp(program, counts, Counts.MADE);
        program.load(Width.DOUBLE, R8, R0, 0)
                .move(R3, R8)
                .subtract(R3, R7)
                .jumpIfAtLeast(R3, Counts.WINDOW, STOP)
                .load(Width.WORD, R7, R6, DATA)
                .load(Width.WORD, R2, R6, DATA_END)
                .move(R3, R7)
                .add(R3, frame.octets().length)
                .jumpIfGreater(R3, R2, STOP);
        write(program, frame.octets());
        address(program, frame);
        return program.add(R8, 1)
                .store(Width.DOUBLE, R0, 0, R8)
                .move(R0, XDP_TX)
                .exit()
                .label(STOP)
                .move(R0, XDP_DROP)
                .exit();
    }

    /** The value of a count is where {@code R0} leads then; {@code R1} to {@code R5} are lost. */
    private static void lookUp(Assembler program, int counts, int index) {
        program.store(Width.WORD, FRAME, -4, index)
                .loadMap(R1, counts)
                .move(R2, FRAME)
                .add(R2, -4)
                .call(Function.MAP_LOOKUP)
                .jumpIfZero(R0, STOP);
    }

    private static void write(Assembler program, byte[] octets) {
        var memory = MemorySegment.ofArray(octets);
        int at = 0;
        for (; at + Integer.BYTES <= octets.length; at += Integer.BYTES) {
            program.store(Width.WORD, R7, at, memory.get(ValueLayout.JAVA_INT_UNALIGNED, at));
        }
        for (; at < octets.length; at++) {
            program.store(Width.OCTET, R7, at, octets[at]);
        }
    }

    /** Source address and header checksum of the flow whose turn it is ({@code R8}). */
    private static void address(Assembler program, Frame frame) {
        int ip = frame.ip();
        program.move(R1, R8)
                .multiply(R1, STRIDE)
                .and(R1, frame.flows() - 1)
                .add(R1, frame.firstSource())
                .move(R3, R1)
                .shiftRight(R3, 16)
                .move(R4, R1)
                .and(R4, 0xFFFF)
                .add(R3, R4)
                .add(R3, frame.sumWithoutSource());
        fold(program, R3);
        fold(program, R3);
        program.move(R5, 0xFFFF)
                .subtract(R5, R3)
                .toNetworkOrder(R5, 16)
                .store(Width.HALF, R7, ip + CHECKSUM, R5)
                .toNetworkOrder(R1, 32)
                .store(Width.WORD, R7, ip + SOURCE, R1);
    }

    private static void fold(Assembler program, Register sum) {
        program.move(R4, sum).shiftRight(R4, 16).and(sum, 0xFFFF).add(sum, R4);
    }

    /** Counts IPv4 packets and ends their way; everything else is the kernel's. */
    static Assembler sink(int counts) {
        var program = new Assembler()
                .load(Width.WORD, R2, R1, PROTOCOL)
                .jumpIfNotEqual(R2, Assembler.networkOrder(Ethernet.TYPE_IPV4), STOP);
        lookUp(program, counts, Counts.ARRIVED);
        return program.load(Width.DOUBLE, R1, R0, 0)
                .add(R1, 1)
                .store(Width.DOUBLE, R0, 0, R1)
                .move(R0, TC_DROP)
                .exit()
                .label(STOP)
                .move(R0, TC_NEXT)
                .exit();
    }
}

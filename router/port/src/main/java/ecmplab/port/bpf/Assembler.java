package ecmplab.port.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a BPF program (RFC 9669): one method an instruction, jumps to labels by name. Multi-octet loads are in the
 * machine's byte order, little-endian; {@link #networkOrder} turns a constant of a packet into what such a load gives.
 */
public final class Assembler {
    /** Instruction classes (RFC 9669 section 3.2) with what is always set in them here. */
    private static final int LOAD = 0x61;

    private static final int STORE_IMMEDIATE = 0x62;
    private static final int STORE = 0x63;
    private static final int LOAD_64_IMMEDIATE = 0x18;
    private static final int JUMP = 0x05;
    private static final int JUMP_32 = 0x06;
    private static final int ALU_64 = 0x07;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    /** Second operand is a register, not the immediate. */
    private static final int SOURCE_REGISTER = 0x08;

    /** To network order and back, on a machine of the other order. */
    private static final int SWAP = 0xDC;

    private static final int ADD = 0x00;
    private static final int SUBTRACT = 0x10;
    private static final int MULTIPLY = 0x20;
    private static final int AND = 0x50;
    private static final int SHIFT_LEFT = 0x60;
    private static final int SHIFT_RIGHT = 0x70;
    private static final int MOVE = 0xB0;

    private static final int IF_EQUAL = 0x10;
    private static final int IF_GREATER = 0x20;
    private static final int IF_AT_LEAST = 0x30;
    private static final int IF_NOT_EQUAL = 0x50;

    /** The immediate of a 64-bit load is a map's descriptor. */
    private static final int PSEUDO_MAP = 1;

    /** Width of a load or store, with its code. */
    public enum Width {
        OCTET(0x10),
        HALF(0x08),
        WORD(0x00),
        DOUBLE(0x18);

        private final int bits;

        Width(int bits) {
            this.bits = bits;
        }
    }

    /** One instruction word; {@code target} is the label that its offset leads to, or null. */
    private record Instruction(
            int code,
            int destination,
            int source,
            int offset,
            int immediate,
            @Nullable String target) {}

    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();

    /** What a half-word load gives where a packet has {@code value} in network order. */
    public static int networkOrder(int value) {
        return Short.toUnsignedInt(Short.reverseBytes((short) value));
    }

    /** @throws IllegalStateException when the label is there already */
    public Assembler label(String name) {
        if (labels.putIfAbsent(name, instructions.size()) != null) {
            throw new IllegalStateException("label " + name + " twice");
        }
        return this;
    }

    /** {@code to = *(width*) (base + offset)}, with zeros above. */
    public Assembler load(Width width, Register to, Register base, int offset) {
        return add(LOAD | width.bits, to.ordinal(), base.ordinal(), offset, 0, null);
    }

    /** {@code *(width*) (base + offset) = from}. */
    public Assembler store(Width width, Register base, int offset, Register from) {
        return add(STORE | width.bits, base.ordinal(), from.ordinal(), offset, 0, null);
    }

    /** {@code *(width*) (base + offset) = value}, its sign extended. */
    public Assembler store(Width width, Register base, int offset, int value) {
        return add(STORE_IMMEDIATE | width.bits, base.ordinal(), 0, offset, value, null);
    }

    public Assembler move(Register to, Register from) {
        return add(ALU_64 | MOVE | SOURCE_REGISTER, to.ordinal(), from.ordinal(), 0, 0, null);
    }

    public Assembler move(Register to, int value) {
        return add(ALU_64 | MOVE, to.ordinal(), 0, 0, value, null);
    }

    public Assembler add(Register to, int value) {
        return add(ALU_64 | ADD, to.ordinal(), 0, 0, value, null);
    }

    public Assembler add(Register to, Register from) {
        return add(ALU_64 | ADD | SOURCE_REGISTER, to.ordinal(), from.ordinal(), 0, 0, null);
    }

    public Assembler and(Register to, int value) {
        return add(ALU_64 | AND, to.ordinal(), 0, 0, value, null);
    }

    public Assembler shiftLeft(Register to, int bits) {
        return add(ALU_64 | SHIFT_LEFT, to.ordinal(), 0, 0, bits, null);
    }

    /** Fills with zeros. */
    public Assembler shiftRight(Register to, int bits) {
        return add(ALU_64 | SHIFT_RIGHT, to.ordinal(), 0, 0, bits, null);
    }

    public Assembler subtract(Register to, Register from) {
        return add(ALU_64 | SUBTRACT | SOURCE_REGISTER, to.ordinal(), from.ordinal(), 0, 0, null);
    }

    public Assembler multiply(Register to, int value) {
        return add(ALU_64 | MULTIPLY, to.ordinal(), 0, 0, value, null);
    }

    /**
     * Turns the lower {@code bits} of {@code to} from the machine's byte order into the network's, or back; zeros above.
     *
     * @param bits 16, 32 or 64
     */
    public Assembler toNetworkOrder(Register to, int bits) {
        return add(SWAP, to.ordinal(), 0, 0, bits, null);
    }

    /** {@code to} becomes the map behind a descriptor. */
    public Assembler loadMap(Register to, int descriptor) {
        add(LOAD_64_IMMEDIATE, to.ordinal(), PSEUDO_MAP, 0, descriptor, null);
        return add(0, 0, 0, 0, 0, null);
    }

    public Assembler jump(String label) {
        return add(JUMP, 0, 0, 0, 0, label);
    }

    /** Compares the lower 32 bits. */
    public Assembler jumpIfEqual(Register left, int right, String label) {
        return add(JUMP_32 | IF_EQUAL, left.ordinal(), 0, 0, right, label);
    }

    /** Compares the lower 32 bits. */
    public Assembler jumpIfNotEqual(Register left, int right, String label) {
        return add(JUMP_32 | IF_NOT_EQUAL, left.ordinal(), 0, 0, right, label);
    }

    /** Compares the lower 32 bits, unsigned. */
    public Assembler jumpIfAtLeast(Register left, int right, String label) {
        return add(JUMP_32 | IF_AT_LEAST, left.ordinal(), 0, 0, right, label);
    }

    /** Compares all 64 bits, unsigned: for pointers. */
    public Assembler jumpIfGreater(Register left, Register right, String label) {
        return add(JUMP | IF_GREATER | SOURCE_REGISTER, left.ordinal(), right.ordinal(), 0, 0, label);
    }

    /** Compares all 64 bits: for pointers that may be null. */
    public Assembler jumpIfZero(Register left, String label) {
        return add(JUMP | IF_EQUAL, left.ordinal(), 0, 0, 0, label);
    }

    public Assembler call(Function function) {
        return add(CALL, 0, 0, 0, function.number(), null);
    }

    public Assembler exit() {
        return add(EXIT, 0, 0, 0, 0, null);
    }

    private Assembler add(int code, int to, int from, int offset, int immediate, @Nullable String target) {
        instructions.add(new Instruction(code, to, from, offset, immediate, target));
        return this;
    }

    /** How many words of 8 octets the program has. */
    public int size() {
        return instructions.size();
    }

    /**
     * The program as the kernel takes it.
     *
     * @throws IllegalStateException when a jump leads to a label that is not there
     */
    public MemorySegment assemble(Arena arena) {
        var program = arena.allocate(8L * instructions.size(), 8);
        for (int i = 0; i < instructions.size(); i++) {
            var each = instructions.get(i);
            int offset = each.offset;
            if (each.target != null) {
                var target = labels.get(each.target);
                if (target == null) {
                    throw new IllegalStateException("jump to label " + each.target + ", which is nowhere");
                }
                offset = target - i - 1;
            }
            long word = each.code
                    | (long) each.destination << 8
                    | (long) each.source << 12
                    | (offset & 0xFFFFL) << 16
                    | (long) each.immediate << 32;
            program.setAtIndex(ValueLayout.JAVA_LONG, i, word);
        }
        return program;
    }
}
